"""The state in this process. Its calls never suspend, so a request is one stroke from first to last."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.model.coverage import CoverageSnapshot, CoveredRule
from oifde_simulator.state.coverage_table import CoverageTable
from oifde_simulator.state.memory.announcements import MemoryAnnouncements, MemoryFiles
from oifde_simulator.state.memory.exchanges import MemoryExchanges
from oifde_simulator.state.memory.journal import MemoryJournal
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.tables import Tables
from oifde_simulator.state.memory.tenant_calls import MemoryTenants

BOUNDS = Bounds()


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
