"""Clocks: the one place that reads the time of day. Standard library only.

A clock tells epoch milliseconds, UTC. Tokens, sessions, windows and the Date header of a
tenant all read the same clock. Its setting is a value, which a store can hold: stopped, set, moved on, fast.
"""

from __future__ import annotations

import time
from typing import NamedTuple, Protocol

from oifde_simulator.instants import iso
from oifde_simulator.quantities import duration_text

LATEST = 9_999_999_999_999
"""Last time that a clock tells, in the year 2286: IDs of sessions have 13 digits of milliseconds."""

HOUR = 3_600_000
"""Milliseconds."""
SLOWEST, FASTEST = 0.001, 1_000_000
"""Bounds of a clock's speed: a day in three years, and eleven days in a second."""


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
    """Epoch milliseconds at which it stands still; None where it runs."""
    offset: int = 0
    """Milliseconds that it is ahead of the time of day, where it runs; that it was at `since`, if fast."""
    speed: float = 1
    """Milliseconds that pass on it in one of the time of day, where it runs or runs again."""
    since: int = 0
    """Time of day from which it runs at another speed than 1, epoch milliseconds."""

    @classmethod
    def running(cls, instant: int, speed: float, time_of_day: int) -> ClockSetting:
        """Make a clock that tells `instant` at `time_of_day`, and runs on from there."""
        return cls(None, instant - time_of_day, speed, 0 if speed == 1 else time_of_day)

    def at(self, time_of_day: int) -> int:
        """Compute the tenant's time, epoch milliseconds, from 0 to LATEST."""
        instant, offset, speed, since = self
        if instant is None:
            passed = time_of_day if speed == 1 else since + int((time_of_day - since) * speed)
            instant = passed + offset
        return max(0, min(instant, LATEST))

    def frozen(self, time_of_day: int) -> ClockSetting:
        """Stand still at the tenant's present time."""
        return ClockSetting(self.at(time_of_day), speed=self.speed)

    def going(self, time_of_day: int) -> ClockSetting:
        """Run on from where it stands."""
        return self if self.instant is None else self.running(self.instant, self.speed, time_of_day)

    def set(self, instant: int, time_of_day: int) -> ClockSetting:
        """Tell `instant` now; a clock that stands still does so there. ValueError outside 0 to LATEST."""
        if not 0 <= instant <= LATEST:
            raise ValueError(f"expected an instant from {iso(0)} to {iso(LATEST)}, found {instant} ms")
        if self.instant is None:
            return self.running(instant, self.speed, time_of_day)
        return self._replace(instant=instant)

    def advanced(self, milliseconds: int, time_of_day: int) -> ClockSetting:
        """Move on. ValueError where that leads beyond LATEST."""
        now = self.at(time_of_day)
        if milliseconds > LATEST - now:
            most = f"{(LATEST - now) // HOUR}h, from {iso(now)} to {iso(LATEST)}"
            raise ValueError(f"advance: expected at most {most}, found {duration_text(milliseconds)}")
        return self.set(now + milliseconds, time_of_day)

    def paced(self, speed: float, time_of_day: int) -> ClockSetting:
        """Run at `speed` from now on; a clock that stands still stays so. ValueError outside the bounds."""
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"expected a speed from {SLOWEST:g} to {FASTEST}, found {speed:g}")
        if self.instant is None:
            return self.running(self.at(time_of_day), speed, time_of_day)
        return self._replace(speed=speed)


class InitialClock(NamedTuple):
    """A tenant's clock as its scenario has it, which begins at load or reset."""

    instant: int | None = None
    """Epoch milliseconds at which it stands still; None where it runs."""
    start: int | None = None
    """Epoch milliseconds that it tells at the beginning, where it runs; None for the time of day."""
    speed: float = 1
    """Milliseconds that pass on it in one of the time of day."""

    @property
    def follows(self) -> bool:
        """Whether it is the time of day."""
        return self == InitialClock()

    def begun(self, time_of_day: int) -> ClockSetting:
        """Begin at a time of day."""
        if self.instant is not None:
            return ClockSetting(self.instant, speed=self.speed)
        start = time_of_day if self.start is None else self.start
        return ClockSetting.running(start, self.speed, time_of_day)


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
        now = self._beneath.now()
        if setting.speed != 1:
            return setting.at(now)
        now += setting.offset
        return now if now < LATEST else LATEST

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self.setting.instant is not None
