"""Workers that give no sign of life: told after a while, and ended by force after another."""

from __future__ import annotations

import asyncio
import logging

from oifde_simulator.runtime.workers import periods
from oifde_simulator.runtime.workers.supervision.worker_pool import WorkerPool
from oifde_simulator.runtime.workers.supervision.worker_process import (
    PREPARED,
    READY,
    STALLED,
    STARTING,
    WorkerProcess,
)

log = logging.getLogger("oifde_simulator")


async def watch(pool: WorkerPool) -> None:
    """Look for workers that give no sign of life, for ever."""
    while True:
        await asyncio.sleep(periods.BEAT_SECONDS)
        now = asyncio.get_running_loop().time()
        for worker in list(pool.living()):
            _judge(pool, worker, now - worker.heard)


def _judge(pool: WorkerPool, worker: WorkerProcess, silent: float) -> None:
    starting = worker.state in (STARTING, PREPARED)
    if silent >= (periods.STARTING_SECONDS if starting else periods.REPLACED_SECONDS):
        _log_silence(logging.ERROR, worker, silent, ": it is ended by force")
        worker.kill()
    elif silent >= periods.STALLED_SECONDS and worker.state == READY:
        worker.state = STALLED
        pool.withdraw(worker)
        _log_silence(logging.WARNING, worker, silent, "")
        pool.tell()


def _log_silence(level: int, worker: WorkerProcess, silent: float, then: str) -> None:
    what = "worker %d (process %d) has given no sign of life for %d s%s"
    log.log(level, what, worker.number, worker.pid, silent, then)
