"""Computes when a user's sessions begin: a pure function of the world, the number and the UTC day.

This module knows neither dialogues nor clocks.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from hashlib import blake2b
from itertools import accumulate
from math import exp

from oifde_simulator.population.multinomial import count_at, counts
from oifde_simulator.randomness import KeyedRandom, key

DAY = 86_400
"""Length of a day in seconds."""

# Calls by hour of the UTC day, relative: a night shift with little to do, a peak before and after noon.
HOURS = (6, 4, 3, 2, 2, 3, 8, 22, 48, 78, 92, 90, 70, 66, 80, 86, 78, 62, 48, 40, 34, 26, 18, 10)
# Calls by day of the week, Monday first; their mean is 1.
WEEKDAYS = (1.2, 1.12, 1.1, 1.08, 1.1, 0.8, 0.6)
# Calls of a user relative to the mean, and the share of such users; the mean over users is 1.
KINDS_OF_USER = ((0.1, 0.30), (0.95, 0.60), (4.0, 0.10))

WIDEST_GAP = 2400
"""Least seconds between a user's sessions of one day, where the day has room."""
LAST_START = DAY - 300
"""Last second of the day in which a session begins, so that nearly all sessions end on their day."""
DAYS_A_HASH = 8

_CUMULATED = tuple(accumulate(HOURS, initial=0))


class Timetable:
    """The starts of all sessions of one world."""

    def __init__(self, key: bytes, *, days: int, per_day: float, exactly: dict[str, int]) -> None:
        """Take `days` of retention, the mean of sessions `per_day` and user, and exact numbers by user."""
        self.days = days
        self._key = key
        self._per_day = per_day
        self._exactly = exactly

    def starts(self, user: str, first: int, last: int) -> array[int]:
        """Compute a user's starts, epoch seconds, ascending, on UTC days `first` to `last`, both included."""
        found = array("q")
        for day, count in self._counts(user, first, last):
            if count:
                found.extend(self._of_day(user, day, count))
        return found

    def _counts(self, user: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        if user in self._exactly:
            return self._exact_counts(user, first, last)
        return self._drawn_counts(user, first, last)

    def _drawn_counts(self, user: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        own = key(self._key.hex(), user)
        mean = self._per_day * KeyedRandom(key(own.hex(), "kind")).weighted(KINDS_OF_USER)
        block, octets = -1, b""
        for day in range(first, last + 1):
            if day // DAYS_A_HASH != block:
                block = day // DAYS_A_HASH
                octets = blake2b(b"%d" % block, digest_size=64, key=own, person=b"count").digest()
            place = day % DAYS_A_HASH * 8
            unit = int.from_bytes(octets[place : place + 8]) / 2**64
            # 1970-01-01, day 0, was a Thursday.
            yield day, _poisson(mean * WEEKDAYS[(day + 3) % 7], unit)

    def _exact_counts(self, user: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        own, total, days = key(self._key.hex(), user, "slots"), self._exactly[user], self.days
        if first == last:
            return iter([(first, count_at(own, total, days, first % days))])
        slots = counts(own, total, days)
        return ((day, slots[day % days]) for day in range(first, last + 1))

    def _of_day(self, user: str, day: int, count: int) -> Iterator[int]:
        # A user with an exact number has the same times in each cycle, so that every window has that number.
        which = f"slot {day % self.days}" if user in self._exactly else str(day)
        draws = KeyedRandom(key(self._key.hex(), user, which))
        gap = min(WIDEST_GAP, (LAST_START - 1) // (2 * count))
        room = LAST_START - 1 - gap * (count - 1)
        times = sorted(_second_of_day(draws.unit(), room) for _ in range(count))
        return (day * DAY + 1 + time + place * gap for place, time in enumerate(times))


def _second_of_day(unit: float, room: int) -> int:
    """Choose a second below `room`, distributed as by HOURS over a day shortened to `room` seconds."""
    target = unit * _CUMULATED[-1]
    hour = bisect_right(_CUMULATED, target) - 1
    within = (target - _CUMULATED[hour]) / HOURS[hour]
    return int((hour + within) / 24 * room)


def _poisson(mean: float, unit: float) -> int:
    count, term = 0, exp(-mean)
    total = term
    while unit >= total and term > 0:
        count += 1
        term *= mean / count
        total += term
    return count
