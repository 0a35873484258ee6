"""The workers of one server: the present one of each number, and those that come or go beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from oifde_simulator.config import Settings
from oifde_simulator.runtime.workers import periods
from oifde_simulator.runtime.workers.messages import Message, pack
from oifde_simulator.runtime.workers.ports import Ports
from oifde_simulator.runtime.workers.supervision.worker_process import (
    PREPARED,
    READY,
    STARTING,
    WorkerProcess,
)
from oifde_simulator.web.data_plane.sockets.worker_loads import ABSENT

DOWN = "down"


class WorkerPool:
    """Workers by number. Whoever starts one puts it into `present` or `others`."""

    def __init__(
        self, settings: Settings, ports: Ports, task: Message, guard: Callable[[int], None], *, count: int
    ) -> None:
        """Prepare to start `count` workers; the arguments are those of `Supervisor`."""
        self.numbers = range(1, count + 1)
        """Numbers of all workers."""
        self.present: dict[int, WorkerProcess] = {}
        """Present worker of each number; it may have ended."""
        self.others: set[WorkerProcess] = set()
        """Workers that are not the present ones of their numbers: new ones, and old ones that drain."""
        self.restarts: dict[int, int] = dict.fromkeys(self.numbers, 0)
        """How often the worker of each number was started again because it had died."""
        self.changing = {number: asyncio.Lock() for number in self.numbers}
        """Held while the present worker of a number becomes another."""
        self.changed: Callable[[WorkerProcess], None] = lambda _: None
        """Called after each change of a worker, and at its end."""
        self._first_settings = pack(settings)
        self._task = {
            **task,
            "settings": pack(replace(settings, state_fresh=False)),
            "sockets": ports.descriptors,
            "loads": ports.memory,
        }
        self._ports = ports
        self._descriptors = [*ports.inherited, task["lock"]]
        self._guard = guard

    async def start_first(self) -> WorkerProcess:
        """Start the very first worker, which alone empties a store that is to be fresh, and says hello."""
        return await self.start(1, banner=True, settings=self._first_settings)

    async def start(self, number: int, **more: object) -> WorkerProcess:
        """Start a worker of this number; `more` is what else its task says."""
        before = self.present.get(number)
        place = 2 * number + (1 - before.place % 2 if before else 0)
        worker = await WorkerProcess.start(
            number, place, {**self._task, "banner": False, **more}, self._descriptors
        )
        self._guard(worker.pid)
        worker.follow(lambda worker: self.changed(worker))
        return worker

    async def bring_up(self, worker: WorkerProcess) -> bool:
        """Wait until a worker serves; False where it ends before."""
        if not await self.until(worker, PREPARED, READY):
            return False
        worker.send(self.go())
        return await self.until(worker, READY)

    async def until(self, worker: WorkerProcess, *states: str) -> bool:
        """Wait until a worker is in one of these states; False where it ends before, or takes for ever."""
        try:
            async with asyncio.timeout(periods.START_SECONDS):
                return await worker.until(*states)
        except TimeoutError:
            worker.failure = f"it was not ready within {periods.START_SECONDS:g}s"
            worker.kill()
            return False

    async def require(self, worker: WorkerProcess, state: str) -> None:
        """Wait until a worker is in this state, or ready. Raises ValueError where it ends before."""
        if not await self.until(worker, state, READY):
            raise ValueError(worker.failure or f"worker {worker.number} did not start: {worker.how_it_ended}")

    def all(self) -> list[WorkerProcess]:
        """List all workers, with those that have ended."""
        return [*self.present.values(), *self.others]

    def living(self) -> Iterator[WorkerProcess]:
        """Iterate over the workers that have not ended."""
        return (worker for worker in self.all() if worker.is_alive)

    def withdraw(self, worker: WorkerProcess) -> None:
        """Have the others take the new connections of a worker that takes none."""
        self._ports.loads.note(ABSENT, worker.place)

    def go(self) -> Message:
        """Make the message that lets a worker serve."""
        return {"do": "go", "workers": self._group()}

    def tell(self) -> None:
        """Tell every worker how all are."""
        group = self._group()
        for worker in self.living():
            if worker.state not in (STARTING, PREPARED):
                worker.send({"do": "group", "workers": group})

    def _group(self) -> list[Mapping[str, Any]]:
        return [self._describe(number) for number in self.numbers]

    def _describe(self, number: int) -> Mapping[str, Any]:
        worker = self.present.get(number)
        pid, state = (worker.pid, worker.state) if worker and worker.is_alive else (None, DOWN)
        state = STARTING if state == PREPARED else state
        return {"number": number, "pid": pid, "state": state, "restarts": self.restarts[number]}
