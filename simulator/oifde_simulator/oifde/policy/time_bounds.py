"""Say which sessions lie between the two times of a query."""

from __future__ import annotations

from typing import Literal

from oifde_simulator.fast_dataclasses import dataclass

Bound = Literal["inclusive", "exclusive"]
SECOND = 1000
"""Milliseconds of a second, the precision of a query's times."""


@dataclass(frozen=True, slots=True)
class TimeBounds:
    """Which time of a session is compared, and whether the bounds are inside."""

    begin: Bound = "inclusive"
    end: Bound = "inclusive"
    field: Literal["startTime", "endTime"] = "startTime"
    """Field of the record whose time is compared."""

    def first(self, begin: int) -> int:
        """Compute the first millisecond inside, for a begin in epoch milliseconds."""
        return begin if self.begin == "inclusive" else begin + 1

    def last(self, end: int) -> int:
        """Compute the last millisecond inside; an inclusive end has its whole second inside."""
        return end + SECOND - 1 if self.end == "inclusive" else end - 1
