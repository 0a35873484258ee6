"""Follows scenario files: what changes on disk changes in the tenants, unless it is wrong.

Looks at times and sizes again and again, on the event loop; a file that cannot be used leaves the
last good scenario where it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from simulator import world
from simulator.config import Settings
from simulator.failure import loading
from simulator.failure.located import ScenarioErrors
from simulator.failure.scenario import Scenario
from simulator.shelf import Shelf
from simulator.tenants import Tenants

log = logging.getLogger("simulator")

PERIOD = 0.2
"""Seconds between two looks."""

Stamp = tuple[int, int, int]
"""Size, time of change in nanoseconds and number of a file."""
GONE: Stamp = (0, 0, 0)


class Watcher:
    """The scenarios of some settings, as their files have them now."""

    def __init__(self, settings: Settings) -> None:
        """Read them all. Raises ValueError as `world.scenarios` does."""
        self._settings = settings
        if not settings.scenarios:
            raise ValueError("--watch follows the files of --scenarios, and there are none; give some")
        # Stamped before they are read, so that a change in between is seen at the first look.
        self._read = {path: _stamp(path) for path in self._found()}
        self._good = world.read(settings.scenarios)
        self._clashes: set[str] = set()
        self._tell_clashes()
        self._bundled = Shelf(dict(world.bundled(settings)))  # all read, so that each stays the same one
        self.scenarios: Mapping[str, Scenario] = world.combined(self._bundled, self._good, settings.tenant)
        """By the tenant id they are served under."""
        self._last = dict(self._read)

    @contextmanager
    def following(self, tenants: Tenants) -> Iterator[None]:
        """Keep looking, on the running event loop."""
        self._look_later(tenants)
        try:
            yield
        finally:
            self._timer.cancel()

    def _look_later(self, tenants: Tenants) -> None:
        self._timer = asyncio.get_running_loop().call_later(PERIOD, self._look_again, tenants)

    def _look_again(self, tenants: Tenants) -> None:
        self._look_later(tenants)
        self.look(tenants)

    def look(self, tenants: Tenants) -> None:
        """Have the tenants be as the files are now."""
        stamps = {path: _stamp(path) for path in (*self._found(), *self._read)}
        changed = [path for path, stamp in stamps.items() if self._is_news(path, stamp)]
        for path in changed:
            self._take(path, stamps[path])
        self._last = stamps
        if changed:
            self._good = {path: self._good[path] for path in stamps if path in self._good}
            self._tell(tenants)

    def _found(self) -> list[Path]:
        files: list[Path] = []
        for path in self._settings.scenarios:
            with suppress(ScenarioErrors):
                files += loading.find([path])
        return files

    def _is_news(self, path: Path, stamp: Stamp) -> bool:
        # Some editors empty or move a file before they write it: what is gone must be so twice.
        return stamp != self._read.get(path, GONE) and (stamp[0] > 0 or stamp == self._last.get(path))

    def _take(self, path: Path, stamp: Stamp) -> None:
        if stamp == GONE:
            self._read.pop(path)
            self._good.pop(path, None)
            return
        self._read[path] = stamp
        try:
            scenario = loading.load(path)
        except ScenarioErrors as mistakes:
            kept = "the last good one stays" if path in self._good else "it is not served"
            log.warning("%s: not loaded, %s:\n%s", loading.printable(path), kept, mistakes)
            return
        self._good[path] = scenario
        for warning in scenario.warnings:
            log.warning("%s", warning)

    def _tell(self, tenants: Tenants) -> None:
        """Replace and remove the tenants that are no longer what they were, and leave the others alone."""
        self._tell_clashes()
        wanted = self._wanted()
        for name, scenario in wanted.items():
            if scenario is not self.scenarios.get(name):
                tenants.replace(name, scenario)
                log.info("tenant %s: loaded %s", name, scenario.origin)
        for name, scenario in self.scenarios.items():
            if name not in wanted:
                tenants.remove(name)
                log.warning("tenant %s: removed; %s has it no more", name, scenario.origin)
        self.scenarios = wanted

    def _tell_clashes(self) -> None:
        clashes = world.clashes(self._good.values())
        for clash in clashes:
            if clash not in self._clashes:
                log.warning("%s", clash)
        self._clashes = set(clashes)

    def _wanted(self) -> Mapping[str, Scenario]:
        names = {*self._bundled, *world.by_id(self._good)}
        aliases = []
        for tenant, name in self._settings.tenant:
            if name in names:  # its scenario may be gone for now
                names.add(tenant)
                aliases.append((tenant, name))
        return world.combined(self._bundled, self._good, aliases)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return GONE
    return found.st_size, found.st_mtime_ns, found.st_ino
