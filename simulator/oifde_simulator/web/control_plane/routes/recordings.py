"""The sound of a tenant's recordings, whole or in part.

Rule: it is made or read piece by piece while it is sent, off the event loop where it lies on a disk.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from oifde_simulator.immediate import aside
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.json_stream import write_piece
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.wire.octets import Octets

LONGEST_FILE_NAME = 512
"""Characters of the name of a recording."""
PIECE = 16 << 10
"""Bytes that are made at once: two seconds of sound."""


async def read_recording(call: Call) -> web.StreamResponse:
    """Send a recording, or the stretch of it that a Range header names."""
    name = call.query.require("fileName", _file_name)
    sound = await call.context.tenants.recording(call.path["tenant"], name)
    wanted = _range(call.request, len(sound))
    first, stop = wanted or (0, len(sound))
    response = web.StreamResponse(status=HTTPStatus.PARTIAL_CONTENT if wanted else HTTPStatus.OK)
    response.content_type, response.content_length = "audio/wav", stop - first
    response.headers["Accept-Ranges"] = "bytes"
    if wanted:
        response.headers["Content-Range"] = f"bytes {first}-{stop - 1}/{len(sound)}"
    if call.request.method == "HEAD":
        await response.prepare(call.request)
        return response
    async with call.context.streams:
        await response.prepare(call.request)
        await _send(response, call.request, sound, first, stop)
    return response


async def _send(
    response: web.StreamResponse, request: web.Request, sound: Octets, first: int, stop: int
) -> None:
    for begin in range(first, stop, PIECE):
        place = slice(begin, min(begin + PIECE, stop))
        blocking = not isinstance(sound, bytes) and sound.blocking
        piece: bytes = await aside(sound.__getitem__, place) if blocking else sound[place]
        await write_piece(response, request, piece)
        await asyncio.sleep(0)  # to make a piece takes a while


def _range(request: web.Request, size: int) -> tuple[int, int] | None:
    """Read which bytes are wanted; None for all. A header of another form counts as none (RFC 9110, 14.2).

    Raises Problem where there are none in that range.
    """
    try:
        wanted = request.http_range
    except ValueError:
        return None
    if wanted.start is wanted.stop is None:
        return None
    first, stop, _ = wanted.indices(size)
    if first >= stop:
        detail = f"expected a range within the {size} bytes of the recording"
        problem = Problem(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "wrong-range", detail)
        problem.headers["Content-Range"] = f"bytes */{size}"
        raise problem
    return first, stop


def _file_name(text: str) -> str:
    if not 0 < len(text) <= LONGEST_FILE_NAME:
        raise ValueError(f"expected 1 to {LONGEST_FILE_NAME} characters, found {len(text)}")
    return text


ROUTES: RouteTable = {"readRecording": read_recording}
