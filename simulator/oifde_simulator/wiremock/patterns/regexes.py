"""Regular expressions of clients.

Rule: length and work are bounded, so that no expression can hold the server up. An expression without
look-around and back references takes linear time; any other stops after `BACKTRACKS` steps back and then
does not match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from oifde_simulator.json_schema.schema import pattern

LONGEST = 2000
"""Characters of an expression."""
BACKTRACKS = 20_000
"""Steps back of one search."""
QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
"""Quoted part of a Java expression."""


@lru_cache(maxsize=256)
def full_match(expression: str) -> Callable[[str], bool]:
    """Compile a test that a text matches from end to end, as Java's `matches` does with DOTALL.

    Raises ValueError for an expression that is too long or cannot be understood.
    """
    if len(expression) > LONGEST:
        raise ValueError(f"expected a regular expression of at most {LONGEST} characters")
    plain = QUOTED.sub(lambda match: re.escape(match[1]), expression)
    for each in (plain, wrapped := f"^(?s:{plain})$"):
        _compiled(each, expression)
    return _compiled(wrapped, expression)


def _compiled(expression: str, given: str) -> Callable[[str], bool]:
    try:
        return pattern(expression, backtracks=BACKTRACKS)
    except ValueError:
        raise ValueError(f"cannot understand the regular expression {given[:200]!r}") from None
