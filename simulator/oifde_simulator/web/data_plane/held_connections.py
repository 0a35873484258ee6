"""The connections that faults hold: bounded in number, and all let go at once when the server stops."""

from __future__ import annotations

import asyncio


class Holds:
    """Who waits, and whether one more may."""

    def __init__(self, limit: int) -> None:
        """`limit` is how many connections may be held at once."""
        self.limit = limit
        self._held = 0
        self._sleepers: set[asyncio.Future[None]] = set()
        self._open = True

    def __len__(self) -> int:
        return self._held

    def take(self) -> bool:
        """Take a place for a connection; False when all are taken."""
        if self._held >= self.limit:
            return False
        self._held += 1
        return True

    def give_back(self) -> None:
        """Give a taken place back."""
        self._held -= 1

    async def wait(self, seconds: float) -> None:
        """Let `seconds` pass, or what is left of them when everybody is let go."""
        if not self._open or seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        sleeper: asyncio.Future[None] = loop.create_future()
        alarm = loop.call_later(seconds, _wake, sleeper)
        self._sleepers.add(sleeper)
        try:
            await sleeper
        finally:
            alarm.cancel()
            self._sleepers.discard(sleeper)

    def let_go(self) -> None:
        """End every wait, now and from now on."""
        self._open = False
        for sleeper in self._sleepers:
            _wake(sleeper)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
