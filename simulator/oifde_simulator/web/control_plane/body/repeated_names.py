"""A name that stands twice in one object of a body: readers of JSON keep the last, and drop the others.

Rule: a body without such a name costs a count; names are looked at only where more are written than read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from itertools import islice

import orjson

from oifde_simulator.text import KeyPath, dotted, shown
from oifde_simulator.web.control_plane.body.size import STRING, TEXTS
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.time_slicing import time_sliced

TOKEN = re.compile(STRING.pattern + rb"|[{}\[\]:,]", re.DOTALL)
"""Text of JSON, or a sign between values."""
SMALL = 4096
"""Bytes of a body whose texts are looked at without a turn for others."""


async def check_names(octets: bytes, read: int) -> None:
    """Raise Problem for a body of JSON with a name that stands twice; `read` is the number of names kept."""
    colons = octets.count(b":")
    if colons > read and colons - await _colons_in_texts(octets) > read:
        raise await _repeated(octets)


async def _colons_in_texts(octets: bytes) -> int:
    texts = STRING.finditer(octets)
    if len(octets) <= SMALL:
        return _colons(texts)
    found = 0
    async for some in time_sliced(iter(lambda: [*islice(texts, TEXTS)], [])):
        found += _colons(some)
    return found


def _colons(texts: Iterable[re.Match[bytes]]) -> int:
    return sum(text[0].count(b":") for text in texts)


async def _repeated(octets: bytes) -> Problem:
    """Walk through the body to the first name that stands twice."""
    path: list[str | int] = []
    names: list[dict[str, int] | None] = []
    text, start = b"", 0
    async for token in time_sliced(TOKEN.finditer(octets)):
        sign = token[0]
        if sign in (b"{", b"["):
            names.append({} if sign == b"{" else None)
            path.append("" if sign == b"{" else 0)
        elif sign in (b"}", b"]"):
            del names[-1], path[-1]
        elif sign == b"," and isinstance(place := path[-1], int):
            path[-1] = place + 1
        elif sign == b":" and (known := names[-1]) is not None:
            path[-1] = name = orjson.loads(text)
            if name in known:
                return _problem(octets, tuple(path), known[name], start)
            known[name] = start
        else:
            text, start = sign, token.start()
    raise AssertionError("more names are written than read, and none stands twice")


def _problem(octets: bytes, path: KeyPath, first: int, second: int) -> Problem:
    place = f"{dotted(path[:-1])}: " if len(path) > 1 else ""
    detail = (
        f"{place}expected each name once, found {shown(path[-1])} at {_position(octets, first)} and again "
        f"at {_position(octets, second)}; remove one"
    )
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", detail)


def _position(octets: bytes, offset: int) -> str:
    """Write a place as the reader of JSON does: a column counts characters, from 1."""
    line = octets.count(b"\n", 0, offset) + 1
    begin = octets.rfind(b"\n", 0, offset) + 1
    return f"line {line}, column {len(octets[begin:offset].decode()) + 1}"
