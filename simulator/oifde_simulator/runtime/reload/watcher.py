"""Watches scenario files and replaces the tenants of changed ones.

Rule: look at times and sizes, and load changed files, in a thread; replace tenants on the event loop. A wrong
file leaves the last good scenario in service, and a file that is being written is not read.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.immediate import aside
from oifde_simulator.runtime.real_time_loop import CLOCK
from oifde_simulator.runtime.reload import reports
from oifde_simulator.runtime.reload.file_snapshot import FileSnapshot
from oifde_simulator.runtime.reload.tenant_changes import TenantChange, apply, publish, remove, replace
from oifde_simulator.runtime.reload.watched_files import WatchedFiles
from oifde_simulator.scenario import replacement, selection
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.files import finding
from oifde_simulator.scenario.files.finding import GONE, FileStamp
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.broken_files import BrokenFile, BrokenFiles
from oifde_simulator.text import normal

log = logging.getLogger(logs.FOLLOWED)

PERIOD = 0.2
"""Seconds between two looks at the files, and for which a changed file must be still before it is read."""
PERIOD_OF_A_FILE = 0.001
"""Seconds between two looks for each file, where there are many: a look takes some 5 microseconds each."""


class Watcher:
    """The scenarios of a server that follows its files."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = CLOCK) -> None:
        """Read all scenarios; files that are wrong are logged, and served once they are mended.

        `clock` tells seconds. Raises ValueError for paths that are not there, and without files to watch.
        """
        self._settings = settings
        if not settings.scenarios:
            raise ValueError("--watch follows the files of --scenarios, and there are none; give some")
        # The snapshot is taken before the files are read: the first look sees a change in between.
        self._snapshot = FileSnapshot(settings.scenarios, clock)
        reports.require_paths(self._snapshot.found)
        self._reporter = reports.Reporter()
        self._populate = replacement.populating(settings.population)
        self._files = WatchedFiles(self._populate)
        self._read_files(self._snapshot.unread())
        self._bundled = ScenarioCatalog(
            dict(selection.bundled(settings, self._populate))
        )  # all read now, and compared by identity later
        self._reporter.report(self._snapshot, self._files.good.values())
        self.scenarios: Mapping[str, Scenario] = self._first()
        """Scenarios by the tenant ids that serve them."""
        self._report_waiting()
        self._due: list[TenantChange] = []
        """Changes of tenants that are still to be made."""

    def _first(self) -> Mapping[str, Scenario]:
        if self._files.good and not self._files.errors:
            return selection.combined(self._bundled, self._present(), self._settings.tenant)
        return self._combine()

    @contextmanager
    def watching(self, tenants: Tenants) -> Iterator[None]:
        """Look at the files periodically, on the running event loop, until the end of the block."""
        stopped = threading.Event()
        tenants.broken_files = self.broken_files()
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
                await self._apply()
                await self._look_when_still(tenants, stopped)
            except StoreGone:
                continue  # what is due is tried again at the next look
            except Exception:
                log.exception("--watch: a look at the files failed; the next one comes")

    def _pause(self) -> float:
        count = self._snapshot.count + sum(len(folder) for folder in self._files.folders)
        return max(PERIOD, count * PERIOD_OF_A_FILE) if PERIOD else 0.0

    async def _look_when_still(self, tenants: Tenants, stopped: threading.Event) -> None:
        """Load the changed files that have been still for a moment: half a file may be a valid one."""
        snapshot = self._snapshot
        changed = await aside(lambda: {} if stopped.is_set() else self._changed())
        self._reporter.report(snapshot, self._files.good.values())
        if not changed:
            return
        await asyncio.sleep(PERIOD)
        still = await aside(partial(snapshot.still, changed))
        if still:
            self._due += await aside(partial(self._load_changes, still, tenants))
            await self._apply()

    async def _apply(self) -> None:
        """Make the changes that are due. Raises StoreGone; those that were not made stay due."""
        while self._due:
            change = self._due.pop(0)
            try:
                await change()
            except StoreGone:
                self._due.insert(0, change)
                raise

    async def look(self, tenants: Tenants) -> None:
        """Load changed files and replace their tenants now."""
        changed = self._changed()
        self._reporter.report(self._snapshot, self._files.good.values())
        if changed:
            await apply(self._load_changes(changed, tenants))

    def _changed(self) -> Mapping[Path, FileStamp]:
        """Look at the files, and at the folders of recordings, whose tenants stay as they are."""
        self._reporter.report_folders([folder.refresh() for folder in self._files.folders])
        renewed = (*self._files.without_folder, *self._files.with_changed_answers())
        stamps = {path: finding.stamp(path) for path in renewed}
        waiting = {path: stamp for path, stamp in stamps.items() if stamp != GONE}
        return {**waiting, **self._snapshot.changed()}

    def _load_changes(self, changed: Mapping[Path, FileStamp], tenants: Tenants) -> list[TenantChange]:
        """Load changed files and return the changes of tenants. No look happens meanwhile."""
        self._read_files(changed)
        return [*self._changes(tenants), partial(publish, tenants, self.broken_files())]

    def _read_files(self, changed: Mapping[Path, FileStamp]) -> None:
        for path, stamp in changed.items():
            self._snapshot.mark_read(path, stamp)
            if stamp == GONE:
                self._files.forget(path)
            else:
                self._files.read(path, self._snapshot.found.named)
        self._files.sort(self._snapshot.in_order())

    def broken_files(self) -> list[BrokenFile]:
        """List the files that are wrong now, with the tenants that have them, under all their names."""
        aliases = [(normal(tenant), normal(name)) for tenant, name in self._settings.tenant]
        broken = [each.named_too(aliases, self.scenarios) for each in self._files.broken(self.scenarios)]
        return [*broken, *reports.clashing(self._present())]

    def _report_waiting(self) -> None:
        """Say which options name a tenant whose file is broken."""
        broken = BrokenFiles(self.broken_files())
        for option, name in reports.tenants_of_options(self._settings):
            if name not in self.scenarios and (file := broken.of(name)):
                log.warning("%s %s: not served until %s is mended", option, name, file.file)

    def _changes(self, tenants: Tenants) -> list[TenantChange]:
        """List the replacements of changed tenants and the removals of vanished ones."""
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

    def _present(self) -> Mapping[Path, Scenario]:
        """Return good scenarios by file, without those of files that are away for a moment."""
        away = self._snapshot.absent
        return {path: scenario for path, scenario in self._files.good.items() if path not in away}

    def _combine(self) -> Mapping[str, Scenario]:
        """Combine bundled scenarios, good files and aliases by tenant id; files that are there win."""
        present = self._present()
        self._reporter.report_clashes(present)
        given = {**self._files.good, **present}
        given = {path: given[path] for path in (*(given.keys() - present.keys()), *present)}
        names = {*self._bundled, *selection.by_id(given)}
        aliases = []
        for tenant, name in self._settings.tenant:
            if normal(name) in names:  # its scenario may be absent for a moment
                names.add(normal(tenant))
                aliases.append((tenant, name))
        return selection.combined(self._bundled, given, aliases)
