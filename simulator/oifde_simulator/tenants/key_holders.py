"""The tenant of an access key, as it is at every replica.

Rule: where other replicas make tenants too, what was found is kept until any of them has changed one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from oifde_simulator.model.tenant_state import TenantState
from oifde_simulator.state.interface import State
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.tenants.tenant import Tenant
from oifde_simulator.tenants.worlds import Worlds
from oifde_simulator.text import normal

MOST_KEPT = 1000
"""Keys whose tenants are kept."""
LONGEST_KEY = 256
"""Characters of a key whose tenant is kept."""
AT_ONCE = 200
"""Tenants that are read in one round trip."""


class KeyHolders:
    """Tenants by access key."""

    def __init__(
        self,
        state: State,
        worlds: Worlds,
        named: Callable[[str], Awaitable[Tenant]],
        served: Callable[[str], Awaitable[TenantState]],
    ) -> None:
        """`named` finds a tenant by its id, and `served` how it is now. Both raise NotServed."""
        self._state = state.tenants
        self._worlds = worlds
        self._named = named
        self._served = served
        self._kept: dict[str, Tenant | None] = {}
        self._change = 0
        """The last change of all replicas that is known here."""

    async def find(self, key: str) -> Tenant | None:
        """Find the tenant whose id or access key this is; None where there is none."""
        change = await self._state.last_change()
        if change != self._change:
            await self._learn(self._change)
            self.forget()
            self._change = change
        if key in self._kept:
            return self._kept[key]
        found = await self._search(key)
        if change and len(key) <= LONGEST_KEY and len(self._kept) < MOST_KEPT:
            self._kept[key] = found
        return found

    def forget(self) -> None:
        """Find tenants anew."""
        self._kept.clear()

    def forget_all(self) -> None:
        """Find tenants anew, and learn the keys of all that were made."""
        self._kept.clear()
        self._change = 0

    async def _search(self, key: str) -> Tenant | None:
        with suppress(NotServed):
            return await self._named(normal(key))
        for owner in await self._worlds.with_key(key):
            with suppress(NotServed):
                tenant = await self._named(owner)
                if tenant.world.scenario and key in tenant.world.scenario.tenant.access_keys:
                    return tenant
        return None

    async def _learn(self, since: int) -> None:
        """Learn the keys of tenants that other replicas have made or replaced after a change."""
        names = await self._state.given_sources(since)
        for first in range(0, len(names), AT_ONCE):
            await asyncio.gather(*(self._learn_keys(name) for name in names[first : first + AT_ONCE]))

    async def _learn_keys(self, name: str) -> None:
        with suppress(NotServed):
            state = await self._served(name)
            if state.source is not None and self._worlds.find(name, state) is None:
                await self._named(name)
