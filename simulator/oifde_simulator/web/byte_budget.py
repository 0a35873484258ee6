"""Bytes held for the clients of many connections, bounded in all.

Rule: where there are too many, the one whose client has stood still longest gives way, and no other is met.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Protocol

GRACE_SECONDS = 1.0
"""Seconds that a client may stand still beyond the limit, until CEILING."""
CEILING = 4
"""Limits at which no grace is given: clients that read are slow too on a busy machine."""


class Holder(Protocol):
    """Somebody whose bytes are counted, compared by identity."""

    def evict(self) -> None:
        """Let go of all bytes, at once."""


class ByteBudget:
    """Count the bytes that wait for clients, for all connections of one kind together."""

    def __init__(self, limit: int, now: Callable[[], float] = monotonic) -> None:
        """Hold at most `limit` bytes for clients that stand still; `now` tells seconds."""
        self.limit = limit
        self.held = 0
        """Bytes that are held now."""
        self._now = now
        self._holders: dict[Holder, tuple[int, float]] = {}

    def hold(self, holder: Holder, count: int) -> None:
        """Note that `holder` has `count` bytes now and that its client moves; evict others if need be."""
        self.release(holder)
        self._holders[holder] = count, self._now()
        self.held += count
        while self.held > self.limit and (stalled := self._stalled(holder)) is not None:
            self.release(stalled)
            stalled.evict()

    def release(self, holder: Holder) -> None:
        """Forget the bytes of `holder`, if it has any."""
        count, _ = self._holders.pop(holder, (0, 0.0))
        self.held -= count

    def _stalled(self, newest: Holder) -> Holder | None:
        holder, (_, moved) = next(iter(self._holders.items()))
        if holder is newest:
            return None
        waited = self._now() - moved
        return holder if waited >= GRACE_SECONDS or self.held > CEILING * self.limit else None
