"""What the control plane asks of the store about tenants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oifde_simulator.clock import Clock, ClockSetting
from oifde_simulator.model.tenant_state import NewRule, RuleStanding, TenantSource, TenantState
from oifde_simulator.model.turn import START, StateTimes, Value
from oifde_simulator.state import tenant_changes as changes
from oifde_simulator.state.errors import DuplicateName, Stale
from oifde_simulator.state.lapses import present_of
from oifde_simulator.state.rule_names import standings
from oifde_simulator.state.valkey.counts.tenant_counts import TenantCounts
from oifde_simulator.state.valkey.tenants.table import Change, Found, TenantTable


class ValkeyTenants:
    """What the control plane does to tenants."""

    def __init__(self, table: TenantTable, counts: TenantCounts, clock: Clock) -> None:
        self._table = table
        self._counts = counts
        self._now = clock.now

    async def get(self, id: str) -> TenantState:
        """Tell how a tenant is; one that nobody touched is as its file has it."""
        return (await self._table.read(id)).state

    async def made(self) -> list[str]:
        """List the ids of tenants that were made on demand, in the order in which they were."""
        return await self._table.ids("made")

    async def gone(self) -> frozenset[str]:
        """List the ids that the files have and that were deleted."""
        return frozenset(await self._table.ids("gone"))

    async def touched(self) -> list[str]:
        """List the ids of tenants that are not as their files have them."""
        return await self._table.touched()

    async def last_change(self) -> int:
        """Tell a number that each change raises, whichever replica makes it."""
        return await self._table.last_change()

    async def given_sources(self, since: int) -> list[str]:
        """List the ids of tenants that got another source after the change `since`."""
        return await self._table.given_sources(since)

    async def number(self) -> int:
        """Count one more tenant without an id of its own; from 1."""
        return await self._table.number()

    async def make(self, id: str, source: TenantSource) -> TenantState:
        """Serve a tenant that is made of `source`. Raises DuplicateName and CapacityExceeded."""

        def make(found: Found) -> Change:
            if found.touched and not found.state.gone:
                raise DuplicateName(id)
            generation = found.state.generation if found.touched else found.remembered
            made = changes.begun(id, 0, self._now(), source, made=True, generation=generation)
            return Change(made, anew=True, making=True)

        return await self._table.change(id, make)

    async def replace(self, id: str, source: TenantSource | None, *, epoch: int | None = None) -> TenantState:
        """Serve another source as the tenant (None: what the files have). Raises CapacityExceeded."""

        def replace(found: Found) -> Change:
            now = self._now()
            return Change(changes.replaced(found.state, id, source, found.remembered, 0, now), anew=True)

        return await self._table.change(id, replace, epoch=epoch)

    async def delete(self, id: str, *, in_files: bool, epoch: int | None = None) -> None:
        """End a tenant; the next one of its id has other credentials."""
        await self._table.drop(id, in_files=in_files, epoch=epoch)

    async def reset(self, id: str, *, cleared: bool = False, epoch: int | None = None) -> TenantState:
        """Begin the tenant anew; `cleared` leaves the rules of its scenario out until the next reset."""

        def reset(found: Found) -> Change:
            return Change(changes.reset(found.state, id, 0, self._now(), cleared=cleared), anew=True)

        return await self._table.change(id, reset, epoch=epoch)

    async def reset_all(self, *, cleared: bool = False) -> None:
        """Begin every tenant anew; `cleared` leaves the rules of the scenarios out until the next reset."""
        await self._table.reset_all(cleared=cleared)

    async def restore(self) -> list[str]:
        """Serve what the files have and nothing else; the ids of made tenants that are gone by this."""
        return await self._table.restore()

    async def set_clock(self, id: str, setting: ClockSetting, version: int) -> TenantState:
        """Set a tenant's clock, as it follows from how the tenant was at `version`; Stale at another."""

        def set_clock(found: Found) -> Change:
            if found.state.version != version:
                raise Stale
            return Change(changes.with_clock(found.state, id, setting, 0))

        return await self._table.change(id, set_clock)

    async def add_rules(
        self, id: str, rules: Sequence[NewRule], own: Iterable[str], epoch: int
    ) -> TenantState:
        """Have rules asked before all others; `own` are the names of those of the scenario.

        Raises DuplicateName, CapacityExceeded, and Stale where another epoch has begun.
        """
        own = tuple(own)

        def add(found: Found) -> Change:
            return Change(changes.with_rules(found.state, id, rules, own, found.now, 0))

        return await self._table.change(id, add, epoch=epoch)

    async def remove_rules(
        self, id: str, names: Iterable[str], own: Iterable[str], *, epoch: int | None = None
    ) -> TenantState:
        """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
        gone, own = frozenset(names), tuple(own)

        def remove(found: Found) -> Change:
            return Change(changes.without_rules(found.state, id, gone, own, 0), gone=gone)

        return await self._table.change(id, remove, epoch=epoch)

    async def rules(self, id: str, own: Iterable[str], *, epoch: int | None = None) -> list[RuleStanding]:
        """List the rules of a tenant in the order in which they are asked."""
        found = await self._table.read_at(id, epoch)
        fired = await self._counts.fired(id, found.state.epoch)
        return standings(found.state, own, fired, found.now)

    async def state(self, id: str, value: Value, now: int = 0, times: StateTimes | None = None) -> str:
        """Tell the state that the rules of a tenant are in for a value at `now` (tenant time).

        Without `times` it is the one that was entered last, however long ago.
        """
        tenant = await self.get(id)
        entered = await self._counts.entered(id, tenant.epoch, value)
        if times is not None:
            return present_of(entered, times, now).name
        return entered.name if entered else START

    async def states(self, id: str) -> list[Value]:
        """List the values that have left the first state."""
        return await self._counts.states(id, (await self.get(id)).epoch)

    async def enter(self, id: str, value: Value, state: str, at: int, *, epoch: int | None = None) -> None:
        """Set the state of a value; its time begins `at` (tenant time), also where it is in it already."""
        while True:
            tenant = (await self._table.read_at(id, epoch)).state
            if await self._counts.enter(id, tenant.epoch, value, state, at):
                return
