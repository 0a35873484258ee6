"""Clocks: the one place that reads the time of day. Standard library only.

A clock tells epoch milliseconds, UTC. Tokens, sessions, windows and the Date header of a
tenant all read the same clock.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        ...


class SystemClock:
    """The time of day of this machine."""

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock that stands still."""

    def __init__(self, instant: int) -> None:
        """Stand at `instant`, epoch milliseconds."""
        self._instant = instant

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        return self._instant


def clock(instant: int | None) -> Clock:
    """A clock that stands at `instant` (epoch milliseconds), or the real one for None."""
    return SystemClock() if instant is None else FixedClock(instant)


def iso(instant: int) -> str:
    """An instant (epoch milliseconds) in ISO 8601, UTC, to the millisecond."""
    seconds, milliseconds = divmod(instant, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"
