"""Deletions while a search runs: what it has read before them must not be counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.entry import Entry


@dataclass(slots=True)
class Deletions:
    """Entries that a search which is still running must not judge: it may have read them before a change."""

    everything: int = 0
    """Number up to which all entries were deleted; 0 for none."""
    tenants: dict[str, int] = field(default_factory=dict)
    """Tenants whose entries were all deleted, and up to which number."""
    numbers: set[int] = field(default_factory=set)
    """Numbers of single entries that were deleted, or have ended."""

    def add(self, tenant: str | None, numbers: Collection[int] | None, last: int) -> None:
        """Remember one deletion."""
        if numbers is not None:
            self.numbers.update(numbers)
        elif tenant is None:
            self.everything = max(self.everything, last)
        else:
            self.tenants[tenant] = max(self.tenants.get(tenant, 0), last)

    def include(self, entry: Entry) -> bool:
        """Check that an entry from before was deleted, or has ended."""
        cleared = max(self.everything, self.tenants.get(entry.tenant, 0))
        return entry.number <= cleared or entry.number in self.numbers
