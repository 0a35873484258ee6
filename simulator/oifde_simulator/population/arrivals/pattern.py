"""The pattern of arrivals: how sessions of each kind spread over the hours and days of a week.

Rule: a kind keeps its share of all sessions, whatever its hours. Local time only; no zones, no draws.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from oifde_simulator.bounded_cache import bounded_cache, measured

OUTBOUND = "outbound_call"
PATTERNS_KEPT = 4 << 20
"""Bytes of the patterns in memory; tenants of one mix share theirs."""
PATTERN = 96 << 10
"""Bytes of one of them."""

# Guess: [calling-hours] people call in daytime, and a few at night; a week of real calls would settle it.
INBOUND_HOURS = (6, 4, 3, 2, 2, 3, 8, 22, 48, 78, 92, 90, 70, 66, 80, 86, 78, 62, 48, 40, 34, 26, 18, 10)
INBOUND_WEEK = (1.2, 1.12, 1.1, 1.08, 1.1, 0.8, 0.6)
# Guess: [outbound-hours] 09:00 to 20:00, Monday to Saturday; a week of outbound calls would settle it.
OUTBOUND_HOURS = (*[0] * 9, 50, 90, 84, 30, 40, 84, 92, 86, 74, 66, 54, *[0] * 4)
OUTBOUND_WEEK = (1.25, 1.25, 1.25, 1.25, 1.25, 0.75, 0)
"""Sessions by local hour, relative, and by day of the week, Monday first; the mean of a week is 1."""


class ArrivalPattern:
    """How the sessions of one mix of kinds spread over a week."""

    def __init__(self, mix: Mapping[str, float]) -> None:
        """Take weights by the names of kinds; at least one is positive."""
        whole = sum(mix.values())
        self._shares = {name: weight / whole for name, weight in mix.items() if weight}
        self._names = [*self._shares]
        week = [[self._at(day, hour) for hour in range(24)] for day in range(7)]
        self._sums = [[self._summed(kinds) for kinds in day] for day in week]
        self.hours = [tuple(sum(weight for _, weight in kinds) for kinds in day) for day in week]
        """Sessions by hour, for each day of the week, Monday first; a week has 7 in all."""
        self.mean_hours = tuple(sum(hours) / 7 for hours in zip(*self.hours, strict=True))
        """Sessions by hour of a day, on average over a week."""
        self.weekdays = tuple(map(sum, self.hours))
        """Sessions by day of the week, Monday first; their mean is 1."""

    def kind(self, weekday: int, hour: int, unit: float) -> str:
        """Choose the kind of a session that begins at this hour by `unit`, from 0 up to, but not, 1."""
        sums = self._sums[weekday][hour]
        return self._names[bisect_right(sums, unit * sums[-1], 0, len(sums) - 1)]

    def _summed(self, kinds: Sequence[tuple[str, float]]) -> Sequence[float]:
        # An exact number of sessions of a user is spread over all days, whatever their kind.
        weights = [weight for _, weight in kinds]
        return [*accumulate(weights if any(weights) else self._shares.values())]

    def _at(self, weekday: int, hour: int) -> list[tuple[str, float]]:
        return [(name, share * density(name, weekday, hour)) for name, share in self._shares.items()]


def density(name: str, weekday: int, hour: int) -> float:
    """Tell which share of a kind's sessions of a mean day begin at this hour of this day of the week."""
    if name == OUTBOUND:
        return OUTBOUND_WEEK[weekday] * OUTBOUND_HOURS[hour] / sum(OUTBOUND_HOURS)
    return INBOUND_WEEK[weekday] * INBOUND_HOURS[hour] / sum(INBOUND_HOURS)


@bounded_cache(PATTERNS_KEPT, lambda mix, pattern: PATTERN + measured(mix))
def arrival_pattern(mix: tuple[tuple[str, float], ...]) -> ArrivalPattern:
    """Find the pattern of a mix, given as pairs of name and weight."""
    return ArrivalPattern(dict(mix))
