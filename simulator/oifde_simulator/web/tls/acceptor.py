"""Acceptor of TLS connections, which knows the client of each handshake and how it ends.

The servers of the event loops take a client's end amid a handshake without a word. So connections are
accepted here, and given to the event loop one by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from socket import socket
from typing import Any

from oifde_simulator.web.descriptors import EXHAUSTED
from oifde_simulator.web.tls.handshakes.alerts import drain
from oifde_simulator.web.tls.handshakes.log import CURRENT, Handshake, log_end
from oifde_simulator.web.tls.served import TlsChoice

AT_ONCE = 100
"""Connections that are accepted before other tasks have a turn."""
PAUSE_SECONDS = 1.0
"""Seconds without accepting, where no file descriptor is left (asyncio's own pause)."""


class TlsAcceptor:
    """Server that accepts TLS connections."""

    def __init__(
        self,
        listening: socket,
        factory: Callable[..., asyncio.BaseProtocol],
        tls: TlsChoice,
        *,
        seconds: float | None,
        handshakes: set[asyncio.Task[None]],
    ) -> None:
        """Accept on `listening`; `tls` chooses what each connection meets.

        A handshake may take `seconds`, and is among `handshakes` meanwhile.
        """
        self._listening = listening
        self._factory = factory
        self._tls = tls
        self._seconds = seconds
        self._handshakes = handshakes
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None

    def start(self, backlog: int) -> None:
        """Listen. Raises OSError."""
        self._listening.setblocking(False)
        self._listening.listen(backlog)
        self._resume()

    def close(self) -> None:
        """Accept nothing more; handshakes under way go on."""
        if self._pause is not None:
            self._pause.cancel()
        if self._listening.fileno() >= 0:
            self._loop.remove_reader(self._listening)
            self._listening.close()

    def _resume(self) -> None:
        self._pause = None
        self._loop.add_reader(self._listening, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, address = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._rest(error)
                return
            connection.setblocking(False)
            task = self._loop.create_task(self._shake_hands(connection, address))
            self._handshakes.add(task)
            task.add_done_callback(self._handshakes.discard)

    def _rest(self, error: OSError) -> None:
        """Accept nothing for a while, where no descriptor is left. Raises any other error."""
        if error.errno not in EXHAUSTED:
            raise error
        told = {"message": "accept() failed", "exception": error, "socket": self._listening}
        self._loop.call_exception_handler(told)
        self._loop.remove_reader(self._listening)
        self._pause = self._loop.call_later(PAUSE_SECONDS, self._resume)

    async def _shake_hands(
        self, connection: socket, address: Any, factory: Callable[[], asyncio.BaseProtocol] | None = None
    ) -> None:
        served = self._tls()
        handshake = Handshake(_text(address), served.fault, connection=connection)
        CURRENT.set(handshake)
        if served.spoil is not None:
            with connection:
                await served.spoil(connection, handshake)
            return
        seconds = self._seconds if served.context is not None else None
        try:
            await self._loop.connect_accepted_socket(
                factory or self._factory, connection, ssl=served.context, ssl_handshake_timeout=seconds
            )
        except OSError as error:  # so are all of OpenSSL's
            if served.context is not None:
                log_end(served.context, handshake, error)
        handshake.connection = None  # the event loop's from now on
        if handshake.rest is not None:
            await drain(handshake.rest)


def _text(address: Any) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
