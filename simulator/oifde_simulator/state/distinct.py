"""The judgement of `after: {distinct, count}` on the values that were seen.

Rule: values only, so that a script in a store can judge the same. Once there were enough, they are forgotten.
"""

from __future__ import annotations

from sys import getsizeof

from oifde_simulator.model.turn import Distinct
from oifde_simulator.state import reasons

COUNT, SEEN = 320, 110
"""Bytes of an empty count, and of each value in it beside its text."""


class DistinctCount:
    """Distinct values of one rule, for one value of its `per`."""

    __slots__ = ("passed", "values", "weight")

    def __init__(self) -> None:
        self.values: set[str] | None = set()
        """Values that were seen; None once there were enough."""
        self.passed = 0
        """Matches before the one that brought enough; those after it count."""
        self.weight = COUNT
        """Bytes that it takes."""

    def held_back(self, distinct: Distinct, value: str, matches: int) -> str:
        """See the value of a match, the rule's `matches`th; the reason why it is not counted yet, or ""."""
        seen = self.values
        if seen is None:
            return ""
        if value not in seen:
            if len(seen) >= distinct.count:
                self.values, self.weight, self.passed = None, COUNT, matches - 1
                return ""
            seen.add(value)
            self.weight += SEEN + getsizeof(value)
        return reasons.distinct(len(seen), distinct)
