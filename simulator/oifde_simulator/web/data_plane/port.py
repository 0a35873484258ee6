"""The vendor's port, which can be closed and opened for every client while the server runs.

A closed port refuses connections as a port does on which nobody listens, and keeps its number. It has a
socket for each address of its host; they listen and cease to together.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from ssl import SSLContext

from oifde_simulator.urls import url
from oifde_simulator.web.data_plane.binding import bind, bind_and_listen, cannot_listen
from oifde_simulator.web.data_plane.server import DataPlane
from oifde_simulator.web.data_plane.site import Site
from oifde_simulator.web.data_plane.tcp import keep_ports, prepare_listening, stop_listening
from oifde_simulator.web.descriptors import ListeningSocket
from oifde_simulator.web.tls.half_close import keep_half_open

OPTION = "--port"
"""Option that chooses the number, for messages."""

log = logging.getLogger("oifde_simulator")


class Port:
    """Open and close the port of the data plane."""

    def __init__(
        self, plane: DataPlane, host: str, number: int, ssl: SSLContext | None, *, handshake_seconds: float
    ) -> None:
        """Prepare a port that does not listen yet; `number` may be 0, for any that is free."""
        self._plane = plane
        self._host = host
        self._number = number
        self._ssl = ssl
        self._handshake_seconds = handshake_seconds
        if ssl is not None:
            keep_half_open(ssl)
        self._bound: list[socket.socket] = []
        self._sites: list[Site] = []
        self._timer: asyncio.TimerHandle | None = None
        self._opens_at = 0.0
        """Time of the event loop at which the timer opens the port."""
        self._reopening: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def start(self) -> None:
        """Bind the number and listen. Raises OSError."""
        await self._plane.setup()
        await bind_and_listen(self._host, self._number, self._start_on, option=OPTION)
        self._number = self._bound[0].getsockname()[1]

    async def open(self) -> None:
        """Listen, if the port is closed. Raises OSError where another program took the number."""
        async with self._lock:
            self._cancel_timer()
            if not self._sites:
                try:
                    await self._listen()
                except OSError as error:
                    if error.errno != errno.EADDRINUSE:
                        raise
                    raise cannot_listen(self._host, self._number, error, OPTION) from None

    async def close(self, seconds: float | None = None) -> None:
        """Refuse connections for `seconds` (None: until `open`); existing ones end with their answers."""
        async with self._lock:
            self._cancel_timer()
            if self._sites:
                await self._stop_listening()
                self._plane.close_connections()
            if seconds is not None:
                loop = asyncio.get_running_loop()
                self._opens_at = loop.time() + seconds
                self._timer = loop.call_later(seconds, self._reopen)

    async def cleanup(self) -> None:
        """Stop for good, after the requests in flight are answered."""
        self._cancel_timer()
        if self._reopening:
            self._reopening.cancel()
            await asyncio.wait([self._reopening])
        self._let_go()
        await self._plane.cleanup()

    @property
    def is_open(self) -> bool:
        """Check that the port listens."""
        return bool(self._sites)

    @property
    def ttl(self) -> float | None:
        """Seconds until the port opens by itself; None where it does not."""
        if self._timer is None:
            return None
        # Not from the timer: for less than half a millisecond, uvloop gives one that does not know its time.
        return max(0.0, round(self._opens_at - asyncio.get_running_loop().time(), 3))

    @property
    def url(self) -> str:
        """URL of the port, open or closed."""
        return url("https" if self._ssl else "http", self._host, self._number)

    async def _start_on(self, bound: list[socket.socket]) -> None:
        self._bound = keep_ports(bound)
        try:
            await self._listen()
        except BaseException:
            self._let_go()
            raise

    async def _listen(self) -> None:
        self._plane.accept_connections()  # the first address has clients before the last listens
        if not self._bound:
            self._bound = bind(self._host, self._number)
        try:
            for bound in self._bound:
                await self._listen_on(bound)
        except BaseException:
            await self._stop_listening()
            self._plane.close_connections()
            raise

    async def _listen_on(self, bound: socket.socket) -> None:
        prepare_listening(bound)
        # A site closes the socket that it is given: it gets a second descriptor of ours.
        duplicate = ListeningSocket.of(bound.dup())
        site = Site(
            self._plane,
            duplicate,
            self._ssl,
            handshake_seconds=self._handshake_seconds,
            handshakes=self._plane.handshakes,
        )
        try:
            await site.start()
        except BaseException:
            await site.stop()
            duplicate.close()
            raise
        self._sites.append(site)

    async def _stop_listening(self) -> None:
        while self._sites:
            await self._sites.pop().stop()
        stopped = [stop_listening(bound) for bound in self._bound]
        if not all(stopped):
            self._let_go()

    def _let_go(self) -> None:
        for bound in self._bound:
            bound.close()
        self._bound = []

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _reopen(self) -> None:
        self._timer = None
        self._reopening = asyncio.create_task(self._open_or_warn())

    async def _open_or_warn(self) -> None:
        try:
            await self.open()
        except OSError as error:
            log.warning("the listener stays closed: %s", error)
