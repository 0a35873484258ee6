"""The state in this process. Its calls never suspend, so a request is one stroke from first to last."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.model.coverage import CoverageSnapshot, CoveredRule
from oifde_simulator.model.entry import Entry
from oifde_simulator.state.coverage_table import CoverageTable
from oifde_simulator.state.memory.announcements import MemoryAnnouncements, MemoryFiles
from oifde_simulator.state.memory.exchanges import MemoryExchanges
from oifde_simulator.state.memory.journal_store import Bounds, EntryTable
from oifde_simulator.state.memory.tables import Tables
from oifde_simulator.state.memory.tenant_calls import MemoryTenants

if TYPE_CHECKING:
    from oifde_simulator.state.interface.journal import ForgetEntries, HearEntry, LookAgain

BOUNDS = Bounds()


class MemoryJournal:
    """Exchanges on record."""

    def __init__(self, table: EntryTable, hearers: list[HearEntry], end_hearers: list[HearEntry]) -> None:
        """`hearers` are told of entries, and `end_hearers` of their ends."""
        self._table = table
        self._hearers = hearers
        self._forgetters: list[ForgetEntries] = []
        self._end_hearers = end_hearers
        self._idle_end_hearers: list[HearEntry] = []
        self._listeners_to_ends = 0

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        return self._table.last

    async def entries(self, tenant: str | None, after: int, most: int | None = None) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest `most`."""
        return self._table.entries(tenant, after)[:most]

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
        cleared = self._table.clear(tenant)
        self._tell_forgotten(tenant, None)
        return cleared

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many."""
        if removed := self._table.remove(numbers):
            self._tell_forgotten(None, frozenset(numbers))
        return removed

    async def sizes(self) -> list[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        return list(self._table.sizes())

    async def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        return self._table.charge

    def listen(self, hear: HearEntry, forget: ForgetEntries) -> None:
        """Call `hear` with each entry that is put on record, and `forget` with what is deleted."""
        self._hearers.append(hear)
        self._forgetters.append(forget)

    def listen_to_ends(self, hear: HearEntry, look_again: LookAgain) -> None:  # noqa: ARG002
        """Call `hear` with each entry that gets its outcome; none is missed."""
        self._idle_end_hearers.append(hear)

    @asynccontextmanager
    async def listening(self, tenant: str | None, *, ends: bool = False) -> AsyncIterator[None]:  # noqa: ARG002
        """Tell of ends, of all tenants, while in the context; entries are told of anyway."""
        self._listen_to_ends(int(ends))
        try:
            yield
        finally:
            self._listen_to_ends(-int(ends))

    def _listen_to_ends(self, more: int) -> None:
        """Count those who listen to ends; without any, the end of an exchange has nobody to tell."""
        self._listeners_to_ends += more
        self._end_hearers[:] = self._idle_end_hearers if self._listeners_to_ends else ()

    def _tell_forgotten(self, tenant: str | None, numbers: Collection[int] | None) -> None:
        for forget in self._forgetters:
            forget(tenant, numbers, self._table.last)


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

    metrics: None = None
    """Nothing: the counts that the server keeps are all there are."""

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
        self.journal = MemoryJournal(tables.journal, self.exchanges.hearers, self.exchanges.end_hearers)
        self.coverage = MemoryCoverage(tables.coverage)
        self.settings = MemorySettings()
        self.announcements = MemoryAnnouncements()
        self.files = MemoryFiles()

    async def adopt(self) -> None:
        """Take nothing: a state in this process is always new."""

    async def close(self) -> None:
        """Let go of nothing: all of it is in this process."""
