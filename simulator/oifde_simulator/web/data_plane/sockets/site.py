"""A listening socket whose TLS handshakes have a deadline; aiohttp leaves them a minute each."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from aiohttp import web

from oifde_simulator.web.data_plane.sockets.listening_sockets import BACKLOG

if TYPE_CHECKING:
    from oifde_simulator.web.data_plane.sockets.shared_acceptor import SharedAcceptor
    from oifde_simulator.web.data_plane.sockets.shared_sockets import SharedSockets
    from oifde_simulator.web.tls.served import TlsChoice


class Site(web.SockSite):
    """aiohttp's site, with a deadline of handshakes."""

    __slots__ = ("_handshake_seconds", "_handshakes", "_shared", "_tls")

    def __init__(
        self,
        runner: web.BaseRunner,
        sock: socket.socket,
        tls: TlsChoice | None,
        *,
        handshake_seconds: float,
        handshakes: set[asyncio.Task[None]],
    ) -> None:
        """Prepare to listen on `sock`; without `tls` there are no handshakes."""
        super().__init__(runner, sock, backlog=BACKLOG)
        self._tls = tls
        self._handshakes = handshakes
        self._handshake_seconds = handshake_seconds if tls is not None else None
        self._shared: SharedAcceptor | None = None

    def look(self) -> None:
        """Notice at once whether a shared socket listens."""
        if self._shared is not None:
            self._shared.look()

    async def start_shared(
        self, shared: SharedSockets, count: Callable[[], int], changed: Callable[[], None]
    ) -> None:
        """Accept at a socket that other processes accept at too, whenever it listens."""
        # Not needed by one process.
        from oifde_simulator.web.data_plane.sockets.shared_acceptor import SharedAcceptor
        from oifde_simulator.web.tls.served import ServedTls

        plain = ServedTls(None)
        await web.BaseSite.start(self)
        server = self._runner.server
        assert server is not None
        self._shared = SharedAcceptor(
            self._sock,
            server,
            self._tls or (lambda: plain),
            seconds=self._handshake_seconds,
            handshakes=self._handshakes,
            shared=shared,
            count=count,
            changed=changed,
        )
        self._shared.start(self._backlog)
        self._server = cast(asyncio.AbstractServer, self._shared)

    async def start(self) -> None:
        """Listen. Raises OSError."""
        await web.BaseSite.start(self)
        server = self._runner.server
        assert server is not None
        if self._tls is not None and sys.platform != "win32":  # no `add_reader` there
            from oifde_simulator.web.tls.acceptor import TlsAcceptor  # not needed with TLS off

            acceptor = TlsAcceptor(
                self._sock,
                server,
                self._tls,
                seconds=self._handshake_seconds,
                handshakes=self._handshakes,
            )
            acceptor.start(self._backlog)
            self._server = cast(asyncio.AbstractServer, acceptor)  # aiohttp closes it, no more
            return
        self._server = await asyncio.get_running_loop().create_server(
            server,
            sock=self._sock,
            ssl=self._tls().context if self._tls is not None else None,
            backlog=self._backlog,
            ssl_handshake_timeout=self._handshake_seconds,
        )
