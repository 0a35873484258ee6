"""Turns of work that holds the event loop: one piece after another, with everybody else's work in between.

Rule: what waits for its turn is bounded in bytes, so that waiting grows no memory. What finds no room is
worked on at once, or refused by who asks for the turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from types import TracebackType

from oifde_simulator.web.heap import give_back

LARGE = 64 << 10
"""Bytes of a body from which on it waits for its turn."""
WAITING_BYTES = 32 << 20
"""Bytes of bodies that wait for their turn together."""


class Turn:
    """A turn that was given; leaving its block gives it to the next one."""

    def __init__(self, end: Callable[[], None] | None = None) -> None:
        """Take what ends the turn; None for work that needs none."""
        self._end = end

    def __enter__(self) -> None:
        """Begin the work."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next one begin, in the loop's next round."""
        if self._end is not None:
            self._end()


AT_ONCE = Turn()
"""Turn of work that need not wait."""


class Turns:
    """Give turns to the large bodies of one plane."""

    def __init__(self, limit: int = WAITING_BYTES) -> None:
        """Let at most `limit` bytes wait."""
        self._limit = limit
        self._lock = asyncio.Lock()
        self._worked = 0
        """Bytes of bodies whose turn has ended since memory was given back to the system."""
        self.waiting = 0
        """Bytes of bodies that wait now."""

    def has_room(self, size: int) -> bool:
        """Check that a body of `size` bytes may wait, or need not."""
        return size <= LARGE or self.waiting + size <= self._limit

    async def next(self, size: int) -> Turn:
        """Wait for the turn of a body of `size` bytes; a small one has it at once."""
        if size <= LARGE or not self.has_room(size):
            return AT_ONCE
        self.waiting += size
        try:
            await self._lock.acquire()
        finally:
            self.waiting -= size
        return Turn(partial(self._end, size))

    def _end(self, size: int) -> None:
        """End a turn; give memory back to the system each time that so many bytes were worked on."""
        # Not at once: another body that comes in this round of the loop would find the way free.
        asyncio.get_running_loop().call_soon(self._lock.release)
        self._worked += size
        if self._worked > self._limit:
            self._worked = 0
            give_back()
