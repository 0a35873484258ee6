"""Clocks: the one place that reads the time of day. Standard library only.

A clock tells epoch milliseconds, UTC. Tokens, sessions, windows and the Date header of a
tenant all read the same clock. Its setting is a value, which a store can hold: stopped, set, moved on.
"""

from __future__ import annotations

import time
from typing import NamedTuple, Protocol

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


TIME_OF_DAY = SystemClock()
"""The clock beneath all others, unless another is passed in."""


class ClockSetting(NamedTuple):
    """How a tenant's clock stands to the time of day."""

    instant: int | None = None
    """Epoch milliseconds at which it stands still; None where it goes."""
    offset: int = 0
    """Milliseconds that it is ahead of the time of day, where it goes."""

    def at(self, time_of_day: int) -> int:
        """Compute the tenant's time, epoch milliseconds, at most LATEST."""
        now = time_of_day + self.offset if self.instant is None else self.instant
        return now if now < LATEST else LATEST

    def frozen(self, time_of_day: int) -> ClockSetting:
        """Stand still at the tenant's present time."""
        return ClockSetting(self.at(time_of_day))

    def going(self, time_of_day: int) -> ClockSetting:
        """Go on from where it stands."""
        return self if self.instant is None else ClockSetting(None, self.instant - time_of_day)

    def set(self, instant: int, time_of_day: int) -> ClockSetting:
        """Tell `instant` now; a clock that stands still does so there. ValueError outside 0 to LATEST."""
        if not 0 <= instant <= LATEST:
            raise ValueError(f"expected an instant from {iso(0)} to {iso(LATEST)}, found another")
        if self.instant is None:
            return ClockSetting(None, instant - time_of_day)
        return ClockSetting(instant)

    def advanced(self, milliseconds: int, time_of_day: int) -> ClockSetting:
        """Move on. ValueError where that leads beyond LATEST."""
        return self.set(self.at(time_of_day) + milliseconds, time_of_day)


class TenantClock:
    """The time of a tenant: a setting on a clock beneath it."""

    __slots__ = ("_beneath", "setting")

    def __init__(self, setting: ClockSetting, beneath: Clock | None = None) -> None:
        """Go by `setting` on `beneath`, the time of day when left out."""
        self._beneath = beneath or TIME_OF_DAY
        self.setting = setting

    def now(self) -> int:
        """Epoch milliseconds, UTC."""
        setting = self.setting
        if setting.instant is not None:
            return setting.instant
        now = self._beneath.now() + setting.offset
        return now if now < LATEST else LATEST

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self.setting.instant is not None
