"""Clocks: the one place that reads the time of day. Standard library only.

Times are epoch milliseconds, UTC. Tokens, sessions, windows and the Date header of one tenant read one
clock, which can be stopped, set and moved on.
"""

from __future__ import annotations

import time
from typing import Protocol

from oifde_simulator.instants import iso

LATEST = 9_999_999_999_999
"""Last time that a clock tells, in the year 2286: IDs of sessions have 13 digits of milliseconds."""


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> int:
        """Return the current time in epoch milliseconds, UTC."""
        ...


class SystemClock:
    """Clock of this machine."""

    def now(self) -> int:
        """Return the current time in epoch milliseconds, UTC."""
        return time.time_ns() // 1_000_000


class TenantClock:
    """Clock that follows another one at an offset, or stands still."""

    __slots__ = ("_beneath", "_instant", "_offset", "_origin")

    def __init__(self, instant: int | None = None, beneath: Clock | None = None) -> None:
        """Stand still at `instant` (epoch milliseconds), or follow `beneath`, by default the time of day."""
        self._beneath = beneath or SystemClock()
        self._origin = instant
        self._offset = 0
        self._instant = instant

    def now(self) -> int:
        """Return the current time in epoch milliseconds, UTC."""
        if self._instant is not None:
            return self._instant
        now = self._beneath.now() + self._offset
        return now if now < LATEST else LATEST

    @property
    def frozen(self) -> bool:
        """True while the clock stands still."""
        return self._instant is not None

    def freeze(self, still: bool = True) -> None:
        """Stop the clock; with `still` False, let it go on from its current time."""
        if still:
            self._instant = self.now()
        elif self._instant is not None:
            self._offset, self._instant = self._instant - self._beneath.now(), None

    def set(self, instant: int) -> None:
        """Set the current time; a clock that stands still does so at `instant`.

        Raises ValueError for a time outside 0 to LATEST.
        """
        if not 0 <= instant <= LATEST:
            raise ValueError(f"expected an instant from {iso(0)} to {iso(LATEST)}, found another")
        if self._instant is None:
            self._offset = instant - self._beneath.now()
        else:
            self._instant = instant

    def advance(self, milliseconds: int) -> None:
        """Move the time on. Raises ValueError for a time beyond LATEST."""
        self.set(self.now() + milliseconds)

    def reset(self) -> None:
        """Return to the state in which the clock was made."""
        self._offset, self._instant = 0, self._origin
