"""Local days: where they begin and how long they are, also where clocks change. Standard library only.

A day is counted since 1970-01-01, in local dates. It reaches from its first midnight up to, but not, the
first midnight of the next day: days follow each other without a gap, and have 23 to 25 hours or, where a
country moved across the date line, none at all.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import NamedTuple

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.population.arrivals.zones import load

DAY = 86_400
"""Length of a usual day in seconds."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
SPANS_KEPT = 160 << 10
"""Bytes of the days that a zone remembers."""
SPAN = 160
"""Bytes of one of them."""
CHANGING = DAY
"""Stands for the offset of a day on which clocks change; no clock is a whole day ahead."""
ZONES_KEPT = 8 << 20
"""Bytes of zones with their days that are in memory."""
STANDARD = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))
"""Instants in one of which every zone with summer time is without it."""


class Span(NamedTuple):
    """The seconds of a local day."""

    begin: int
    """First second, epoch seconds."""
    length: int
    plain: bool
    """True where the clock runs through all day as usual."""


class LocalDays:
    """The days of one time zone."""

    def __init__(self, zone: str | tzinfo, *, unchanging: bool = False) -> None:
        """Take a zone, or the name of one that is loaded when it is first needed.

        `unchanging` is for its days as they would be without summer time, all of 24 hours.
        """
        self._given = zone
        self._unchanging = unchanging
        self.span = bounded_cache(SPANS_KEPT, lambda *_: SPAN)(self._span)
        self._steady_offset = bounded_cache(SPANS_KEPT, lambda *_: SPAN)(self._offset_of_day)

    @cached_property
    def zone(self) -> tzinfo:
        """The zone, loaded."""
        zone = load(self._given) if isinstance(self._given, str) else self._given
        return timezone(_standard_offset(zone)) if self._unchanging else zone

    def wall(self, second: int) -> datetime:
        """Tell what clocks show at an epoch second."""
        return datetime.fromtimestamp(second, self.zone)

    def local(self, second: int) -> int:
        """Tell what clocks show at an epoch second, as seconds since their own 1970-01-01."""
        offset = self._steady_offset(second // DAY)
        return second + (self._offset(second) if offset == CHANGING else offset)

    def day_of(self, second: int) -> int:
        """Find the day that holds an epoch second."""
        day = self.local(second) // DAY
        # Clocks that go back over midnight show a date twice.
        while second < self.span(day).begin:
            day -= 1
        while second >= sum(self.span(day)[:2]):
            day += 1
        return day

    def _offset_of_day(self, day: int) -> int:
        """Find the offset that clocks have all through a day of UTC; `CHANGING` where it changes."""
        first, *others = (self._offset(day * DAY + second) for second in (0, DAY // 2, DAY - 1))
        return first if others == [first, first] else CHANGING

    def _span(self, day: int) -> Span:
        begin, end = self._midnight(day), self._midnight(day + 1)
        noon = begin + DAY // 2
        plain = end - begin == DAY and self._offset(begin) == self._offset(noon) == self._offset(end - 1)
        return Span(begin, end - begin, plain)

    def _midnight(self, day: int) -> int:
        """Find the first second of a day. Where clocks skip midnight, it is that in which they do."""
        moment = datetime.fromordinal(EPOCH + day)
        return (moment.replace(tzinfo=UTC) - _EPOCH_UTC) // _SECOND - self._offset_at(moment)

    def _offset_at(self, moment: datetime) -> int:
        offset = moment.replace(tzinfo=self.zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    def _offset(self, second: int) -> int:
        offset = self.wall(second).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())


def _standard_offset(zone: tzinfo) -> timedelta:
    return min(moment.astimezone(zone).utcoffset() or timedelta() for moment in STANDARD)


_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def weekday(day: int) -> int:
    """Tell the day of the week, 0 for Monday. 1970-01-01, day 0, was a Thursday."""
    return (day + 3) % 7


def local_days(zone: str | tzinfo, *, unchanging: bool = False) -> LocalDays:
    """Find the days of a zone; tenants in one zone share them."""
    return _local_days((zone, unchanging))


@bounded_cache(ZONES_KEPT, lambda *_: 2 * SPANS_KEPT)
def _local_days(asked: tuple[str | tzinfo, bool]) -> LocalDays:
    zone, unchanging = asked
    return LocalDays(zone, unchanging=unchanging)


@bounded_cache(SPANS_KEPT, lambda *_: SPAN)
def compact_day(day: int) -> str:
    """Format a day, counted since 1970-01-01, as "20260101"."""
    return f"{date.fromordinal(EPOCH + day):%Y%m%d}"
