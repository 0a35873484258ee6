"""A worker: a server that accepts on inherited sockets, and does what its supervisor says.

`entry.py` runs it.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from oifde_simulator import logs
from oifde_simulator.config import Settings
from oifde_simulator.runtime import lifecycle, serve
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.workers.messages import Message, unpack
from oifde_simulator.runtime.workers.ports import adopt
from oifde_simulator.runtime.workers.supervisor_link import SupervisorLink
from oifde_simulator.web.control_plane.workers import WorkerGroup

if TYPE_CHECKING:
    from oifde_simulator.runtime.reload.watcher import Watcher

FAILED = 2
"""Exit code of a worker that could not start."""


def serve_until_told(link: SupervisorLink, task: Message) -> int:
    """Serve what the supervisor wants until it says otherwise; the exit code."""
    settings = unpack(task["settings"])
    try:
        _start_log(settings, task)
        simulator, watcher = serve.create(settings)
        simulator.shared = adopt(task["sockets"], task["loads"], task["place"])
        simulator.workers = WorkerGroup(task["supervisor"], task["number"])
        gc.freeze()
        gc.set_threshold(*serve.GC_THRESHOLDS)
        gc.enable()
        with asyncio.Runner(loop_factory=lifecycle.loop_factory()) as runner:
            runner.run(Worker(link, task, settings, simulator).serve(watcher))
    except (ValueError, OSError) as error:
        link.send(**{"is": "failed"}, message=str(error))
        return FAILED
    return 0


def _start_log(settings: Settings, task: Message) -> None:
    logs.start(
        settings.log_level,
        settings.log_format,
        settings.log_file,
        quiet=settings.quiet,
        worker=task["number"],
        lock=task["lock"],
    )
    if task["number"] > 1 and settings.log_level is None:
        logging.getLogger(logs.FOLLOWED).setLevel(logging.WARNING)  # the first worker says it for all


class Worker:
    """A server under a supervisor."""

    def __init__(self, link: SupervisorLink, task: Message, settings: Settings, simulator: Simulator) -> None:
        """Prepare to serve."""
        self._link = link
        self._task = task
        self._settings = settings
        self._simulator = simulator
        self._tasks: set[asyncio.Task[None]] = set()
        self._told = {each: asyncio.Event() for each in ("go", "drain", "stop", "end")}

    async def serve(self, watcher: Watcher | None) -> None:
        """Serve until told to stop, or to drain. Raises OSError where a socket cannot be used."""
        self._link.hear(self._hear)
        stop = self._told["stop"]
        lifecycle.on_signals(stop.set, lambda: None)
        async with serve.listening(self._simulator, watcher, before_control=self._wait_to_go):
            await self._say_ready()
            await stop.wait()
            if self._told["drain"].is_set():
                await self._simulator.drain()
            await self._simulator.cease()
            if self._task["coverage"]:
                self._link.send(**{"is": "ceased"})
                await self._told["end"].wait()
        if self._task["coverage"]:
            self._say_coverage()

    def _hear(self, message: Message) -> None:
        """Do what the supervisor says."""
        if self._simulator.workers is not None and "workers" in message:
            self._simulator.workers.workers = message["workers"]
        if told := self._told.get(message["do"]):
            told.set()
        if message["do"] == "drain":
            self._told["stop"].set()
        if message["do"] == "forget":
            task = asyncio.create_task(self._simulator.forget_replica(message["replica"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _wait_to_go(self) -> None:
        self._link.send(
            **{"is": "prepared"}, opens=self._simulator.opens_port, replica=self._simulator.replica
        )
        await self._told["go"].wait()

    async def _say_ready(self) -> None:
        """Tell the supervisor the URLs, and the first lines where it wants them."""
        shown = replace(self._settings, control_token=None) if self._task["madeToken"] else self._settings
        lines = await serve.first_lines(self._simulator, shown) if self._task["banner"] else ""
        self._link.send(
            **{"is": "ready"},
            lines=lines,
            urls=serve.addresses(self._simulator),
            authority=(self._simulator.ca_pem or b"").decode(),
            client=(self._simulator.client_pem() or b"").decode() if lines else "",
        )

    def _say_coverage(self) -> None:
        from oifde_simulator.coverage import report

        coverage = self._simulator.coverage
        lines, passed = list(report.lines(coverage)), report.passed(coverage)
        self._link.send(**{"is": "coverage"}, lines=lines, code=0 if passed else serve.UNUSED_RULES)
