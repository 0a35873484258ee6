"""The stretch of an answer that a Range header names (RFC 9110, 14.2)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web

from oifde_simulator.web.control_plane.problems import Problem

FORM = re.compile(r"bytes=(\d{0,100})-(\d{0,100})", re.ASCII | re.IGNORECASE)
"""One range: its first byte, its last byte or, without a first one, how many bytes of the end."""


class ByteRange(NamedTuple):
    """A stretch of the bytes of an answer."""

    first: int
    stop: int
    """Place behind its last byte."""


def wanted_range(request: web.Request, size: int) -> ByteRange | None:
    """Read which bytes of `size` are wanted; None for all. Raises Problem where none are in that range.

    A header of another form, or of several ranges, counts as none. So does one of another method than GET,
    and one with If-Range: no answer has a validator that it could name.
    """
    if request.method != "GET" or "If-Range" in request.headers:
        return None
    form = FORM.fullmatch(",".join(request.headers.getall("Range", ())))
    if form is None or not any(form.groups()):
        return None
    first, last = form.groups()
    if first and last and int(last) < int(first):
        return None
    found = _stretch(first, last, size)
    if found.first >= found.stop:
        raise _outside(size)
    return found


def _stretch(first: str, last: str, size: int) -> ByteRange:
    if not first:
        return ByteRange(max(0, size - int(last)), size)
    return ByteRange(int(first), min(size, int(last) + 1) if last else size)


def _outside(size: int) -> Problem:
    detail = f"expected a range within the {size} bytes of the recording; leave Range out to have all of it"
    problem = Problem(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "wrong-range", detail)
    problem.headers["Content-Range"] = f"bytes */{size}"
    return problem
