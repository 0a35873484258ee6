"""aiohttp's connection, with what its versions before 3.14 need so that every client is answered.

Rule: newer versions are used as they are, so they pay for none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpProcessingError

IS_OLD = not hasattr(web, "RequestKey")
"""True before 3.14."""
PARSER = "_parser" if "_parser" in BaseProtocol.__slots__ else "_request_parser"
"""Attribute of a connection that holds its parser."""
_OF_IDLE_CONNECTIONS = (
    "_keepalive",
    "_keepalive_handle",
    "_next_keepalive_close_time",
    "_process_keepalive",
    "_reading_paused",
    "_waiter",
)
KNOWS_IDLE = all(hasattr(web.RequestHandler, name) for name in _OF_IDLE_CONNECTIONS)
"""True where a connection shows that it waits for a request, and until when."""
NOT_HTTP = b"\0\r\n\r\n"
"""Bytes that no parser takes for HTTP."""


class OldRequestHandler(web.RequestHandler):
    """Connection of aiohttp before 3.14."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Read bytes; a target that is no URL would end the connection without an answer."""
        try:
            super().data_received(data)
        except ValueError:
            super().data_received(NOT_HTTP)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, also where the bytes after a request for another protocol are not HTTP."""
        try:
            return await super().finish_response(request, resp, start_time)
        except HttpProcessingError:
            await resp.prepare(request)
            await resp.write_eof()
            return resp, False


if TYPE_CHECKING or not IS_OLD:  # noqa: SIM108  a type checker reads a branch as the whole
    RequestHandler = web.RequestHandler
else:
    RequestHandler = OldRequestHandler
