"""Serving: create a server, watch its files, print its banner, and stop at a signal."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.config.declaration import MEMORY
from oifde_simulator.model.coverage import CoverageSnapshot
from oifde_simulator.runtime import lifecycle, ready_file, warming
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.first_lines import print_first
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.runtime.server.tls_settings import shares_authority
from oifde_simulator.scenario import selection
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.text import counted
from oifde_simulator.web.control_plane import access_token

if TYPE_CHECKING:
    from oifde_simulator.runtime.reload.watcher import Watcher
    from oifde_simulator.runtime.replica.opening import StoreLink
    from oifde_simulator.web.tls.certificates.authority_process import AuthorityProcess

log = logging.getLogger(logs.FOLLOWED)

UNUSED_RULES = 3
"""Exit code of `--fail-on-unused` for rules that never fired."""

GC_THRESHOLDS = (10_000, 20, 50)
"""Thresholds of the garbage collector: high, since requests make many objects and no cycles."""


def serve(settings: Settings, out: TextIO, authority: AuthorityProcess | None = None) -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP and return the exit code.

    `authority` is made by another process, where there is one.
    """
    logs.start(settings.log_level, settings.log_format, settings.log_file, quiet=settings.quiet)
    simulator, watcher = create(settings, authority)
    # Loaded objects stay forever, so the collector need not walk them.
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()
    with asyncio.Runner(loop_factory=lifecycle.loop_factory()) as loop:
        loop.run(_serve(simulator, settings, watcher, out))
    return report_coverage(simulator.coverage, out) if settings.fail_on_unused else 0


def report_coverage(coverage: CoverageSnapshot, out: TextIO) -> int:
    """Print which rules never fired and return the exit code."""
    from oifde_simulator.coverage import report  # needed at the end only, and seldom

    for line in report.lines(coverage):
        print(line, file=out)
    out.flush()
    return 0 if report.passed(coverage) else UNUSED_RULES


def create(settings: Settings, authority: AuthorityProcess | None = None) -> tuple[Simulator, Watcher | None]:
    """Create a server that does not listen yet, and the watcher of its files if they are watched.

    Raises ValueError or OSError for unusable settings.
    """
    warming.warm()
    scenarios: Mapping[str, Scenario]
    if watcher := _create_watcher(settings):
        scenarios = watcher.scenarios
    else:
        scenarios = catalog = selection.scenarios(settings)
        _tell_folders(catalog)
    broken = watcher.broken_files() if watcher else ()
    store = _store(settings)
    return Simulator(
        settings, registry(settings, scenarios, broken_files=broken, store=store), store, authority
    ), watcher


def _store(settings: Settings) -> StoreLink | None:
    """Look at the store of the state, and name it; None for a state in this process. Raises ValueError."""
    if settings.state == MEMORY:
        return None
    from oifde_simulator.runtime.replica import opening, preparation  # needed with a store only
    from oifde_simulator.web.tls.certificates.authority import new_authority

    shared = shares_authority(settings)
    found = preparation.prepare(settings, new_authority if shared else None)
    return opening.link(settings, found.authority)


def _tell_folders(scenarios: ScenarioCatalog) -> None:
    """Log which folders of recordings are looked at now and never again."""
    for origin, recordings in {each.origin: each.recordings for each in scenarios.read().values()}.items():
        if recordings.folder is not None:
            log.info(
                "%s: recordings.folder has %s; "
                "those that come later are served with --watch, or after a restart",
                origin,
                counted(len(recordings.files), "file"),
            )


def _create_watcher(settings: Settings) -> Watcher | None:
    if not settings.watch:
        return None
    from oifde_simulator.runtime.reload.watcher import Watcher  # needed with --watch only

    return Watcher(settings)


def _watching(watcher: Watcher | None, tenants: Tenants) -> AbstractContextManager[None]:
    return watcher.watching(tenants) if watcher else nullcontext()


async def _serve(simulator: Simulator, settings: Settings, watcher: Watcher | None, out: TextIO) -> None:
    stop = asyncio.Event()
    ready_paths = ready_file.paths(settings, os.environ)
    lifecycle.on_signals(stop.set, partial(ready_file.remove_written, ready_paths))
    if settings.until_eof:
        lifecycle.on_end_of_input(stop.set)
    async with listening(simulator, watcher, ready_paths):
        lines = await first_lines(simulator, settings)
        print_first(lines, settings, simulator.token, out)
        await stop.wait()


async def first_lines(simulator: Simulator, settings: Settings) -> str:
    """Write the lines that say that a server listens."""
    return await banner(
        simulator.tenants,
        settings,
        data_url=simulator.data_url,
        recordings_url=simulator.recordings_url,
        tls_faults=simulator.tls_faults,
        control_url=simulator.control_url,
        console_url=simulator.console_url,
        authority=simulator.ca_pem is not None,
        token=access_token.made_token(settings, simulator.token),
        certificate=simulator.shown_certificate,
        listening=simulator.listening,
    )


def addresses(simulator: Simulator) -> dict[str, Any]:
    """List the URLs that a ready file names."""
    urls: dict[str, Any] = {"data": simulator.data_url, "control": simulator.control_url}
    if simulator.recordings_url != simulator.data_url:
        urls["recordings"] = simulator.recordings_url
    if simulator.tls_faults:
        urls["tlsFaults"] = [{"fault": fault, "url": url} for fault, url in simulator.tls_faults]
    if simulator.console_url:
        urls["console"] = simulator.console_url
    if any(urls.get(plane, urls["data"]) != own for plane, own in simulator.listening.items()):
        urls["listening"] = simulator.listening
    return urls


def open_console(url: str, token: str | None) -> None:
    """Open the console in a browser, which nobody waits for."""
    from oifde_simulator.runtime import browser  # needed with --open only

    browser.open_console(url, token)


@asynccontextmanager
async def listening(
    simulator: Simulator,
    watcher: Watcher | None,
    ready_files: Collection[Path] = (),
    before_control: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[None]:
    """Listen on both ports, watch files and keep the ready files until the end of the block.

    `before_control` is waited for before the control plane is opened.
    """
    await simulator.start(before_control)
    try:
        urls = addresses(simulator)
        with _watching(watcher, simulator.tenants), ready_file.ready_files(ready_files, **urls):
            warming.warm_other_locales(simulator.tenants.files.read().values())
            if simulator.opens_console:
                open_console(simulator.own_console_url, simulator.token)
            yield
    finally:
        await simulator.stop()
