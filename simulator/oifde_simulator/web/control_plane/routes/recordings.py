"""The sound of a tenant's recordings, whole or in part.

Rule: it is made or read piece by piece while it is sent, off the event loop where it lies on a disk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus

from aiohttp import web

from oifde_simulator.immediate import aside
from oifde_simulator.web.control_plane.byte_range import ByteRange, wanted_range
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.json_stream import write_piece
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.speech.speaker import Speaker, Spoken
from oifde_simulator.wire.octets import Octets
from oifde_simulator.wire.spoken import read_spoken, sayings

LONGEST_FILE_NAME = 512
"""Characters of the name of a recording."""
PIECE = 16 << 10
"""Bytes that are made at once: two seconds of sound."""
FILE_CHANGED = (
    "the recording's file in recordings.folder has changed or gone since it was found; restart the server,"
    " or have serve --watch find it anew"
)

log = logging.getLogger("oifde_simulator")


async def read_recording(call: Call) -> web.StreamResponse:
    """Send a recording, or the stretch of it that a Range header names."""
    name = call.query.require("fileName", _file_name)
    sound = await call.context.tenants.recording(call.path["tenant"], name)
    wanted = wanted_range(call.request, len(sound))
    response = _response(wanted, len(sound))
    if call.request.method == "HEAD":
        await response.prepare(call.request)
        return response
    async with call.context.streams:
        await _send(response, call, _pieces(sound, wanted, call.context.speaker))
    return response


def _response(wanted: ByteRange | None, size: int) -> web.StreamResponse:
    first, stop = wanted or (0, size)
    response = web.StreamResponse(status=HTTPStatus.PARTIAL_CONTENT if wanted else HTTPStatus.OK)
    response.content_type, response.content_length = "audio/wav", stop - first
    response.headers["Accept-Ranges"] = "bytes"
    if wanted:
        response.headers["Content-Range"] = f"bytes {first}-{stop - 1}/{size}"
    return response


async def _send(response: web.StreamResponse, call: Call, pieces: AsyncIterator[bytes]) -> None:
    """Send pieces; the first is there before the head is, so that a file that has changed is a problem."""
    try:
        piece = await anext(pieces, b"")
    except OSError as error:
        log.warning("a recording cannot be read: %s", error)
        raise Problem(HTTPStatus.NOT_FOUND, "no-recording", FILE_CHANGED) from None
    await response.prepare(call.request)
    while piece:
        await write_piece(response, call.request, piece)
        piece = await _next(pieces, call.request)


async def _next(pieces: AsyncIterator[bytes], request: web.Request) -> bytes:
    """Make the next piece. Raises ConnectionAbortedError where the file has changed meanwhile."""
    try:
        return await anext(pieces, b"")
    except OSError as error:
        log.warning("reset a connection amid a recording: %s", error)
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionAbortedError from None


async def _pieces(sound: Octets, wanted: ByteRange | None, speaker: Speaker) -> AsyncIterator[bytes]:
    """Make the bytes of a stretch, with words where there are some; others have their turn in between."""
    first, stop = wanted or (0, len(sound))
    spoken = Spoken(speaker)
    for begin in range(first, stop, PIECE):
        end = min(begin + PIECE, stop)
        if not isinstance(sound, bytes) and sound.blocking:
            yield await aside(sound.__getitem__, slice(begin, end))
            continue
        await spoken.prepare(sayings(sound, begin, end))
        yield read_spoken(sound, begin, end, spoken.clips)
        await asyncio.sleep(0)  # to make a piece takes a while


def _file_name(text: str) -> str:
    if not 0 < len(text) <= LONGEST_FILE_NAME:
        raise ValueError(f"expected 1 to {LONGEST_FILE_NAME} characters, found {len(text)}")
    return text


ROUTES: RouteTable = {"readRecording": read_recording}
