"""What is counted over all requests: rules that fired, and answers of several replicas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from oifde_simulator.model.counted_requests import AddedCounts, AllCounts, RecentTallies
from oifde_simulator.model.coverage import CoverageSnapshot, CoveredRule


class Coverage(Protocol):
    """Rules that count, and how often each has fired since the start."""

    async def cover(self, scenario: str, rules: Sequence[CoveredRule], *, file: bool, asked: bool) -> None:
        """Count these rules of a scenario from now on."""
        ...

    async def snapshot(self) -> CoverageSnapshot:
        """Copy what was counted."""
        ...


class Metrics(Protocol):
    """Counts of what several replicas have answered. Calls raise StoreGone."""

    async def add(self, number: int, added: AddedCounts, gauges: Mapping[str, float]) -> None:
        """Add counts of this replica; a batch of the same `number` is added once.

        `gauges` are what is so at this replica now, until it says otherwise or is gone.
        """
        ...

    async def all(self) -> AllCounts:
        """Read the counts of all replicas, those of dead ones too."""
        ...

    async def recent(self, seconds: int, tenant: str | None) -> RecentTallies:
        """Read the tallies of the last seconds, of all tenants or of one (`""`: of none known)."""
        ...

    async def forget(self, tenant: str, last: int) -> None:
        """Forget the counts of a gone tenant, also those of its entries up to `last` that come late."""
        ...
