"""Values of a JSON body, counted before it is parsed: a few bytes of it can stand for very many values.

Rule: parsing, judging and freeing hold the event loop, so their work is bounded by what the bytes show.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.time_slicing import time_sliced

MARKS = b",[{"
"""Bytes of which one stands before each value but the first: a comma, or the bracket that holds it."""
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""Text of JSON, closed or not."""
TEXTS = 1024
"""Texts after which the values between them are counted."""


async def check_size(octets: bytes, most: int) -> None:
    """Raise Problem for a body of more than `most` values, of which no others are looked at."""
    found = count_marks(octets) + 1
    if found <= most or not await _has_more(octets, most):
        return
    detail = f"expected a body of at most {most:,} values, found about {found:,}; send less at once"
    raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-many-values", detail)


def count_marks(octets: bytes) -> int:
    """Count the marks of values; those inside texts too, so that there may be fewer values, never more."""
    return len(octets) - len(octets.translate(None, MARKS))


async def _has_more(octets: bytes, most: int) -> bool:
    """Check that the marks outside of texts are more than `most`, as far as that has to be read."""
    found, outside, end = 1, bytearray(), 0
    async for number, text in time_sliced(enumerate(STRING.finditer(octets), 1)):
        outside += octets[end : text.start() + 1]  # with the quotation mark, or [""] would look empty
        end = text.end()
        if number % TEXTS == 0:
            found += _values(outside)
            outside.clear()
            if found > most or number > 2 * most:  # each value has one text, and perhaps a name
                return True
    return found + _values(outside + octets[end:]) > most


def _values(octets: bytes | bytearray) -> int:
    """Count the values that begin in bytes without texts; an empty list or object has none inside."""
    return len(octets) - len(octets.translate(None, MARKS)) - octets.count(b"[]") - octets.count(b"{}")
