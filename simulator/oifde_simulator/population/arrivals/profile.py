"""The profile of one day: at which of its seconds a session may begin, and how likely."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.population.arrivals.local_days import LocalDays, Span

HOUR = 3600
QUARTER = 900
"""Clocks change at quarters of an hour, by quarters of an hour."""
MARGIN = 300
"""Seconds at the end of a day in which no session begins, so that nearly all sessions end on their day."""
PROFILES_KEPT = 2 << 20
"""Bytes of the profiles of plain days in memory; the eight of a mix of kinds are shared by its tenants."""
CHANGES_KEPT = 2 << 20
"""Bytes of the profiles of days whose clocks change in memory."""
Change = tuple[tuple[float, ...], Span, LocalDays]
"""The weights of the hours of a day whose clocks change, and the day."""


class Profile(NamedTuple):
    """The seconds of a day in which sessions begin: open seconds. Closed ones are skipped in counting."""

    begins: Sequence[int]
    """Seconds of the day at which the stretches of open seconds begin; only what is closed parts them."""
    opened: Sequence[int]
    """Open seconds before each of these stretches."""
    open: int
    """Number of open seconds."""
    shares: Sequence[float]
    """Share of the sessions that begin before each hour or quarter, the first 0."""
    lines: Sequence[tuple[float, float]]
    """For each hour or quarter, base and slope of the share of open seconds by the share of sessions."""

    def draw(self, units: Sequence[float], gap: int) -> Sequence[int]:
        """Choose seconds of the day by numbers from 0 up to, but not, 1.

        The seconds ascend and are at least `gap` apart; there must be room for them.
        """
        room = self.open - gap * (len(units) - 1)
        shares, lines, last = self.shares, self.lines, room - 1
        times = []
        for unit in units:
            base, slope = lines[bisect_right(shares, unit) - 1]
            time = int((base + unit * slope) * room)
            times.append(time if time < last else last)
        if len(times) > 1:
            times.sort()
            times = [time + place * gap for place, time in enumerate(times)]
        return self._seconds_of_day(times)

    def _seconds_of_day(self, times: Sequence[int]) -> Sequence[int]:
        if len(self.begins) == 1:
            begin = self.begins[0]
            return [begin + time for time in times]
        begins, opened = self.begins, self.opened
        places = [(bisect_right(opened, time) - 1, time) for time in times]
        return [begins[place] + time - opened[place] for place, time in places]


@bounded_cache(PROFILES_KEPT)
def plain_profile(hours: tuple[float, ...]) -> Profile:
    """Make the profile of a day whose clocks do not change, by the weights of its hours."""
    return _profile((hour * HOUR, (hour + 1) * HOUR, weight) for hour, weight in enumerate(hours))


@bounded_cache(CHANGES_KEPT)
def changing_profile(change: Change) -> Profile:
    """Make the profile of a day whose clocks change: an hour that comes twice weighs twice."""
    hours, span, days = change
    return _profile(
        (at, min(at + QUARTER, span.length), hours[days.wall(span.begin + at).hour] / 4)
        for at in range(0, span.length, QUARTER)
    )


def _profile(stretches: Iterable[tuple[int, int, float]]) -> Profile:
    found = [*stretches]
    end = found[-1][1] - MARGIN if found else 0
    # The first second of a day begins no session: the call reached the platform before it, on that day.
    kept = [
        (max(begin, 1), min(stop, end), weight) for begin, stop, weight in found if weight and begin < end
    ]
    lengths = [stop - begin for begin, stop, _ in kept]
    seconds = [*accumulate(lengths, initial=0)]
    weights = [*accumulate((weight for _, _, weight in kept), initial=0.0)]
    parted = [place for place, (begin, _, _) in enumerate(kept) if not place or kept[place - 1][1] < begin]
    return Profile(
        [kept[place][0] for place in parted],
        [seconds[place] for place in parted],
        seconds[-1],
        [weight / weights[-1] for weight in weights[:-1]],
        [_line(seconds, weights, place) for place in range(len(kept))],
    )


def _line(seconds: Sequence[int], weights: Sequence[float], place: int) -> tuple[float, float]:
    """Compute base and slope of the line through two points of the cumulated seconds and weights."""
    length, weight = seconds[place + 1] - seconds[place], weights[place + 1] - weights[place]
    slope = length * weights[-1] / (weight * seconds[-1])
    return seconds[place] / seconds[-1] - weights[place] / weights[-1] * slope, slope
