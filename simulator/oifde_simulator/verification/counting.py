"""The number of exchanges that fit a description: exactly, at least, at most, none."""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.filters import Filter
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import counted
from oifde_simulator.verification.descriptions import Description
from oifde_simulator.verification.snapshot import GONE, JournalSnapshot, Result, hint

MOST_LISTED = 10
"""Entries that a message lists."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of exchanges between bounds."""

    description: Description
    least: int = 0
    most: int | None = None
    """Greatest number; None for no bound."""

    @property
    def tenant(self) -> str | None:
        """Tenant whose entries are searched; None for all."""
        return self.description.filter.tenant

    @property
    def filters(self) -> Sequence[Filter]:
        """Filters of the exchanges that are looked for."""
        return (self.description.filter,)

    def verify(self, snapshot: JournalSnapshot) -> Steps[Result]:
        """Count the entries that fit and compare the number with the bounds."""
        wanted = self.description.filter
        fitting = yield from snapshot.matching(wanted)
        numbers = [entry.number for entry in fitting]
        truncated = snapshot.range_of(wanted.tenant).truncated
        few, many = len(numbers) < self.least, self.most is not None and len(numbers) > self.most
        unsure = truncated and not many and (few or self.most is not None)
        message = f"expected {self._expected()}, found {len(numbers)} {self.description}"
        # What is missing beside those that fit is another such request, not one of another endpoint.
        endpoints = {entry.endpoint for entry in fitting}
        near = (yield from snapshot.nearest(wanted, endpoints=endpoints)) if few else ()
        listed = _listed(numbers) if numbers and (few or many) else ""
        return Result(
            passed=not (few or many or unsure),
            message=message + listed + hint(near) + (f"; {GONE}" if unsure else ""),
            found=len(numbers),
            numbers=numbers,
            near=near,
            truncated=truncated,
        )

    def _expected(self) -> str:
        if self.most is None:
            return f"at least {counted(self.least, 'exchange')}"
        if self.least == self.most:
            return counted(self.least, "exchange") if self.least else "no exchange"
        most = f"at most {counted(self.most, 'exchange')}"
        return f"at least {self.least} and {most}" if self.least else most


def _listed(numbers: Sequence[int]) -> str:
    """Format the entries that fit, as a part of a message that there are too few or too many."""
    listed = ", ".join(map(str, numbers[:MOST_LISTED])) + (", ..." if len(numbers) > MOST_LISTED else "")
    return f": {'entry' if len(numbers) == 1 else 'entries'} {listed}"
