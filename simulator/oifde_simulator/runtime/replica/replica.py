"""One replica: its heartbeat, what it does at the first one, and when the store has forgotten or lost it.

Rule: a heartbeat does all that is due, in this order: join, begin anew what changed, act on announcements,
compare. What fails is due again at the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from oifde_simulator.runtime.replica.adoption import Adoption
from oifde_simulator.runtime.replica.description import Describer
from oifde_simulator.runtime.replica.others import Others
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.health import StoreHealth
from oifde_simulator.state.valkey.replicas.announcements import ValkeyAnnouncements
from oifde_simulator.state.valkey.replicas.replicas import Beat, Replicas
from oifde_simulator.tenants import Tenants

log = logging.getLogger("oifde_simulator")

PERIOD = 1.0
"""Seconds between two heartbeats."""
SWEEP_BEATS = 30
"""Heartbeats between two sweeps."""


class Replica:
    """This server among the replicas of its store."""

    def __init__(
        self,
        replicas: Replicas,
        announcements: ValkeyAnnouncements,
        adoption: Adoption,
        describer: Describer,
        tenants: Tenants,
        health: StoreHealth,
    ) -> None:
        self.store = ""
        """Name of the store; another one after it has forgotten all. Empty before the start."""
        self.on_begin: Callable[[], Awaitable[None]] | None = None
        """Called when the store is new to this replica, at the start too: what has to be registered there."""
        self.on_loss: Callable[[], None] | None = None
        """Called when the store has forgotten all: what was read there is gone."""
        self.on_return: Callable[[], None] | None = None
        """Called when the store answers again: messages of it may have been missed."""
        self.sweep: Callable[[], Awaitable[None]] | None = None
        """Called now and then, to give back what was made for tenants that went at another replica."""
        self._replicas = replicas
        self._announcements = announcements
        self._adoption = adoption
        self._describer = describer
        self._tenants = tenants
        self._health = health
        self._others = Others(replicas)
        self._is_first = False
        self._beats = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the others, and go on saying that this replica lives. Raises StoreGone."""
        await self._announcements.start()
        await self._beat()
        self._task = asyncio.create_task(self._beat_periodically())

    async def stop(self) -> None:
        """Leave: nobody waits for this replica any more."""
        if self._task is not None:
            self._task.cancel()
        await self._announcements.close()
        with suppress(StoreGone):
            await self._replicas.leave()

    async def beat(self) -> None:
        """Say that this replica lives, and do what is due."""
        was_lost = bool(self._health.reason)
        try:
            await self._beat()
            if was_lost:
                await self._replicas.require_room()
        except StoreGone as gone:
            self._health.lost(gone)
            return
        self._health.found()
        if was_lost and self.on_return:
            self.on_return()

    @property
    def differences(self) -> str:
        """What this replica serves otherwise than the members; empty where all serve the same."""
        return self._others.differences

    async def _beat_periodically(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                await self.beat()
            except Exception:
                log.exception("a defect of the simulator: a heartbeat failed; the next one comes")

    async def _beat(self) -> None:
        mine = self._describer.describe(self._tenants.files)
        seen = await self._replicas.beat(mine.digest)
        if not seen.described:
            await self._replicas.describe(mine.digest, mine.text)
        is_new = seen.store != self.store
        if is_new and self.store:
            self._forget()
        if is_new:
            await self._tenants.state.adopt()
        self._is_first = self._is_first or seen.first
        if self._is_first:
            await self._adoption.adopt(mine, self._describer.digests())
            self._is_first = False
        await self._announcements.catch_up(seen.announced, is_new=is_new)
        if is_new:
            await self._begin(seen)
        await self._others.compare(mine, seen)
        self._beats += 1
        if self.sweep and not self._beats % SWEEP_BEATS:
            await self.sweep()

    async def _begin(self, seen: Beat) -> None:
        if self.on_begin:
            await self.on_begin()
        self.store = seen.store

    def _forget(self) -> None:
        """Forget what was read from a store that has forgotten it."""
        log.warning(
            "the store of the state has forgotten all, as after a restart without its data: tenants that "
            "were made, counts and the journal are gone; tenants of files are served from their beginning"
        )
        self._tenants.forget_all()
        if self.on_loss:
            self.on_loss()
