"""An aiohttp connection whose server answers bytes that are not HTTP by itself, and bounds its silence.

aiohttp answers them before any handler is called, in plain text, and logs them whatever they are. Before
3.14.4 it lets a connection that never sends a request be silent for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError

from oifde_simulator.web.aiohttp_versions import RequestHandler

LONGEST_REASON = 200
"""Characters of aiohttp's reason why bytes cannot be read; it quotes them."""


class HttpConnection(RequestHandler):
    """Base of the connections of both planes."""

    __slots__ = ("_silence",)

    def __init__(self, server: web.Server, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._silence: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the client as long for its first request as it has between two; aiohttp calls this."""
        super().connection_made(transport)
        loop = asyncio.get_running_loop()
        self._silence = loop.call_later(self.keepalive_timeout, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Wait for nothing more; aiohttp calls this."""
        self.note_request()
        super().connection_lost(exc)

    def note_request(self) -> None:
        """Note that the head of a request has come: from then on aiohttp's own timer counts."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def refuse(self, reason: str) -> web.StreamResponse:
        """Answer bytes that are not HTTP; `reason` is aiohttp's, in one line."""
        raise NotImplementedError

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer bytes that are not HTTP, or an exception of ours; aiohttp calls this."""
        self.note_request()
        if isinstance(exc, HttpProcessingError):
            return self.refuse(shortened_reason(exc.message))
        return super().handle_error(request, status, exc, message)


def shortened_reason(text: str) -> str:
    """Shorten aiohttp's reason to one line of at most LONGEST_REASON characters."""
    return " ".join(text.split())[:LONGEST_REASON]
