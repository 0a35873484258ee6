"""A listening socket whose TLS handshakes have a deadline; aiohttp leaves them a minute each."""

from __future__ import annotations

import asyncio
import socket
from ssl import SSLContext

from aiohttp import web

BACKLOG = 4096
"""Connections that may wait to be accepted; the kernel may allow fewer."""


class Site(web.SockSite):
    """aiohttp's site, with a deadline of handshakes."""

    __slots__ = ("_handshake_seconds",)

    def __init__(
        self, runner: web.BaseRunner, sock: socket.socket, ssl: SSLContext | None, *, handshake_seconds: float
    ) -> None:
        """Prepare to listen on `sock`; without `ssl` there are no handshakes."""
        super().__init__(runner, sock, ssl_context=ssl, backlog=BACKLOG)
        self._handshake_seconds = handshake_seconds if ssl is not None else None

    async def start(self) -> None:
        """Listen. Raises OSError."""
        await web.BaseSite.start(self)
        server = self._runner.server
        assert server is not None
        self._server = await asyncio.get_running_loop().create_server(
            server,
            sock=self._sock,
            ssl=self._ssl_context,
            backlog=self._backlog,
            ssl_handshake_timeout=self._handshake_seconds,
        )
