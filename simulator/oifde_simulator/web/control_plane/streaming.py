"""A long list as JSON, written piece by piece, so that a full journal is never there as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson
from aiohttp import web

from oifde_simulator.web.control_plane.context import ControlContext
from oifde_simulator.web.control_plane.cooperative import by_turns

PIECE = 64 * 1024
"""Bytes that are written at once."""
PATIENCE = 30.0
"""Seconds for which a piece may be left unread; then the connection is given up, as others wait."""


async def listed(
    context: ControlContext, request: web.Request, name: str, values: Iterable[Any], **more: Any
) -> web.StreamResponse:
    """An object with the list of `values`, made while they are written, as `name`; `more` follows it."""
    stream = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
    if request.method == "HEAD":
        await stream.prepare(request)
        return stream
    async with context.lists:
        await stream.prepare(request)
        async for piece in _pieces(name, values, more):
            await _write(stream, request, piece)
    return stream


async def _pieces(name: str, values: Iterable[Any], more: dict[str, Any]) -> AsyncIterator[bytes]:
    piece, comma = bytearray(b"{%b:[" % orjson.dumps(name)), b""
    async for value in by_turns(values):
        piece += comma + orjson.dumps(value)
        comma = b","
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + (b"]," + orjson.dumps(more)[1:] if more else b"]}") + b"\n"


async def _write(stream: web.StreamResponse, request: web.Request, piece: bytes) -> None:
    try:
        await asyncio.wait_for(stream.write(piece), PATIENCE)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionAbortedError from None
