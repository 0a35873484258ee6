"""Starts and stops both listeners, and tells the world when they are up."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, TextIO

from aiohttp import web

from oifde_simulator import logs
from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.config import Settings
from oifde_simulator.coverage import registration
from oifde_simulator.engine.metrics import Meter
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.coverage import CoverageSnapshot
from oifde_simulator.model.http import url
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime import lifecycle
from oifde_simulator.runtime.banner import banner
from oifde_simulator.scenario import selection
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import TenantAdmin
from oifde_simulator.web.control_plane import auth
from oifde_simulator.web.control_plane.app import control_plane
from oifde_simulator.web.control_plane.context import ControlContext
from oifde_simulator.web.data_plane.listening import listener
from oifde_simulator.web.data_plane.port import BACKLOG, Port
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import data_plane

if TYPE_CHECKING:
    from oifde_simulator.runtime.reload.watcher import Watcher
    from oifde_simulator.web.tls.authority import ServerTls

UNUSED = 3
"""Exit code where rules never fired, and that was asked."""

COLLECTOR = (10_000, 20, 50)
"""When the collector runs: a request makes many objects and no cycle of our own, so it may come seldom."""


WARM_AFTER = 0.5
"""Seconds after the start at which words of generated sessions are drawn, if nobody needed them before."""


class Simulator:
    """One server: tenants behind two listeners."""

    def __init__(self, settings: Settings, tenants: Tenants) -> None:
        """Nothing listens yet. Raises ValueError or OSError where the settings cannot be followed."""
        self.tenants = tenants
        self.data_url = ""
        self.control_url = ""
        self.journal = Journal(tenants.state, seed=settings.seed)
        self.meter = Meter()
        self.coverage = CoverageSnapshot(())
        """Coverage as it stood when the server was stopped."""
        self._settings = settings
        self._tls = _server_tls(settings)
        self.token = auth.token(settings)
        """What the control plane wants as a bearer token; None for nothing."""
        self._running: list[web.BaseRunner | Port] = []

    @property
    def ca_pem(self) -> bytes | None:
        """The authority to trust, PEM; None when TLS is off or the certificate was given."""
        return self._tls.ca_pem if self._tls else None

    async def start(self) -> None:
        """Open the vendor's port, then the control plane. Raises OSError when one cannot be opened."""
        settings = self._settings
        router = Router(bad_json_status=settings.bad_json_status)
        delay = GlobalDelay(self.tenants.state.settings, settings.seed)
        pipeline = Pipeline(router, self.tenants, self.journal, self.meter, delay)
        expected = selection.given(settings, self.tenants.files)
        await registration.expect(self.tenants.state.coverage, expected)
        limits = Limits(settings.max_body, settings.body_timeout)
        data = data_plane(
            pipeline,
            limits,
            idle_seconds=settings.idle_timeout,
            write_seconds=settings.write_timeout,
            max_waiting=settings.max_waiting,
        )
        port = Port(data, settings.host, settings.port, self._tls.context if self._tls else None)
        context = ControlContext(
            tenants=self.tenants,
            admin=TenantAdmin(self.tenants),
            journal=self.journal,
            meter=self.meter,
            ca_pem=self.ca_pem,
            port=port,
            delay=delay,
        )
        control = control_plane(context, self.token)
        try:
            self._running.append(port)
            await port.start()
            self.data_url = port.url
            self.control_url = await self._open(control, settings.control_host, settings.control_port)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Finish what is in flight, then close both listeners."""
        while self._running:
            await self._running.pop().cleanup()
        self.coverage = await self.tenants.state.coverage.snapshot()

    async def _open(self, runner: web.BaseRunner, host: str, port: int) -> str:
        await runner.setup()
        self._running.append(runner)
        bound = listener(host, port)
        await web.SockSite(runner, bound, backlog=BACKLOG).start()
        return url("http", host, bound.getsockname()[1])


def _server_tls(settings: Settings) -> ServerTls | None:
    if settings.tls == "off" and not (settings.tls_cert or settings.tls_key):
        return None
    from oifde_simulator.web.tls import authority as tls  # slow to import

    if settings.tls_cert or settings.tls_key:
        if settings.tls_cert is None or settings.tls_key is None:
            raise ValueError("--tls-cert and --tls-key go together; give both")
        return tls.from_files(settings.tls_cert, settings.tls_key)
    return tls.authority(settings.tls_name, settings.tls_dir)


def serve(settings: Settings, out: TextIO) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    logs.to_stderr(settings.log_level)
    simulator, watcher = made(settings)
    # What is loaded stays: the collector, off since the start, need never walk it.
    gc.freeze()
    gc.set_threshold(*COLLECTOR)
    gc.enable()
    with asyncio.Runner(loop_factory=lifecycle.loop_factory()) as loop:
        loop.run(_serve(simulator, settings, watcher, out))
    return covered(simulator.coverage, out) if settings.fail_on_unused else 0


def covered(coverage: CoverageSnapshot, out: TextIO) -> int:
    """Say which rules never fired; the exit code."""
    from oifde_simulator.coverage import report  # only wanted at the end, and by few

    for line in report.lines(coverage):
        print(line, file=out)
    out.flush()
    return 0 if report.passed(coverage) else UNUSED


def made(settings: Settings) -> tuple[Simulator, Watcher | None]:
    """A server that does not listen yet, and what follows its files. Raises ValueError or OSError."""
    watcher = _watcher(settings)
    scenarios = watcher.scenarios if watcher else selection.scenarios(settings)
    return Simulator(settings, registry(settings, scenarios)), watcher


def registry(settings: Settings, scenarios: Mapping[str, Scenario], clock: Clock = TIME_OF_DAY) -> Tenants:
    """Make the tenants of a server, with their state; `clock` tells the time of day."""
    bounds = Bounds(settings.journal_exchanges, settings.journal_tenant_bytes, settings.journal_bytes)
    return Tenants(
        scenarios,
        seed=settings.seed,
        error_status=settings.error_status,
        any_credentials=settings.any_credentials,
        tenantless=settings.tenantless,
        state=MemoryState(bounds, clock=clock),
        clock=clock,
    )


def _watcher(settings: Settings) -> Watcher | None:
    if not settings.watch:
        return None
    from oifde_simulator.runtime.reload.watcher import Watcher  # only wanted where files are followed

    return Watcher(settings)


def _following(watcher: Watcher | None, tenants: Tenants) -> AbstractContextManager[None]:
    return watcher.following(tenants) if watcher else nullcontext()


async def _serve(simulator: Simulator, settings: Settings, watcher: Watcher | None, out: TextIO) -> None:
    stop = asyncio.Event()
    lifecycle.on_signals(stop.set)
    if settings.until_eof:
        lifecycle.on_end_of_input(stop.set)
    async with up(simulator, settings, watcher):
        lines = await banner(
            simulator.tenants,
            settings,
            data_url=simulator.data_url,
            control_url=simulator.control_url,
            authority=simulator.ca_pem is not None,
            token=simulator.token if settings.control_token is None else None,
        )
        print(lines, file=out, flush=True)
        await stop.wait()


@asynccontextmanager
async def up(simulator: Simulator, settings: Settings, watcher: Watcher | None) -> AsyncIterator[None]:
    """Both planes listen, files are followed and the ready file is there, until the end of the block."""
    await simulator.start()
    try:
        urls = {"data": simulator.data_url, "control": simulator.control_url}
        with _following(watcher, simulator.tenants), lifecycle.ready_file(settings.ready_file, **urls):
            warming = asyncio.get_running_loop().call_later(WARM_AFTER, _warm, simulator.tenants)
            yield
            warming.cancel()
    finally:
        await simulator.stop()


def _warm(tenants: Tenants) -> None:
    # A thread of its own, which nobody waits for: a server that is stopped meanwhile just goes.
    threading.Thread(target=tenants.warm, name="warm", daemon=True).start()
