"""Watches scenario files and replaces the tenants of changed ones.

Rule: look at times and sizes, and load changed files, in a thread; replace tenants on the event loop. A wrong
file leaves the last good scenario in service, and a file that is being written is not read.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.immediate import aside
from oifde_simulator.runtime.reload.file_snapshot import GONE, FileSnapshot, FileStamp
from oifde_simulator.runtime.reload.tenant_changes import TenantChange, apply, remove, replace
from oifde_simulator.scenario import loader, replacement, selection
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.text import printable

log = logging.getLogger(logs.FOLLOWED)

PERIOD = 0.2
"""Seconds between two looks at the files, and for which a changed file must be still before it is read."""
PERIOD_OF_A_FILE = 0.001
"""Seconds between two looks for each file, where there are many: a look takes some 5 microseconds each."""


class Watcher:
    """The scenarios of a server that follows its files."""

    def __init__(self, settings: Settings) -> None:
        """Read all scenarios. Raises ValueError as `selection.scenarios` does, and without files to watch."""
        self._settings = settings
        if not settings.scenarios:
            raise ValueError("--watch follows the files of --scenarios, and there are none; give some")
        # The snapshot is taken before the files are read: the first look sees a change in between.
        self._snapshot = FileSnapshot(settings.scenarios)
        self._populate = replacement.populating(settings.population)
        read = selection.read(settings.scenarios)
        self._good = {path: self._populate(scenario) for path, scenario in read.items()}
        self._clashes: set[str] = set()
        self._log_new_clashes()
        self._bundled = ScenarioCatalog(
            dict(selection.bundled(settings, self._populate))
        )  # all read now, and compared by identity later
        self.scenarios: Mapping[str, Scenario] = selection.combined(
            self._bundled, self._good, settings.tenant
        )
        """Scenarios by the tenant ids that serve them."""

    @contextmanager
    def watching(self, tenants: Tenants) -> Iterator[None]:
        """Look at the files periodically, on the running event loop, until the end of the block."""
        stopped = threading.Event()
        task = asyncio.create_task(self._look_periodically(tenants, stopped))
        try:
            yield
        finally:
            stopped.set()
            task.cancel()

    async def _look_periodically(self, tenants: Tenants, stopped: threading.Event) -> None:
        while True:
            await asyncio.sleep(self._pause())
            try:
                await self._look_when_still(tenants, stopped)
            except Exception:
                log.exception("--watch: a look at the files failed; the next one comes")

    def _pause(self) -> float:
        return max(PERIOD, self._snapshot.count * PERIOD_OF_A_FILE) if PERIOD else 0.0

    async def _look_when_still(self, tenants: Tenants, stopped: threading.Event) -> None:
        """Load the changed files that have been still for a moment: half a file may be a valid one."""
        snapshot = self._snapshot
        changed = await aside(lambda: {} if stopped.is_set() else snapshot.changed())
        if not changed:
            return
        await asyncio.sleep(PERIOD)
        still = await aside(partial(snapshot.still, changed))
        if still:
            await apply(await aside(partial(self._load_changes, still, tenants)))

    async def look(self, tenants: Tenants) -> None:
        """Load changed files and replace their tenants now."""
        if changed := self._snapshot.changed():
            await apply(self._load_changes(changed, tenants))

    def _load_changes(self, changed: Mapping[Path, FileStamp], tenants: Tenants) -> list[TenantChange]:
        """Load changed files and return the changes of tenants. No look happens meanwhile."""
        for path, stamp in changed.items():
            self._load(path, stamp)
        self._good = {path: self._good[path] for path in self._snapshot.in_order() if path in self._good}
        return self._changes(tenants)

    def _load(self, path: Path, stamp: FileStamp) -> None:
        self._snapshot.mark_read(path, stamp)
        if stamp == GONE:
            self._good.pop(path, None)
            return
        try:
            scenario = self._populate(loader.load(path))
        except ScenarioErrors as mistakes:
            kept = "the last good one stays" if path in self._good else "it is not served"
            log.warning("%s: not loaded, %s:\n%s", printable(path), kept, mistakes)
            return
        self._good[path] = scenario
        for warning in scenario.warnings:
            log.warning("%s", warning)

    def _changes(self, tenants: Tenants) -> list[TenantChange]:
        """List the replacements of changed tenants and the removals of vanished ones."""
        self._log_new_clashes()
        before, after = self.scenarios, dict(self._combine())
        changes: list[TenantChange] = []
        for name, scenario in list(after.items()):
            if scenario is not before.get(name):
                changes += self._replacement(tenants, name, scenario, after)
        for name, scenario in before.items():
            if name not in after:
                changes.append(partial(remove, tenants, name, scenario))
        self.scenarios = after
        return changes

    def _replacement(
        self, tenants: Tenants, name: str, scenario: Scenario, after: dict[str, Scenario]
    ) -> Iterator[TenantChange]:
        """Prepare the world of `scenario`; if that fails, keep the scenario of before in `after`."""
        try:
            world = tenants.worlds.prepared(name, scenario)
        except Exception:
            log.exception("tenant %s: nothing could be made of %s; it stays as it is", name, scenario.origin)
            if name in self.scenarios:
                after[name] = self.scenarios[name]
            else:
                del after[name]
        else:
            yield partial(replace, tenants, name, scenario, world)

    def _log_new_clashes(self) -> None:
        clashes = selection.clashes(self._good.values())
        for clash in clashes:
            if clash not in self._clashes:
                log.warning("%s", clash)
        self._clashes = set(clashes)

    def _combine(self) -> Mapping[str, Scenario]:
        """Combine bundled scenarios, good files and aliases by tenant id."""
        names = {*self._bundled, *selection.by_id(self._good)}
        aliases = []
        for tenant, name in self._settings.tenant:
            if name in names:  # its scenario may be absent for a moment
                names.add(tenant)
                aliases.append((tenant, name))
        return selection.combined(self._bundled, self._good, aliases)
