"""The supervisor: starts workers, has them started again that die, replaced on request, and stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from oifde_simulator.config import Settings
from oifde_simulator.runtime.workers import periods
from oifde_simulator.runtime.workers.messages import Message
from oifde_simulator.runtime.workers.ports import Ports
from oifde_simulator.runtime.workers.supervision import liveness
from oifde_simulator.runtime.workers.supervision.restarting import Restarter
from oifde_simulator.runtime.workers.supervision.rolling import Roller
from oifde_simulator.runtime.workers.supervision.worker_pool import WorkerPool
from oifde_simulator.runtime.workers.supervision.worker_process import (
    PREPARED,
    READY,
    STALLED,
    STARTING,
    STOPPING,
    WorkerProcess,
)


class Supervisor:
    """Starts, watches and stops the workers of one server."""

    def __init__(
        self, settings: Settings, ports: Ports, task: Message, guard: Callable[[int], None], *, count: int
    ) -> None:
        """Prepare to start `count` workers with these settings.

        `task` has what else they have to know: `madeToken`, `coverage` and the `lock` of the log. `guard` is
        called with each process id.
        """
        self._pool = WorkerPool(settings, ports, task, guard, count=count)
        self._pool.changed = self._take_notice
        self._restarter = Restarter(self._pool)
        self._roller = Roller(self._pool)
        self._ports = ports
        self._is_fresh = settings.state_fresh
        self._is_up = self._stopping = False
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> WorkerProcess:
        """Start all workers and listen; the first of them. Raises ValueError where one cannot start."""
        self._run(liveness.watch(self._pool))
        await self._start_processes()
        present = self._pool.present
        if all(worker.ready["opens"] for worker in present.values()):
            self._ports.listen()
        for worker in present.values():
            worker.send(self._pool.go())
        for worker in present.values():
            await self._pool.require(worker, READY)
        self._is_up = True
        for worker in present.values():
            if not worker.is_alive:  # it died while another one was waited for
                self._run(self._restarter.restart(worker))
        self._run(self._roller.roll_when_wanted())
        self._pool.tell()
        return present[1]

    def roll(self) -> None:
        """Replace all workers, one after the other."""
        self._roller.want()

    async def stop(self) -> Message:
        """Stop all workers; what one of them says of the coverage."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        workers = self._pool.all()
        for worker in workers:
            if worker.state in (STARTING, PREPARED, STALLED):
                worker.kill()
            worker.state = STOPPING
            worker.send({"do": "stop"})
        await asyncio.gather(*(worker.end(periods.STOP_SECONDS) for worker in workers))
        return next((worker.coverage for worker in workers if worker.coverage), {})

    def kill(self) -> None:
        """End all workers by force."""
        for worker in self._pool.all():
            worker.kill()

    async def _start_processes(self) -> None:
        """Start all processes, and wait until they are prepared."""
        pool = self._pool
        pool.present[1] = await pool.start_first()
        if self._is_fresh:
            await pool.require(pool.present[1], PREPARED)
        for number in pool.numbers[1:]:
            pool.present[number] = await pool.start(number)
        for worker in pool.present.values():
            await pool.require(worker, PREPARED)

    def _run(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take_notice(self, worker: WorkerProcess) -> None:
        """Take notice of a change of a worker, such as its end."""
        if self._stopping:
            self._end_when_all_ceased()
        elif worker.ceased:
            worker.send({"do": "end"})
        if not worker.is_alive:
            self._pool.withdraw(worker)
            self._have_forgotten(worker)
            if not self._stopping and self._is_up and worker is self._pool.present.get(worker.number):
                self._run(self._restarter.restart(worker))
        self._pool.tell()

    def _have_forgotten(self, worker: WorkerProcess) -> None:
        """Have nobody wait at the store for a worker that has ended, as `PUT /listener` would for seconds."""
        for each in self._pool.living():
            if worker.replica and each.state == READY:
                each.send({"do": "forget", "replica": worker.replica})

    def _end_when_all_ceased(self) -> None:
        """Let workers tell the coverage once none of them serves any more."""
        living = list(self._pool.living())
        if all(each.ceased for each in living):
            for each in living:
                each.send({"do": "end"})
