"""Workers that died are started again, after a pause that grows as long as they do not live long."""

from __future__ import annotations

import asyncio
import logging

from oifde_simulator.runtime.workers import periods
from oifde_simulator.runtime.workers.supervision.worker_pool import WorkerPool
from oifde_simulator.runtime.workers.supervision.worker_process import WorkerProcess

log = logging.getLogger("oifde_simulator")


class Restarter:
    """Starts workers again."""

    def __init__(self, pool: WorkerPool) -> None:
        """Prepare to start workers of this pool again."""
        self._pool = pool
        self._pauses: dict[int, float] = {}

    async def restart(self, worker: WorkerProcess) -> None:
        """Start the worker again that had this number, unless it was replaced meanwhile."""
        number = worker.number
        pause = self._next_pause(number, asyncio.get_running_loop().time() - worker.began)
        self._pool.restarts[number] += 1
        how = worker.failure or worker.how_it_ended
        log.error("worker %d (process %d) ended: %s; it is started again", number, worker.pid, how)
        self._pool.tell()
        await asyncio.sleep(pause)
        fresh = await self._start_when_possible(worker)
        if fresh is not None and await self._pool.bring_up(fresh):
            log.warning("worker %d is ready again, as process %d", number, fresh.pid)

    async def _start_when_possible(self, worker: WorkerProcess) -> WorkerProcess | None:
        """Start a successor, however often the system has no room for it; None where there is one."""
        number = worker.number
        while True:
            async with self._pool.changing[number]:
                if self._pool.present[number] is not worker:
                    return None
                try:
                    self._pool.present[number] = fresh = await self._pool.start(number)
                    return fresh
                except OSError as error:
                    pause = self._next_pause(number, 0.0)
                    log.error("worker %d cannot be started: %s; next try in %g s", number, error, pause)
            await asyncio.sleep(pause)

    def _next_pause(self, number: int, lived: float) -> float:
        pause = 0.0 if lived > periods.GOOD_SECONDS else self._pauses.get(number, 0.0)
        self._pauses[number] = min(max(2 * pause, periods.FIRST_PAUSE), periods.LONGEST_PAUSE)
        return pause
