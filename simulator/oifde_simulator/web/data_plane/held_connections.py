"""Connections that faults hold open: bounded in number, and released together when the server stops."""

from __future__ import annotations

import asyncio
from time import monotonic

TIMER_ERROR = 0.0015
"""Seconds by which a timer may come early: uvloop's timers count whole milliseconds."""


class HeldConnections:
    """Count the held connections of one server and time their waits."""

    def __init__(self, limit: int) -> None:
        """Allow at most `limit` connections to be held at once."""
        self.limit = limit
        """Connections that may be held at once."""
        self._held = 0
        self._waits: set[asyncio.Future[None]] = set()
        self._stopping = False

    def __len__(self) -> int:
        return self._held

    def acquire(self) -> bool:
        """Take a place for a connection; False when all places are taken."""
        if self._held >= self.limit:
            return False
        self._held += 1
        return True

    def release(self) -> None:
        """Give a place back."""
        self._held -= 1

    async def wait(self, seconds: float) -> None:
        """Wait for `seconds`, or less if the server stops meanwhile."""
        if self._stopping or seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        wait: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _end, wait)
        self._waits.add(wait)
        try:
            await wait
        finally:
            timer.cancel()
            self._waits.discard(wait)

    def shutdown(self) -> None:
        """End every wait, now and from now on."""
        self._stopping = True
        for wait in self._waits:
            _end(wait)


class Hold:
    """The waits of one connection, which takes one place for all of them."""

    def __init__(self, connections: HeldConnections) -> None:
        self._connections = connections
        self._is_held = False
        self._late = 0.0

    def acquire(self) -> bool:
        """Take a place for the connection, unless it has one; False when all places are taken."""
        self._is_held = self._is_held or self._connections.acquire()
        return self._is_held

    async def wait(self, seconds: float) -> None:
        """Wait at least `seconds`; the excess of one wait is taken off the next."""
        began = monotonic()
        await self._connections.wait(seconds - self._late + TIMER_ERROR)
        self._late += monotonic() - began - seconds

    def release(self) -> None:
        """Give the place back, if the connection has one."""
        if self._is_held:
            self._connections.release()


def _end(wait: asyncio.Future[None]) -> None:
    if not wait.done():
        wait.set_result(None)
