"""Starts and stops both listeners, and tells the world when they are up."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from aiohttp import web

from simulator import world
from simulator.banner import banner
from simulator.config import Settings
from simulator.http import url
from simulator.journal import Journal
from simulator.oifde.routing import Router
from simulator.pipeline import Pipeline
from simulator.tenants import Tenants
from simulator.web.control import control_plane
from simulator.web.listener import listener
from simulator.web.reading import Limits
from simulator.web.server import data_plane

if TYPE_CHECKING:
    from simulator.watching import Watcher
    from simulator.web.tls import ServerTls

BACKLOG = 4096
"""Connections that may wait to be accepted; the kernel may allow fewer."""


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
        self._settings = settings
        self._tls = _server_tls(settings)
        self._runners: list[web.BaseRunner] = []

    @property
    def ca_pem(self) -> bytes | None:
        """The authority to trust, PEM; None when TLS is off or the certificate was given."""
        return self._tls.ca_pem if self._tls else None

    async def start(self) -> None:
        """Open the vendor's port, then the control plane. Raises OSError when one cannot be opened."""
        settings = self._settings
        router = Router(bad_json_status=settings.bad_json_status)
        pipeline = Pipeline(router, self.tenants, Journal())
        limits = Limits(settings.max_body, settings.body_timeout)
        data = data_plane(
            pipeline,
            limits,
            idle_seconds=settings.idle_timeout,
            write_seconds=settings.write_timeout,
            max_waiting=settings.max_waiting,
        )
        control = control_plane(self.tenants, self.ca_pem)
        try:
            self.data_url = await self._open(data, settings.host, settings.port, self._tls)
            self.control_url = await self._open(control, settings.control_host, settings.control_port, None)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Finish what is in flight, then close both listeners."""
        while self._runners:
            await self._runners.pop().cleanup()

    async def _open(self, runner: web.BaseRunner, host: str, port: int, server_tls: ServerTls | None) -> str:
        await runner.setup()
        self._runners.append(runner)
        bound = listener(host, port)
        site = web.SockSite(
            runner, bound, ssl_context=server_tls.context if server_tls else None, backlog=BACKLOG
        )
        await site.start()
        return url("https" if server_tls else "http", host, bound.getsockname()[1])


def _server_tls(settings: Settings) -> ServerTls | None:
    if settings.tls == "off" and not (settings.tls_cert or settings.tls_key):
        return None
    from simulator.web import tls  # slow to import

    if settings.tls_cert or settings.tls_key:
        if settings.tls_cert is None or settings.tls_key is None:
            raise ValueError("--tls-cert and --tls-key go together; give both")
        return tls.from_files(settings.tls_cert, settings.tls_key)
    return tls.authority(settings.tls_name, settings.tls_dir)


def serve(settings: Settings, out: TextIO) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    _log_to_stderr(settings.log_level or ("info" if sys.stderr.isatty() else "warning"))
    watcher = _watcher(settings)
    scenarios = watcher.scenarios if watcher else world.scenarios(settings)
    tenants = Tenants(scenarios, seed=settings.seed, error_status=settings.error_status)
    simulator = Simulator(settings, tenants)
    # What is loaded stays: the collector, off since the start, need never walk it.
    gc.freeze()
    gc.set_threshold(*COLLECTOR)
    gc.enable()
    with asyncio.Runner(loop_factory=_loop_factory()) as loop:
        loop.run(_serve(simulator, settings, watcher, out))
    return 0


def _watcher(settings: Settings) -> Watcher | None:
    if not settings.watch:
        return None
    from simulator.watching import Watcher  # only wanted where files are followed

    return Watcher(settings)


def _following(watcher: Watcher | None, tenants: Tenants) -> AbstractContextManager[None]:
    return watcher.following(tenants) if watcher else nullcontext()


async def _serve(simulator: Simulator, settings: Settings, watcher: Watcher | None, out: TextIO) -> None:
    stop = asyncio.Event()
    _on_signals(stop.set)
    await simulator.start()
    try:
        with _following(watcher, simulator.tenants), _ready_file(settings.ready_file, simulator):
            lines = banner(
                simulator.tenants,
                settings,
                data_url=simulator.data_url,
                control_url=simulator.control_url,
                authority=simulator.ca_pem is not None,
            )
            print(lines, file=out, flush=True)
            warming = asyncio.get_running_loop().call_later(WARM_AFTER, _warm, simulator.tenants)
            await stop.wait()
            warming.cancel()
    finally:
        await simulator.stop()


def _warm(tenants: Tenants) -> None:
    # A thread of its own, which nobody waits for: a server that is stopped meanwhile just goes.
    threading.Thread(target=tenants.warm, name="warm", daemon=True).start()


@contextmanager
def _ready_file(path: Path | None, simulator: Simulator) -> Iterator[None]:
    if path is None:
        yield
        return
    ready = {"data": simulator.data_url, "control": simulator.control_url, "pid": os.getpid()}
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(ready) + "\n")
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
            loop.add_signal_handler(number, stop)


def _loop_factory() -> Callable[[], Any] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)-7s %(message)s", force=True)
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    logging.getLogger("faker").setLevel(logging.WARNING)  # its debug lines are of its own insides
