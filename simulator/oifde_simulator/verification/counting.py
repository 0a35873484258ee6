"""How many exchanges fit a description: exactly, at least, at most, none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oifde_simulator.text import counted
from oifde_simulator.verification.describing import Description
from oifde_simulator.verification.snapshot import GONE, Past, Result, hint

MOST_TOLD = 10
"""Entries that a message names."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many exchanges, neither fewer nor more."""

    description: Description
    least: int = 0
    most: int | None = None
    """None for any number."""

    @property
    def tenant(self) -> str | None:
        """Whose entries are looked at."""
        return self.description.filter.tenant

    def judge(self, past: Past) -> Result:
        """Whether there are so many."""
        wanted = self.description.filter
        numbers = [entry.number for entry in past.fitting(wanted)]
        truncated = past.of(wanted.tenant).truncated
        few, many = len(numbers) < self.least, self.most is not None and len(numbers) > self.most
        unsure = truncated and not many and (few or self.most is not None)
        message = f"expected {self._expected()}, found {len(numbers)} {self.description}"
        near = past.nearest(wanted) if few else ()
        ending = (_named(numbers) if many else "") + (f"; {GONE}" if unsure else "")
        return Result(
            passed=not (few or many or unsure),
            message=message + hint(near) + ending,
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


def _named(numbers: Sequence[int]) -> str:
    """The entries that are too many, or were not to be there, as the end of a message."""
    told = ", ".join(map(str, numbers[:MOST_TOLD])) + (", ..." if len(numbers) > MOST_TOLD else "")
    return f": {'entry' if len(numbers) == 1 else 'entries'} {told}"
