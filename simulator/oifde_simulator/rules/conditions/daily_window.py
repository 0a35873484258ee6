"""Windows at a time of day: each day, or on some days of the week, in a time zone.

Rule: a window opens at the first instant at which the wall clock shows its time or a later one. So a time
that is skipped where clocks go forward opens it right after the gap, and one that comes twice opens it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from oifde_simulator.instants import EPOCH
from oifde_simulator.quantities import seconds_text
from oifde_simulator.rules.conditions.triggers import Moment

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days as a scenario writes them, in the order of `date.weekday()`."""
EVERY_DAY = frozenset(range(7))
DAY = "day"
"""Window of a rate, as a scenario writes it, that goes from midnight to midnight."""
LONGEST = 86_400_000
"""Longest `for` in milliseconds: a window that is open for a day opens again."""

_MILLISECOND, _SECOND, _DAY = timedelta(milliseconds=1), timedelta(seconds=1), timedelta(days=1)


class Round(NamedTuple):
    """The last opening of a window and the next, in epoch milliseconds."""

    opened: int
    next: int
    next_text: str
    """The next opening in ISO 8601, in the window's time zone."""


class DailyWindow:
    """`window` with `at`: opens at a time of day, for so long. Its settings never change."""

    __slots__ = ("_round", "at", "days", "length", "zone")

    def __init__(self, at: time, length: int, days: Iterable[int] = EVERY_DAY, zone: tzinfo = UTC) -> None:
        """`length` is in milliseconds, at most `LONGEST`; `days` are those on which it opens, Monday is 0."""
        self.at = at
        self.length = length
        self.days = frozenset(days)
        self.zone = zone
        self._round = Round(1, 0, "")  # contains no instant

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DailyWindow) and self._settings == other._settings

    def __hash__(self) -> int:
        return hash(self._settings)

    @property
    def _settings(self) -> tuple[object, ...]:
        return self.at, self.length, self.days, self.zone

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.at}, {self.length}, {sorted(self.days)}, {self.zone})"

    def holds_back(self, moment: Moment) -> str:
        """Say why the window is closed at a moment, and when it opens next; "" when it is open."""
        now = moment.now
        opened, opens, text = self.around(now)
        return (
            "" if now - opened < self.length else f"window: opens in {seconds_text(opens - now)}, at {text}"
        )

    def opened(self, moment: Moment) -> int:
        """Compute when the window that is open has opened, in milliseconds since load or reset."""
        return self.around(moment.now).opened - (moment.now - moment.elapsed)

    def opens_in(self, now: int) -> int:
        """Compute the milliseconds until it opens; 0 where it is open."""
        opened, opens, _ = self.around(now)
        return 0 if now - opened < self.length else opens - now

    @property
    def always_open(self) -> bool:
        """Whether it is never closed: no day is longer than it, which holds where clocks never change."""
        fixed = isinstance(self.zone, timezone)
        return fixed and self.days == EVERY_DAY and self.length == LONGEST

    def around(self, now: int) -> Round:
        """Find the openings before and after an instant; the last answer serves until the next opening."""
        kept = self._round
        if not kept.opened <= now < kept.next:
            kept = self._round = self._find(now)
        return kept

    def _find(self, now: int) -> Round:
        today = (EPOCH + now * _MILLISECOND).astimezone(self.zone).date()
        # Where clocks go back at midnight, the time of the day after comes before some of today.
        opened = next(at for at in self._openings(today, range(1, -9, -1)) if at <= now)
        opens = next(at for at in self._openings(today, range(9)) if at > now)
        text = (EPOCH + opens * _MILLISECOND).astimezone(self.zone).isoformat()
        return Round(opened, opens, text)

    def _openings(self, today: date, distances: Iterable[int]) -> Iterator[int]:
        for distance in distances:
            day = today + distance * _DAY
            if day.weekday() in self.days:
                yield first_instant(datetime.combine(day, self.at), self.zone)


def first_instant(local: datetime, zone: tzinfo) -> int:
    """Find the first instant at which clocks in a zone show `local` or later, epoch milliseconds."""
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:  # `local` comes once, or twice: the first time then
        return (early - EPOCH) // _MILLISECOND
    # It is skipped. Read with the time before the gap it is after it, and the other way round.
    after, before = early, late
    shown_after = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == shown_after:
            after = middle
        else:
            before = middle
    return (after - EPOCH) // _MILLISECOND


def time_of_day(text: str) -> time:
    """Read `HH:MM` or `HH:MM:SS`. Raises ValueError."""
    return time.fromisoformat(text)


def weekdays(text: str) -> frozenset[int] | None:
    """Read a day such as `mon`, or days such as `mon-fri`; `fri-mon` goes on in the next week.

    Returns None for other text.
    """
    first, dash, last = text.partition("-")
    if first not in WEEKDAYS or (last not in WEEKDAYS if dash else last):
        return None
    begin = WEEKDAYS.index(first)
    length = (WEEKDAYS.index(last) - begin) % 7 if dash else 0
    return frozenset((begin + step) % 7 for step in range(length + 1))
