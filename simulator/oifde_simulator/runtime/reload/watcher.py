"""Follows scenario files: what changes on disk changes in the tenants, unless it is wrong.

Looks at times and sizes again and again, on the event loop; what changed is loaded in a thread, and
served from the loop. A file that cannot be used leaves the last good scenario where it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.runtime.reload.file_snapshot import GONE, FileSnapshot, Stamp
from oifde_simulator.scenario import loader, selection
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.tenant import World
from oifde_simulator.text import printable

log = logging.getLogger(logs.FOLLOWED)

PERIOD = 0.2
"""Seconds between two looks."""

Deed = Callable[[], Awaitable[None]]
"""Change to be made on the event loop."""


class Watcher:
    """The scenarios of some settings, as their files have them now."""

    def __init__(self, settings: Settings) -> None:
        """Read them all. Raises ValueError as `world.scenarios` does."""
        self._settings = settings
        if not settings.scenarios:
            raise ValueError("--watch follows the files of --scenarios, and there are none; give some")
        # Stamped before they are read, so that a change in between is seen at the first look.
        self._stamps = FileSnapshot(settings.scenarios)
        self._good = selection.read(settings.scenarios)
        self._clashes: set[str] = set()
        self._tell_clashes()
        self._bundled = ScenarioCatalog(
            dict(selection.bundled(settings))
        )  # all read, so that each stays the same one
        self.scenarios: Mapping[str, Scenario] = selection.combined(
            self._bundled, self._good, settings.tenant
        )
        """By the tenant id they are served under."""

    @contextmanager
    def following(self, tenants: Tenants) -> Iterator[None]:
        """Keep looking, on the running event loop."""
        looking = asyncio.create_task(self._keep_looking(tenants))
        try:
            yield
        finally:
            looking.cancel()

    async def _keep_looking(self, tenants: Tenants) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                if changed := self._stamps.changed():
                    await _do(await _aside(partial(self._deeds, changed, tenants)))
            except Exception:
                log.exception("--watch: a look at the files failed; the next one comes")

    async def look(self, tenants: Tenants) -> None:
        """Have the tenants be as the files are now."""
        if changed := self._stamps.changed():
            await _do(self._deeds(changed, tenants))

    def _deeds(self, changed: Mapping[Path, Stamp], tenants: Tenants) -> list[Deed]:
        """Load what changed; what is then to be done. Nothing looks meanwhile."""
        for path, stamp in changed.items():
            self._take(path, stamp)
        self._good = {path: self._good[path] for path in self._stamps.in_order() if path in self._good}
        return self._tell(tenants)

    def _take(self, path: Path, stamp: Stamp) -> None:
        self._stamps.take(path, stamp)
        if stamp == GONE:
            self._good.pop(path, None)
            return
        try:
            scenario = loader.load(path)
        except ScenarioErrors as mistakes:
            kept = "the last good one stays" if path in self._good else "it is not served"
            log.warning("%s: not loaded, %s:\n%s", printable(path), kept, mistakes)
            return
        self._good[path] = scenario
        for warning in scenario.warnings:
            log.warning("%s", warning)

    def _tell(self, tenants: Tenants) -> list[Deed]:
        """Replace and remove the tenants that are no longer what they were, and leave the others alone."""
        self._tell_clashes()
        before, wanted = self.scenarios, dict(self._wanted())
        deeds: list[Deed] = []
        for name, scenario in list(wanted.items()):
            if scenario is not before.get(name):
                deeds += self._replacing(tenants, name, scenario, wanted)
        for name, scenario in before.items():
            if name not in wanted:
                deeds.append(partial(_remove, tenants, name, scenario))
        self.scenarios = wanted
        return deeds

    def _replacing(
        self, tenants: Tenants, name: str, scenario: Scenario, wanted: dict[str, Scenario]
    ) -> Iterator[Deed]:
        """How to serve `scenario`; where no tenant can be made of it, the one before stays in `wanted`."""
        try:
            world = tenants.prepared(name, scenario)
        except Exception:
            log.exception("tenant %s: nothing could be made of %s; it stays as it is", name, scenario.origin)
            if name in self.scenarios:
                wanted[name] = self.scenarios[name]
            else:
                del wanted[name]
        else:
            yield partial(_put, tenants, name, scenario, world)

    def _tell_clashes(self) -> None:
        clashes = selection.clashes(self._good.values())
        for clash in clashes:
            if clash not in self._clashes:
                log.warning("%s", clash)
        self._clashes = set(clashes)

    def _wanted(self) -> Mapping[str, Scenario]:
        names = {*self._bundled, *selection.by_id(self._good)}
        aliases = []
        for tenant, name in self._settings.tenant:
            if name in names:  # its scenario may be gone for now
                names.add(tenant)
                aliases.append((tenant, name))
        return selection.combined(self._bundled, self._good, aliases)


async def _do(deeds: list[Deed]) -> None:
    for deed in deeds:
        await deed()


async def _put(tenants: Tenants, name: str, scenario: Scenario, world: World) -> None:
    if await tenants.put(name, scenario, world):
        log.info("tenant %s: loaded %s", name, scenario.origin)
    else:
        log.warning(
            "tenant %s: %s is not served, for POST /tenants has made a tenant of this id; "
            "POST /reset ends that",
            name,
            scenario.origin,
        )


async def _remove(tenants: Tenants, name: str, scenario: Scenario) -> None:
    if await tenants.remove(name):
        log.warning("tenant %s: removed; %s has it no more", name, scenario.origin)
    else:
        log.warning(
            "tenant %s: %s has it no more; the one that POST /tenants made stays", name, scenario.origin
        )


async def _aside(work: Callable[[], list[Deed]]) -> list[Deed]:
    # A thread of its own, which nobody waits for: a server that is stopped meanwhile just goes.
    done: Future[list[Deed]] = Future()
    done.set_running_or_notify_cancel()
    Thread(target=_fulfil, args=(done, work), name="watch", daemon=True).start()
    return await asyncio.wrap_future(done)


def _fulfil(done: Future[list[Deed]], work: Callable[[], list[Deed]]) -> None:
    try:
        done.set_result(work())
    except Exception as error:  # noqa: BLE001  who waits is told
        done.set_exception(error)
