"""What takes the place of a handshake: it reads the ClientHello, and ends the connection in its own way."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from socket import SHUT_WR, socket
from typing import Protocol

from oifde_simulator.web.peer import reset_on_close
from oifde_simulator.web.tls.handshakes.log import Handshake
from oifde_simulator.web.tls.rsa_on_demand import is_record

log = logging.getLogger("oifde_simulator")

HANDSHAKE_FAILURE = bytes.fromhex("15 0303 0002 02 28")
"""Fatal alert 40, handshake_failure, of any version of TLS (RFC 8446, section 6)."""
CHUNK = 4096
"""Bytes that are read at once."""

LINGER_SECONDS = 2.0
"""Seconds in which a client may end its half after ours."""


class Places(Protocol):
    """Places for connections that are held."""

    limit: int
    """Connections that may be held at once."""

    def acquire(self) -> bool:
        """Take a place; False when all are taken."""

    def release(self) -> None:
        """Give a place back."""


class BrokenHandshakes:
    """Handshakes of one server that go wrong; each may take as long as a good one."""

    def __init__(self, places: Places, seconds: float) -> None:
        """Hold connections in `places`, each for `seconds` at most."""
        self._places = places
        self._seconds = seconds
        self._hanging: set[asyncio.Task[None] | None] = set()

    async def refuse(self, connection: socket, handshake: Handshake) -> None:
        """Answer a ClientHello with a fatal alert."""
        if await self._hears(connection, handshake, "was refused: a fatal alert, handshake failure"):
            with suppress(OSError):
                await asyncio.get_running_loop().sock_sendall(connection, HANDSHAKE_FAILURE)
        await self._end(connection)

    async def cut(self, connection: socket, handshake: Handshake) -> None:
        """Answer a ClientHello with the end of the connection."""
        await self._hears(connection, handshake, "was cut")
        await self._end(connection)

    async def hang(self, connection: socket, handshake: Handshake) -> None:
        """Answer nothing until the client leaves or the time is over; reset where all places are taken."""
        if not self._places.acquire():
            log.warning(
                "reset a hanging handshake: %d connections are held, the limit of --max-waiting",
                self._places.limit,
            )
            with suppress(OSError):  # macOS sets nothing on a connection whose client has left
                reset_on_close(connection)
            return
        task = asyncio.current_task()
        self._hanging.add(task)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    if await self._hears(connection, handshake, "hangs"):
                        await _swallow(connection)
        finally:
            self._hanging.discard(task)
            self._places.release()

    def end(self) -> None:
        """End the connections that are held."""
        for task in self._hanging:
            if task is not None:
                task.cancel()

    async def _hears(self, connection: socket, handshake: Handshake, what: str) -> bool:
        """Read and log a ClientHello; False for a client that sends none, or none in time."""
        received = bytearray()
        with suppress(OSError):  # so is TimeoutError
            async with asyncio.timeout(self._seconds):
                while not is_record(received):
                    chunk = await asyncio.get_running_loop().sock_recv(connection, CHUNK)
                    if not chunk:
                        return False
                    received += chunk
                handshake.log_as_meant(what)
                return True
        return False

    async def _end(self, connection: socket) -> None:
        """End our half, and wait for the client's: a close with bytes unread would be a reset."""
        with suppress(OSError):
            connection.shutdown(SHUT_WR)
            async with asyncio.timeout(min(self._seconds, LINGER_SECONDS)):
                await _swallow(connection)


async def _swallow(connection: socket) -> None:
    """Read until the client ends the connection."""
    with suppress(OSError):
        while await asyncio.get_running_loop().sock_recv(connection, CHUNK):
            pass
