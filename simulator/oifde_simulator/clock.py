"""Clocks: the one place that reads the time of day. Standard library only.

A clock tells epoch milliseconds, UTC. Tokens, sessions, windows and the Date header of a
tenant all read the same clock, which can be stopped, set and moved on.
"""

from __future__ import annotations

import time
from typing import Protocol

from oifde_simulator.instants import iso

LATEST = 9_999_999_999_999
"""The last instant that a clock tells, in 2286: IDs of sessions carry 13 digits of milliseconds."""


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


class TenantClock:
    """Goes with a clock beneath it, some way off, or stands still; who owns it may change that."""

    __slots__ = ("_beneath", "_instant", "_off", "_origin")

    def __init__(self, instant: int | None = None, beneath: Clock | None = None) -> None:
        """Stand at `instant` (epoch milliseconds), or go with `beneath`, the time of day when left out."""
        self._beneath = beneath or SystemClock()
        self._origin = instant
        self._off = 0
        self._instant = instant

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        if self._instant is not None:
            return self._instant
        now = self._beneath.now() + self._off
        return now if now < LATEST else LATEST

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._instant is not None

    def freeze(self, still: bool = True) -> None:
        """Stand still, or go on from where it stands."""
        if still:
            self._instant = self.now()
        elif self._instant is not None:
            self._off, self._instant = self._instant - self._beneath.now(), None

    def set(self, instant: int) -> None:
        """Tell this time now; who stands still does so here. ValueError outside 0 to LATEST."""
        if not 0 <= instant <= LATEST:
            raise ValueError(f"expected an instant from {iso(0)} to {iso(LATEST)}, found another")
        if self._instant is None:
            self._off = instant - self._beneath.now()
        else:
            self._instant = instant

    def advance(self, milliseconds: int) -> None:
        """Move on. ValueError where that leads beyond LATEST."""
        self.set(self.now() + milliseconds)

    def reset(self) -> None:
        """Back to how it was made."""
        self._off, self._instant = 0, self._origin
