"""What the control plane asks of the state in memory about tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.tenant_state import NewRule, RuleStanding, TenantSource, TenantState
from oifde_simulator.model.turn import StateTimes, Value
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.memory.counters import RuleCounters
from oifde_simulator.state.memory.tables import Tables
from oifde_simulator.state.rule_names import standings


class MemoryTenants:
    """What the control plane does to tenants."""

    def __init__(self, tables: Tables, uptime: Callable[[], float]) -> None:
        self._tables = tables
        self._table = tables.tenants
        self._uptime = uptime

    async def get(self, id: str) -> TenantState:
        """Tell how a tenant is; one that nobody touched is as its file has it."""
        return self._table.get(id)

    async def made(self) -> list[str]:
        """List the ids of tenants that were made on demand, in the order in which they were."""
        return self._table.made()

    async def gone(self) -> frozenset[str]:
        """List the ids that the files have and that were deleted."""
        return self._table.gone()

    async def touched(self) -> list[str]:
        """List the ids of tenants that are not as their files have them."""
        return self._table.touched()

    async def number(self) -> int:
        """Count one more tenant without an id of its own; from 1."""
        return self._table.number()

    async def make(self, id: str, source: TenantSource) -> TenantState:
        """Serve a tenant that is made of `source`. Raises DuplicateName and CapacityExceeded."""
        return self._table.make(id, source)

    async def replace(self, id: str, source: TenantSource | None, *, epoch: int | None = None) -> TenantState:
        """Serve another source as the tenant (None: what the files have). Raises CapacityExceeded."""
        self._check(id, epoch)
        return self._table.replace(id, source)

    async def delete(self, id: str, *, in_files: bool, epoch: int | None = None) -> None:
        """End a tenant; the next one of its id has other credentials."""
        self._check(id, epoch)
        made = self._table.get(id).made
        self._table.delete(id, in_files=in_files)
        self._tables.forget(id, tokens=made)

    async def reset(self, id: str, *, cleared: bool = False, epoch: int | None = None) -> TenantState:
        """Begin the tenant anew; `cleared` leaves the rules of its scenario out until the next reset."""
        self._check(id, epoch)
        return self._table.reset(id, cleared=cleared)

    async def reset_all(self, *, cleared: bool = False) -> None:
        """Begin every tenant anew; `cleared` leaves the rules of the scenarios out until the next reset."""
        self._table.reset_all(cleared=cleared)

    async def restore(self) -> list[str]:
        """Serve what the files have and nothing else; the ids of made tenants that are gone by this."""
        gone = self._table.restore()
        self._tables.counts.clear()
        for id in gone:
            self._tables.forget(id, tokens=True)
        return gone

    async def set_clock(self, id: str, setting: ClockSetting, version: int) -> TenantState:
        """Set a tenant's clock, as it follows from how the tenant was at `version`; Stale at another."""
        if self._table.get(id).version != version:
            raise Stale
        return self._table.set_clock(id, setting)

    async def add_rules(
        self, id: str, rules: Sequence[NewRule], own: Iterable[str], epoch: int
    ) -> TenantState:
        """Have rules asked before all others; `own` are the names of those of the scenario.

        Raises DuplicateName, CapacityExceeded, and Stale where another epoch has begun.
        """
        self._check(id, epoch)
        return self._table.add_rules(id, rules, own)

    async def remove_rules(
        self, id: str, names: Iterable[str], own: Iterable[str], *, epoch: int | None = None
    ) -> TenantState:
        """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
        self._check(id, epoch)
        return self._table.remove_rules(id, names, own)

    async def rules(self, id: str, own: Iterable[str], *, epoch: int | None = None) -> list[RuleStanding]:
        """List the rules of a tenant in the order in which they are asked."""
        self._check(id, epoch)
        fired = self._counters(id).fired()
        return standings(self._table.get(id), own, fired, self._uptime())

    async def state(self, id: str, value: Value, now: int = 0, times: StateTimes | None = None) -> str:
        """Tell the state that the rules of a tenant are in for a value at `now` (tenant time).

        Without `times` it is the one that was entered last, however long ago.
        """
        counters = self._counters(id)
        return counters.state(value) if times is None else counters.present_state(value, times, now).name

    async def states(self, id: str) -> list[Value]:
        """List the values that have left the first state."""
        return self._counters(id).states()

    async def enter(self, id: str, value: Value, state: str, at: int, *, epoch: int | None = None) -> None:
        """Set the state of a value; its time begins `at` (tenant time), also where it is in it already."""
        self._check(id, epoch)
        self._tables.counts_of(id, self._table.get(id).epoch).rules.enter(value, state, at)

    def _counters(self, id: str) -> RuleCounters:
        """Find what was counted, to read; a tenant that is only looked at is not remembered."""
        counts, epoch = self._tables.counts.get(id), self._table.get(id).epoch
        return counts.rules if counts is not None and counts.epoch == epoch else RuleCounters()

    def _check(self, id: str, epoch: int | None) -> None:
        if epoch is not None and self._table.get(id).epoch != epoch:
            raise Stale
