"""Counts of several replicas: each adds its own to the store in batches, and any of them reads the sum.

Rule: no request waits for it. A batch whose reply was lost is sent again under its number, and added once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from oifde_simulator.engine.counting.recent_counts import KINDS, Series
from oifde_simulator.engine.counting.shared_meter import SharedMeter
from oifde_simulator.model.counted_requests import AddedCounts, AllCounts
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.interface.counts import Metrics

log = logging.getLogger("oifde_simulator")

PAUSE = 0.5
"""Seconds between two batches: how old the counts of another replica may be."""
SILENT_PAUSES = 5
"""Pauses without news after which a batch is sent all the same, to say that this replica lives."""

Figures = Callable[[], Mapping[str, float]]
"""Tells figures of this replica by name."""


def nothing() -> Mapping[str, float]:
    """Tell no figures."""
    return {}


class MetricsSharing:
    """Adds the counts of this replica to those of all, and reads them."""

    def __init__(
        self, meter: SharedMeter, metrics: Metrics, *, gauges: Figures = nothing, counts: Figures = nothing
    ) -> None:
        """`gauges` tells what is so now, `counts` what was counted elsewhere since the start."""
        self._meter = meter
        self._metrics = metrics
        self.gauges = gauges
        self.counts = counts
        self._told: Mapping[str, float] = {}
        self._gauges: Mapping[str, float] = {}
        self._order = asyncio.Lock()
        self._number = 0
        self._pending: AddedCounts | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Add counts from now on, without being asked."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Add what is left, if the store is there, and no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(StoreGone):
                await self.push()

    async def _run(self) -> None:
        silent = 0
        while True:
            await asyncio.sleep(PAUSE)
            silent += 1
            if self._has_news() or silent > SILENT_PAUSES:
                silent = 0
                await self._push_or_log()

    async def _push_or_log(self) -> None:
        try:
            await self.push()
        except StoreGone:
            pass  # the counts are added the next time
        except Exception:
            log.exception("a defect of the simulator: counts were not added to those of all replicas")

    def _has_news(self) -> bool:
        return self._pending is not None or self._meter.recent.has_changes or self.gauges() != self._gauges

    async def push(self) -> None:
        """Add what was counted since the last time. Raises StoreGone; then it is added the next time."""
        async with self._order:
            if self._pending is None:
                self._number += 1
                self._pending = self._take()
            gauges = self.gauges()
            await self._metrics.add(self._number, self._pending, gauges)
            self._pending, self._gauges = None, gauges

    def _take(self) -> AddedCounts:
        counts = dict(self.counts())
        more = {name: now - self._told.get(name, 0) for name, now in counts.items()}
        self._told = counts
        added = self._meter.take()
        named = {name: number for name, number in {**added.counted.named, **more}.items() if number}
        return added._replace(counted=added.counted._replace(named=named))

    async def all(self) -> AllCounts:
        """Read the counts of all replicas. Raises StoreGone."""
        await self._push_all()
        return await self._metrics.all()

    async def series(self, seconds: int, tenant: str | None) -> Series:
        """List the counts of the last seconds, of all tenants or of one (`""`: of none known)."""
        await self._push_all()
        complete, tallies = await self._metrics.recent(seconds, tenant)
        kinds: list[list[int]] = [[0] * seconds for _ in KINDS]
        for age, tally in tallies.items():
            for kind, number in zip(kinds, tally, strict=True):
                kind[seconds - 1 - age] = number
        return Series(complete, dict(zip(KINDS, kinds, strict=True)))

    async def forget(self, tenant: str, last: int) -> None:
        """Forget the counts of a tenant that is gone, of entries up to number `last`. Raises StoreGone."""
        self._meter.forget(tenant)
        await self._metrics.forget(tenant, last)

    async def _push_all(self) -> None:
        """Add a batch that was left, and what was counted since."""
        if self._pending is not None:
            await self.push()
        await self.push()
