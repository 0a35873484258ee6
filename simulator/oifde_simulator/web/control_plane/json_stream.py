"""Long JSON documents, sent piece by piece, so that a full journal is never in memory as a whole.

Rule: at most MOST_STREAMS are sent at once, and a client that reads nothing for PATIENCE seconds is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson
from aiohttp import web

from oifde_simulator.web.control_plane.context import Call
from oifde_simulator.web.control_plane.time_slicing import time_sliced

PIECE_BYTES = 64 * 1024
"""Bytes that are sent at once."""
PATIENCE = 30.0
"""Seconds that a client may leave a piece unread, since others wait for the place of its stream."""


async def stream_object(call: Call, name: str, values: Iterable[Any], **more: Any) -> web.StreamResponse:
    """Send an object whose member `name` is the list of `values`, followed by the members `more`."""
    head = b"{%b:[" % orjson.dumps(name)
    tail = b"]," + orjson.dumps(more)[1:] if more else b"]}"
    return await stream_list(call, head, map(orjson.dumps, values), tail, charset="utf-8")


async def stream_list(
    call: Call, head: bytes, items: Iterable[bytes], tail: bytes, charset: str | None = None
) -> web.StreamResponse:
    """Send `head`, the JSON `items` with commas between them, and `tail`; items are made while they are sent.

    A HEAD request gets the headers only.
    """
    response = web.StreamResponse()
    response.content_type, response.charset = "application/json", charset
    if call.request.method == "HEAD":
        await response.prepare(call.request)
        return response
    async with call.context.streams:
        await response.prepare(call.request)
        async for piece in _pieces(head, items, tail):
            await write_piece(response, call.request, piece)
    return response


async def _pieces(head: bytes, items: Iterable[bytes], tail: bytes) -> AsyncIterator[bytes]:
    piece, comma = bytearray(head), b""
    async for item in time_sliced(items):
        piece += comma + item
        comma = b","
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + tail + b"\n"


async def write_piece(response: web.StreamResponse, request: web.Request, piece: bytes) -> None:
    """Send a piece. Raises ConnectionAbortedError where the client reads nothing for too long."""
    try:
        async with asyncio.timeout(PATIENCE):
            await response.write(piece)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionAbortedError from None
