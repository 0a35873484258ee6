"""The state in this process. Its calls never suspend, so a request is one stroke from first to last."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from oifde_simulator.clock import TIME_OF_DAY, Clock, ClockSetting
from oifde_simulator.model.coverage import CoverageSnapshot, CoveredRule
from oifde_simulator.model.credential_step import Admission, EndedToken, SecretStep, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.tenant_state import NewRule, RuleStanding, TenantSource, TenantState
from oifde_simulator.model.turn import Candidate, Fired, Turn, Value
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import Read
from oifde_simulator.state.memory.counters import RuleCounters
from oifde_simulator.state.memory.coverage import CoverageTable
from oifde_simulator.state.memory.credentials import CredentialCounters
from oifde_simulator.state.memory.journal_store import Bounds, EntryTable
from oifde_simulator.state.memory.tenants import TenantTable, standing

BOUNDS = Bounds()


class TenantCounts:
    """What was counted for one tenant since its epoch began."""

    __slots__ = ("credentials", "epoch", "rules")

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.rules = RuleCounters()
        self.credentials = CredentialCounters()


class Tables:
    """All that is kept, for the parts of the state that share it."""

    def __init__(self, bounds: Bounds, uptime: Callable[[], float], clock: Clock) -> None:
        self.tenants = TenantTable(clock.now, uptime, self._forget_rules)
        self.journal = EntryTable(bounds)
        self.coverage = CoverageTable()
        self.token_numbers: dict[str, int] = {}
        """Tokens that were issued to each tenant; a reset does not begin anew."""
        self.counts: dict[str, TenantCounts] = {}

    def counts_of(self, tenant: str, epoch: int) -> TenantCounts:
        """Find the counts of a tenant; another epoch begins with none."""
        counts = self.counts.get(tenant)
        if counts is None or counts.epoch != epoch:
            counts = self.counts[tenant] = TenantCounts(epoch)
        return counts

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


class MemoryExchanges:
    """What requests ask."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._tenants = tables.tenants
        self._journal = tables.journal
        self.hearers: list[Callable[[Entry], None]] = []
        """Called with each entry that is put on record."""

    async def admit(self, read: Read, step: TokenStep | SecretStep) -> Admission:
        """Judge a credential by what was counted, and count it."""
        tenant = self._tenants.get(read.tenant)
        if tenant.version != read.version:
            raise Stale
        credentials = self._tables.counts_of(read.tenant, tenant.epoch).credentials
        if isinstance(step, TokenStep):
            return Admission(token=credentials.token(step))
        verdict = credentials.secret(step)
        if verdict != "good" or not step.issues:
            return Admission(secret=verdict)
        number = self._tables.token_numbers.get(read.tenant, 0)
        self._tables.token_numbers[read.tenant] = number + 1
        credentials.issued(number)
        return Admission(number=number)

    async def turn(self, read: Read, now: int, candidates: Sequence[Candidate], *, begun: bool) -> Turn:
        """Find whose turn it is at `now` (tenant time, epoch milliseconds), and count it."""
        self._check(read, begun)
        return self._tables.counts_of(read.tenant, read.epoch).rules.turn(now, candidates)

    async def record(
        self,
        read: Read,
        entry: Entry,
        fired: Sequence[Fired] = (),
        ended: EndedToken | None = None,
        *,
        begun: bool,
    ) -> Entry:
        """Put an exchange on record with what its rules did; the entry with its number."""
        self._check(read, begun)
        entry = self._journal.add(entry)
        if fired or ended:
            self._count(read, fired, ended)
        for hear in self.hearers:
            hear(entry)
        return entry

    def finish(self, number: int, outcome: Outcome) -> None:
        """Say how the sending of an exchange ended."""
        self._journal.finish(number, outcome)

    def _check(self, read: Read, begun: bool) -> None:
        tenant = self._tenants.get(read.tenant)
        if tenant.epoch != read.epoch or not (begun or tenant.version == read.version):
            raise Stale

    def _count(self, read: Read, fired: Sequence[Fired], ended: EndedToken | None) -> None:
        counts = self._tables.counts_of(read.tenant, read.epoch)
        for each in fired:
            counts.rules.fire(each.rule)
            if each.scenario:
                self._tables.coverage.fire(each)
        if ended is not None:
            counts.credentials.end(ended)


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

    async def replace(self, id: str, source: TenantSource | None) -> TenantState:
        """Serve another source as the tenant (None: what the files have). Raises CapacityExceeded."""
        return self._table.replace(id, source)

    async def delete(self, id: str, *, in_files: bool) -> None:
        """End a tenant; the next one of its id has other credentials."""
        made = self._table.get(id).made
        self._table.delete(id, in_files=in_files)
        self._tables.forget(id, tokens=made)

    async def reset(self, id: str, *, cleared: bool = False) -> TenantState:
        """Begin the tenant anew; `cleared` leaves the rules of its scenario out until the next reset."""
        return self._table.reset(id, cleared=cleared)

    async def reset_all(self) -> None:
        """Begin every tenant anew."""
        self._table.reset_all()

    async def restore(self) -> list[str]:
        """Serve what the files have and nothing else; the ids of made tenants that are gone by this."""
        gone = self._table.restore()
        self._tables.counts.clear()
        for id in gone:
            self._tables.forget(id, tokens=True)
        return gone

    async def set_clock(
        self, id: str, change: Callable[[ClockSetting, int], ClockSetting], default: ClockSetting
    ) -> TenantState:
        """Change a tenant's clock, which is `default` until it is set. Raises what `change` raises."""
        return self._table.set_clock(id, change, default)

    async def add_rules(
        self, id: str, rules: Sequence[NewRule], own: Iterable[str], epoch: int
    ) -> TenantState:
        """Have rules asked before all others; `own` are the names of those of the scenario.

        Raises DuplicateName, CapacityExceeded, and Stale where another epoch has begun.
        """
        if self._table.get(id).epoch != epoch:
            raise Stale
        return self._table.add_rules(id, rules, own)

    async def remove_rules(self, id: str, names: Iterable[str], own: Iterable[str]) -> TenantState:
        """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
        return self._table.remove_rules(id, names, own)

    async def rules(self, id: str, own: Iterable[str]) -> list[RuleStanding]:
        """List the rules of a tenant in the order in which they are asked."""
        tenant = self._table.get(id)
        fired, now = self._counters(id).fired(), self._uptime()
        ttls = {
            rule.name: None if rule.expires is None else max(0.0, round(rule.expires - now, 3))
            for rule in tenant.added
        }
        return [
            RuleStanding(name, fired.get(name, 0), name in ttls, ttls.get(name))
            for name in standing(tenant, own)
        ]

    async def state(self, id: str, value: Value) -> str:
        """Tell the state that the rules of a tenant are in for a value."""
        return self._counters(id).state(value)

    async def states(self, id: str) -> list[Value]:
        """List the values that have left the first state."""
        return self._counters(id).states()

    async def enter(self, id: str, value: Value, state: str) -> None:
        """Set the state of a value."""
        self._counters(id).enter(value, state)

    def _counters(self, id: str) -> RuleCounters:
        return self._tables.counts_of(id, self._table.get(id).epoch).rules


class MemoryJournal:
    """Exchanges on record."""

    def __init__(self, table: EntryTable, hearers: list[Callable[[Entry], None]]) -> None:
        self._table = table
        self._hearers = hearers

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        return self._table.last

    async def entries(self, tenant: str | None, after: int) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest first."""
        return self._table.entries(tenant, after)

    async def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers that are still there, in order."""
        return self._table.some(tenant, numbers)

    async def get(self, number: int) -> Entry | None:
        """The entry of a number; None where it is not there."""
        return self._table.get(number)

    async def truncated(self, tenant: str | None, after: int, at: int | None) -> bool:
        """Check that entries after a number, and of `at` (epoch milliseconds) or later, had to go."""
        return self._table.truncated(tenant, after, at)

    async def clear(self, tenant: str | None) -> int:
        """Forget the entries of a tenant, or all; how many. Numbers go on."""
        return self._table.clear(tenant)

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many."""
        return self._table.remove(numbers)

    async def sizes(self) -> list[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        return list(self._table.sizes())

    async def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        return self._table.charge

    def listen(self, hear: Callable[[Entry], None]) -> None:
        """Call `hear` with each entry that is put on record."""
        self._hearers.append(hear)


class MemoryCoverage:
    """Rules that count."""

    def __init__(self, table: CoverageTable) -> None:
        self._table = table

    async def cover(self, scenario: str, rules: Sequence[CoveredRule], *, file: bool, asked: bool) -> None:
        """Count these rules of a scenario from now on."""
        self._table.cover(scenario, rules, file=file, asked=asked)

    async def snapshot(self) -> CoverageSnapshot:
        """Copy what was counted."""
        return self._table.snapshot()


class MemorySettings:
    """Settings of the whole server."""

    def __init__(self) -> None:
        self._delay: Mapping[str, Any] = {}
        self._delayed = 0

    async def global_delay(self) -> Mapping[str, Any]:
        """Tell the delay of every answer, as it was set; empty for none."""
        return dict(self._delay)

    async def set_global_delay(self, given: Mapping[str, Any]) -> None:
        """Delay every answer from now on; counting its answers begins anew."""
        self._delay, self._delayed = dict(given), 0

    async def next_delayed(self) -> int:
        """Count one more delayed answer; from 1."""
        self._delayed += 1
        return self._delayed


class MemoryState:
    """The whole state, in this process."""

    def __init__(
        self,
        bounds: Bounds = BOUNDS,
        uptime: Callable[[], float] = time.monotonic,
        clock: Clock = TIME_OF_DAY,
    ) -> None:
        """`bounds` are those of the journal; `uptime` tells the seconds by which added rules expire.

        `clock` tells the time of day.
        """
        tables = Tables(bounds, uptime, clock)
        self.exchanges = MemoryExchanges(tables)
        self.tenants = MemoryTenants(tables, uptime)
        self.journal = MemoryJournal(tables.journal, self.exchanges.hearers)
        self.coverage = MemoryCoverage(tables.coverage)
        self.settings = MemorySettings()

    async def close(self) -> None:
        """Let go of nothing: all of it is in this process."""
