"""Computes when a user's sessions begin: a pure function of the world, the number and the local day.

This module knows neither dialogues nor clocks.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from functools import cached_property
from hashlib import blake2b
from itertools import chain, cycle, islice
from math import exp

from oifde_simulator.population.arrivals.contacts import Rate
from oifde_simulator.population.arrivals.local_days import DAY, local_days, weekday
from oifde_simulator.population.arrivals.multinomial import count_at, counts
from oifde_simulator.population.arrivals.pattern import ArrivalPattern
from oifde_simulator.population.arrivals.profile import Profile, changing_profile, plain_profile
from oifde_simulator.randomness import EIGHT, KeyedRandom, key

WIDEST_GAP = 2400
"""Least seconds between a user's sessions of one day, where the day has room."""
DAYS_A_HASH = 8
ROUNDED = 1 << 12
"""More than a number of 64 bits changes when it becomes a float."""


class Timetable:
    """The starts of all sessions of one world."""

    def __init__(
        self,
        key: bytes,
        *,
        days: int,
        rate: Rate,
        zone: str | tzinfo,
        pattern: ArrivalPattern,
        exactly: Mapping[str, int],
    ) -> None:
        """Take `days` of retention, the users' `rate` of sessions, and exact numbers by user."""
        self.days = days
        self._key = key
        self._rate = rate
        self._exactly = exactly
        self._local = local_days(zone)
        # Clocks that change would move a session into a window of `days` too early or too late.
        self._unchanging = local_days(zone, unchanging=True)
        self._pattern = pattern

    def starts(self, user: str, first: int, last: int) -> array[int]:
        """Compute a user's starts, epoch seconds, ascending, on UTC days `first` to `last`, both included."""
        return self.between(user, first * DAY, last * DAY + DAY - 1)

    def between(self, user: str, earliest: int, latest: int) -> array[int]:
        """Compute a user's starts from `earliest` to `latest`, epoch seconds, both included, ascending."""
        local = self._unchanging if user in self._exactly else self._local
        found, times = array("q"), key(self._key.hex(), user, "times")
        first = local.day_of(earliest)
        last = first if latest == earliest else local.day_of(latest)
        for day, count in self._counts(user, first, last):
            if count:
                found.extend(self._of_day(user, times, day, count))
        return found[bisect_left(found, earliest) : bisect_right(found, latest)]

    def _counts(self, user: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        if user in self._exactly:
            return self._exact_counts(user, first, last)
        return self._drawn_counts(user, first, last)

    def _drawn_counts(self, user: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        own = key(self._key.hex(), user)
        mean = self._rate(KeyedRandom(key(own.hex(), "kind")))
        if first == last:
            return self._drawn_count(own, mean, first)
        means = [mean * share for share in self._pattern.weekdays]
        # Chances of no session: most users have one on few days.
        none = [exp(-mean) for mean in means]
        # Whole numbers below these are surely below the chance; the few others are compared with it.
        floors = [int(chance * 2.0**64) - ROUNDED for chance in none]
        start = first // DAYS_A_HASH
        numbers = chain.from_iterable([_eight(own, block) for block in range(start, last // DAYS_A_HASH + 1)])
        drawn = islice(numbers, first - start * DAYS_A_HASH, None)
        days = zip(range(first, last + 1), drawn, islice(cycle(floors), weekday(first), None), strict=False)
        busy = [(day, weekday(day), number * 2.0**-64) for day, number, floor in days if number >= floor]
        return ((day, _poisson(means[of], none[of], unit)) for day, of, unit in busy if unit >= none[of])

    def _drawn_count(self, own: bytes, mean: float, day: int) -> Iterator[tuple[int, int]]:
        """Draw the number of sessions on one day; a lookup by ID needs no other."""
        mean *= self._pattern.weekdays[weekday(day)]
        none = exp(-mean)
        unit = _eight(own, day // DAYS_A_HASH)[day % DAYS_A_HASH] * 2.0**-64
        return iter([(day, _poisson(mean, none, unit))] if unit >= none else [])

    def _exact_counts(self, user: str, first: int, last: int) -> Iterator[tuple[int, int]]:
        own, total, days = key(self._key.hex(), user, "slots"), self._exactly[user], self.days
        if first == last:
            return iter([(first, count_at(own, total, days, first % days))])
        slots = counts(own, total, days)
        return ((day, slots[day % days]) for day in range(first, last + 1))

    def _of_day(self, user: str, times: bytes, day: int, count: int) -> Sequence[int]:
        # A user with an exact number has the same times in each cycle, so that every window has that number.
        if user in self._exactly:
            begin, profile, slot = self._unchanging.span(day).begin, self._mean_day, f"slot {day % self.days}"
        else:
            begin, profile, slot = *self._day(day), str(day)
        if profile.open <= count:
            return ()
        gap = max(1, min(WIDEST_GAP, profile.open // (2 * count)))
        return [begin + second for second in profile.draw(_day_units(times, slot, count), gap)]

    def _day(self, day: int) -> tuple[int, Profile]:
        """Find the first second and the profile of a local day."""
        begin, _, plain = span = self._local.span(day)
        if plain:
            return begin, self._week[weekday(day)]
        return begin, changing_profile((self._pattern.hours[weekday(day)], span, self._local))

    @cached_property
    def _week(self) -> Sequence[Profile]:
        return [plain_profile(hours) for hours in self._pattern.hours]

    @cached_property
    def _mean_day(self) -> Profile:
        return plain_profile(self._pattern.mean_hours)


def _eight(own: bytes, block: int) -> Sequence[int]:
    """Draw the numbers of 64 bits of one block of days."""
    return EIGHT(blake2b(str(block).encode(), digest_size=64, key=own, person=b"count").digest())


def _day_units(times: bytes, slot: str, count: int) -> list[float]:
    """Draw `count` numbers from 0 up to, but not, 1 for the sessions of a day."""
    octets = blake2b(slot.encode(), digest_size=64, key=times).digest()
    if count <= len(octets) // 8:
        return [(number >> 11) * 2.0**-53 for number in EIGHT(octets)[:count]]
    draws = KeyedRandom(octets)
    return [draws.unit() for _ in range(count)]


def _poisson(mean: float, none: float, unit: float) -> int:
    """Find a number of sessions by `unit`; `none` is the chance that there is none."""
    count, term = 0, none
    total = term
    while unit >= total and term > 0:
        count += 1
        term *= mean / count
        total += term
    return count
