"""The supervisor: starts workers, starts those again that died, replaces them on request, and stops them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from oifde_simulator.config import Settings
from oifde_simulator.runtime.workers import periods
from oifde_simulator.runtime.workers.messages import Message, pack
from oifde_simulator.runtime.workers.ports import Ports
from oifde_simulator.runtime.workers.worker_process import (
    PREPARED,
    READY,
    STALLED,
    STARTING,
    STOPPING,
    WorkerProcess,
)
from oifde_simulator.web.data_plane.worker_loads import ABSENT

log = logging.getLogger("oifde_simulator")

DOWN = "down"


class Supervisor:
    """The workers of one server."""

    def __init__(
        self, settings: Settings, ports: Ports, task: Message, guard: Callable[[int], None], *, count: int
    ) -> None:
        """Prepare to start `count` workers with these settings.

        `task` has what else they have to know: `madeToken`, `coverage` and the `lock` of the log. `guard` is
        called with each process id.
        """
        self.workers: dict[int, WorkerProcess] = {}
        """Present worker of each number; it may have ended."""
        self.restarts: dict[int, int] = dict.fromkeys(range(1, count + 1), 0)
        """How often the worker of each number was started again because it had died."""
        self._ports = ports
        self._first_settings = pack(settings)
        """Settings of the very first worker, which alone empties a store that is to be fresh."""
        self._is_fresh = settings.state_fresh
        self._task = {
            **task,
            "settings": pack(replace(settings, state_fresh=False)),
            "sockets": ports.descriptors,
            "loads": ports.memory,
        }
        self._descriptors = [*ports.inherited, task["lock"]]
        self._guard = guard
        self._changing = {number: asyncio.Lock() for number in self.restarts}
        """Held while the present worker of a number becomes another."""
        self._others: set[WorkerProcess] = set()
        """Workers that are not the present ones of their numbers: new ones, and old ones that drain."""
        self._pauses: dict[int, float] = {}
        self._is_up = self._stopping = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._roll_wanted = asyncio.Event()

    async def start(self) -> WorkerProcess:
        """Start all workers and listen; the first of them. Raises ValueError where one cannot start."""
        self._run(self._watch_over())
        self.workers[1] = await self._new(1, banner=True, settings=self._first_settings)
        if self._is_fresh:
            await self._require(self.workers[1], PREPARED)
        for number in [*self.restarts][1:]:
            self.workers[number] = await self._new(number)
        for worker in self.workers.values():
            await self._require(worker, PREPARED)
        if all(worker.ready["opens"] for worker in self.workers.values()):
            self._ports.listen()
        for worker in self.workers.values():
            worker.send(self._go())
        for worker in self.workers.values():
            await self._require(worker, READY)
        self._is_up = True
        self._run(self._roll_when_wanted())
        self._tell()
        return self.workers[1]

    def roll(self) -> None:
        """Replace all workers, one after the other."""
        self._roll_wanted.set()

    async def stop(self) -> Message:
        """Stop all workers; what one of them says of the coverage."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        for worker in self._all():
            if worker.state in (STARTING, PREPARED, STALLED):
                worker.kill()
            worker.state = STOPPING
            worker.send({"do": "stop"})
        await asyncio.gather(*(worker.end(periods.STOP_SECONDS) for worker in self._all()))
        return next((worker.coverage for worker in self._all() if worker.coverage), {})

    def kill(self) -> None:
        """End all workers by force."""
        for worker in self._all():
            worker.kill()

    def _all(self) -> list[WorkerProcess]:
        return [*self.workers.values(), *self._others]

    def _run(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _new(self, number: int, **more: object) -> WorkerProcess:
        before = self.workers.get(number)
        place = 2 * number + (1 - before.place % 2 if before else 0)
        worker = await WorkerProcess.start(
            number, place, {**self._task, "banner": False, **more}, self._descriptors
        )
        self._guard(worker.pid)
        worker.follow(self._take_notice)
        return worker

    async def _require(self, worker: WorkerProcess, state: str) -> None:
        if not await self._until(worker, state, READY):
            raise ValueError(worker.failure or f"worker {worker.number} did not start: {worker.how_it_ended}")

    def _take_notice(self, worker: WorkerProcess) -> None:
        """Take notice of a change of a worker, such as its end."""
        if self._stopping and all(each.ceased for each in self._living()):
            for each in self._living():
                each.send({"do": "end"})
        elif worker.ceased and not self._stopping:
            worker.send({"do": "end"})
        if not worker.is_alive:
            self._ports.loads.note(ABSENT, worker.place)
            if not self._stopping and worker is self.workers.get(worker.number) and self._is_up:
                self._run(self._restart(worker))
        self._tell()

    def _living(self) -> Iterator[WorkerProcess]:
        return (worker for worker in self._all() if worker.is_alive)

    async def _restart(self, worker: WorkerProcess) -> None:
        """Start a worker again that died, after a pause that grows as long as it does not live long."""
        number, loop = worker.number, asyncio.get_running_loop()
        lived = loop.time() - worker.began
        pause = 0.0 if lived > periods.GOOD_SECONDS else self._pauses.get(number, 0.0)
        self._pauses[number] = min(max(2 * pause, periods.FIRST_PAUSE), periods.LONGEST_PAUSE)
        self.restarts[number] += 1
        how = worker.failure or worker.how_it_ended
        log.error("worker %d (process %d) ended: %s; it is started again", number, worker.pid, how)
        self._tell()
        await asyncio.sleep(pause)
        async with self._changing[number]:
            if self.workers[number] is not worker:  # it was replaced meanwhile
                return
            self.workers[number] = fresh = await self._new(number)
        if await self._bring_up(fresh):
            log.warning("worker %d is ready again, as process %d", number, fresh.pid)

    async def _until(self, worker: WorkerProcess, *states: str) -> bool:
        """Wait until a worker is in one of these states; False where it ends before, or takes for ever."""
        try:
            async with asyncio.timeout(periods.START_SECONDS):
                return await worker.until(*states)
        except TimeoutError:
            worker.failure = f"it was not ready within {periods.START_SECONDS:g}s"
            worker.kill()
            return False

    async def _bring_up(self, worker: WorkerProcess) -> bool:
        """Wait until a worker serves; False where it ends before."""
        if not await self._until(worker, PREPARED, READY):
            return False
        worker.send(self._go())
        return await self._until(worker, READY)

    async def _watch_over(self) -> None:
        """Look for workers that give no sign of life."""
        while True:
            await asyncio.sleep(periods.BEAT_SECONDS)
            now = asyncio.get_running_loop().time()
            for worker in list(self._living()):
                self._judge(worker, now - worker.heard)

    def _judge(self, worker: WorkerProcess, silent: float) -> None:
        starting = worker.state in (STARTING, PREPARED)
        if silent >= (periods.STARTING_SECONDS if starting else periods.REPLACED_SECONDS):
            log.error(
                "worker %d (process %d) has given no sign of life for %d s: it is ended by force",
                *(worker.number, worker.pid, silent),
            )
            worker.kill()
        elif silent >= periods.STALLED_SECONDS and worker.state == READY:
            worker.state = STALLED
            self._ports.loads.note(ABSENT, worker.place)
            log.warning(
                "worker %d (process %d) has given no sign of life for %d s",
                *(worker.number, worker.pid, silent),
            )
            self._tell()

    async def _roll_when_wanted(self) -> None:
        while True:
            await self._roll_wanted.wait()
            self._roll_wanted.clear()
            await self._roll()

    async def _roll(self) -> None:
        """Replace each worker by one that serves already, one after the other."""
        for number in self.restarts:
            fresh = await self._new(number)
            self._others.add(fresh)
            try:
                if not await self._bring_up(fresh):
                    why = fresh.failure or fresh.how_it_ended
                    log.error("SIGHUP: worker %d cannot be replaced, and the old ones stay: %s", number, why)
                    return
                await self._replace(number, fresh)
            finally:
                self._others.discard(fresh)
        log.warning("SIGHUP: all %d workers are replaced", len(self.restarts))

    async def _replace(self, number: int, fresh: WorkerProcess) -> None:
        async with self._changing[number]:
            old, self.workers[number] = self.workers[number], fresh
        self._others.add(old)
        old.state = STOPPING
        old.send({"do": "drain"})
        self._tell()
        try:
            await old.end(periods.DRAIN_SECONDS)
        finally:
            self._others.discard(old)

    def _go(self) -> Message:
        """Make the message that lets a worker serve."""
        return {"do": "go", "workers": self._group()}

    def _tell(self) -> None:
        """Tell every worker how all are."""
        group = self._group()
        for worker in self._living():
            if worker.state not in (STARTING, PREPARED):
                worker.send({"do": "group", "workers": group})

    def _group(self) -> list[Mapping[str, Any]]:
        return [self._describe(number) for number in self.restarts]

    def _describe(self, number: int) -> Mapping[str, Any]:
        worker = self.workers.get(number)
        pid, state = (worker.pid, worker.state) if worker and worker.is_alive else (None, DOWN)
        state = STARTING if state == PREPARED else state
        return {"number": number, "pid": pid, "state": state, "restarts": self.restarts[number]}
