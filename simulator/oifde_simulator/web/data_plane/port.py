"""The vendor's port, which can be closed and opened for everybody while the server runs.

Closed, it refuses connections as a port does on which nobody listens, and keeps its number.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from ssl import SSLContext

from aiohttp import web

from oifde_simulator.model.http import url
from oifde_simulator.web.data_plane.listening import cease, listener, pinned, resume
from oifde_simulator.web.data_plane.server import DataPlane

BACKLOG = 4096
"""Connections that may wait to be accepted; the kernel may allow fewer."""

log = logging.getLogger("oifde_simulator")


class Port:
    """Where the data plane listens, if it does."""

    def __init__(self, plane: DataPlane, host: str, number: int, ssl: SSLContext | None) -> None:
        """Nothing listens yet; `number` may be 0, for any that is free."""
        self._plane = plane
        self._host = host
        self._number = number
        self._ssl = ssl
        self._bound: socket.socket | None = None
        self._site: web.SockSite | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Take the number and listen. Raises OSError."""
        await self._plane.setup()
        self._bound = pinned(listener(self._host, self._number))
        self._number = self._bound.getsockname()[1]
        await self.open()

    async def open(self) -> None:
        """Listen, if nobody does. Raises OSError where the number is lost."""
        async with self._turn:
            self._forget_alarm()
            if self._site is None:
                self._site = await self._listen()
                self._plane.take_calls()

    async def close(self, seconds: float | None = None) -> None:
        """Refuse connections, for so long or until opened; those there are end with their answers."""
        async with self._turn:
            self._forget_alarm()
            if self._site is not None:
                await self._site.stop()
                self._site = None
                self._cease()
                self._plane.hang_up()
            if seconds is not None:
                self._alarm = asyncio.get_running_loop().call_later(seconds, self._open_again)

    async def cleanup(self) -> None:
        """Stop for good: finish what is in flight."""
        if self._opening:
            self._opening.cancel()
        self._forget_alarm()
        if self._bound is not None:
            self._bound.close()
        await self._plane.cleanup()

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._site is not None

    @property
    def ttl(self) -> float | None:
        """Seconds until it opens by itself; None where it does not."""
        if self._alarm is None:
            return None
        return max(0.0, round(self._alarm.when() - asyncio.get_running_loop().time(), 3))

    @property
    def url(self) -> str:
        """Where it listens, or will."""
        return url("https" if self._ssl else "http", self._host, self._number)

    async def _listen(self) -> web.SockSite:
        if self._bound is None:
            self._bound = listener(self._host, self._number)
        resume(self._bound)
        # A site closes its socket: what it is given is a second descriptor of ours.
        own = self._bound.dup()
        site = web.SockSite(self._plane, own, ssl_context=self._ssl, backlog=BACKLOG)
        try:
            await site.start()
        except BaseException:
            await site.stop()
            own.close()
            raise
        return site

    def _cease(self) -> None:
        assert self._bound is not None
        if not cease(self._bound):
            self._bound.close()
            self._bound = None

    def _forget_alarm(self) -> None:
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def _open_again(self) -> None:
        self._alarm = None
        self._opening = asyncio.create_task(self._open_or_tell())

    async def _open_or_tell(self) -> None:
        try:
            await self.open()
        except OSError as error:
            log.warning("the listener stays closed: %s", error)
