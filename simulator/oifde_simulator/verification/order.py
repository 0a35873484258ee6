"""The order of exchanges; others may have come between them."""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.filters import Filter
from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import Steps, selected
from oifde_simulator.verification.descriptions import Description
from oifde_simulator.verification.snapshot import GONE, JournalSnapshot, Result, hint


@dataclass(frozen=True, slots=True)
class Order:
    """An exchange for each description, each after the one before."""

    steps: Sequence[Description]

    @property
    def tenant(self) -> str | None:
        """Tenant of all steps; None if they have several or none."""
        tenants = {step.filter.tenant for step in self.steps}
        return tenants.pop() if len(tenants) == 1 else None

    @property
    def filters(self) -> Sequence[Filter]:
        """Filters of the exchanges that are looked for."""
        return tuple(step.filter for step in self.steps)

    def verify(self, snapshot: JournalSnapshot) -> Steps[Result]:
        """Take the first entry that fits each step in turn, which finds an order if there is one."""
        searched = snapshot.range_of(self.tenant)
        numbers = yield from self._found(searched.entries)
        if len(numbers) == len(self.steps):
            return Result(
                True, "they came in this order", len(numbers), numbers, truncated=searched.truncated
            )
        step, after = self.steps[len(numbers)], numbers[-1] if numbers else 0
        near = yield from snapshot.nearest(step.filter, after)
        before = (entry for entry in searched.entries if entry.number < after)
        fitting = yield from selected(before, step.filter.accepts)
        earlier = [entry.number for entry in fitting if entry.number not in numbers]
        return Result(
            passed=False,
            message=f"step {len(numbers) + 1} {step}: {_missing(numbers)}{_earlier(earlier)}{hint(near)}"
            + (f"; {GONE}" if searched.truncated else ""),
            found=len(numbers),
            numbers=numbers,
            near=near,
            truncated=searched.truncated,
        )

    def _found(self, entries: Sequence[Entry]) -> Steps[list[int]]:
        numbers: list[int] = []
        for entry in entries:
            if len(numbers) == len(self.steps):
                break
            if self.steps[len(numbers)].filter.accepts(entry):
                numbers.append(entry.number)
            yield
        return numbers


def _missing(numbers: Sequence[int]) -> str:
    return f"nothing after entry {numbers[-1]}, which was step {len(numbers)}" if numbers else "nothing"


def _earlier(numbers: Sequence[int]) -> str:
    return f"; entry {numbers[-1]} fits, but came too early" if numbers else ""
