"""Everything that the memory form keeps, for its parts that share it."""

from __future__ import annotations

from collections.abc import Callable

from oifde_simulator.clock import Clock
from oifde_simulator.model.turn import Leases
from oifde_simulator.state.coverage_table import CoverageTable
from oifde_simulator.state.memory.counted_values import CountBudget
from oifde_simulator.state.memory.counters import RuleCounters
from oifde_simulator.state.memory.credentials import CredentialCounters
from oifde_simulator.state.memory.journal_store import Bounds, EntryTable
from oifde_simulator.state.memory.open_leases import OpenLeases
from oifde_simulator.state.memory.tenants import TenantTable


class TenantCounts:
    """What was counted for one tenant since its epoch began."""

    __slots__ = ("credentials", "epoch", "rules")

    def __init__(self, tenant: str, epoch: int, budget: CountBudget) -> None:
        self.epoch = epoch
        self.rules = RuleCounters(budget, OpenLeases(tenant, epoch))
        self.credentials = CredentialCounters(budget)


class Tables:
    """All that is kept, for the parts of the state that share it."""

    def __init__(self, bounds: Bounds, uptime: Callable[[], float], clock: Clock) -> None:
        self.tenants = TenantTable(clock.now, uptime, self._forget_rules)
        self.journal = EntryTable(bounds)
        self.coverage = CoverageTable()
        self.token_numbers: dict[str, int] = {}
        """Tokens that were issued to each tenant; a reset does not begin anew."""
        self.budget = CountBudget()
        """Bytes that may be taken by what is counted for the values that clients send."""
        self.counts: dict[str, TenantCounts] = {}

    def counts_of(self, tenant: str, epoch: int) -> TenantCounts:
        """Find the counts of a tenant; another epoch begins with none."""
        counts = self.counts.get(tenant)
        if counts is None or counts.epoch != epoch:
            counts = self.counts[tenant] = TenantCounts(tenant, epoch, self.budget)
        return counts

    def give_back(self, leases: Leases) -> None:
        """End leases; those of an epoch that has passed change nothing."""
        for lease in leases:
            counts = self.counts.get(lease.tenant)
            if counts is not None and counts.epoch == lease.epoch:
                counts.rules.leases.give_back(lease)

    def forget(self, tenant: str, *, tokens: bool) -> None:
        """Give back what was counted for a tenant that is gone."""
        self.counts.pop(tenant, None)
        if tokens:
            self.token_numbers.pop(tenant, None)

    def _forget_rules(self, tenant: str, names: frozenset[str]) -> None:
        counts = self.counts.get(tenant)
        if counts is not None:
            for name in names:
                counts.rules.forget(name)
