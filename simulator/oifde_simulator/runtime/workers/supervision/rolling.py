"""Workers are replaced on request: one after the other, each by one that serves already."""

from __future__ import annotations

import asyncio
import logging

from oifde_simulator.runtime.workers import periods
from oifde_simulator.runtime.workers.supervision.worker_pool import WorkerPool
from oifde_simulator.runtime.workers.supervision.worker_process import (
    PREPARED,
    STARTING,
    STOPPING,
    WorkerProcess,
)

log = logging.getLogger("oifde_simulator")

KEPT = "SIGHUP: worker %d cannot be replaced, and the old ones stay: %s"


class Roller:
    """Replaces all workers whenever that is wanted; wishes during a roll are one more roll."""

    def __init__(self, pool: WorkerPool) -> None:
        """Prepare to replace the workers of this pool."""
        self._pool = pool
        self._wanted = asyncio.Event()

    def want(self) -> None:
        """Replace all workers soon."""
        self._wanted.set()

    async def roll_when_wanted(self) -> None:
        """Replace all workers each time that it is wanted, for ever."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._roll()

    async def _roll(self) -> None:
        for number in self._pool.numbers:
            try:
                fresh = await self._pool.start(number)
            except OSError as error:
                log.error(KEPT, number, error)
                return
            self._pool.others.add(fresh)
            try:
                if not await self._pool.bring_up(fresh):
                    why = fresh.failure or fresh.how_it_ended
                    log.error(KEPT, number, why)
                    return
                await self._replace(number, fresh)
            finally:
                self._pool.others.discard(fresh)
        log.warning("SIGHUP: all %d workers are replaced", len(self._pool.numbers))

    async def _replace(self, number: int, fresh: WorkerProcess) -> None:
        pool = self._pool
        async with pool.changing[number]:
            old, pool.present[number] = pool.present[number], fresh
        pool.others.add(old)
        if old.state in (STARTING, PREPARED):  # it was being started again, and has nothing to finish
            old.kill()
        old.state = STOPPING
        old.send({"do": "drain"})
        pool.tell()
        try:
            await old.end(periods.DRAIN_SECONDS)
        finally:
            pool.others.discard(old)
