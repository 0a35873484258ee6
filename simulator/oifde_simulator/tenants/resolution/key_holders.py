"""The tenant of an access key, as it is at every replica.

Rule: where other replicas make tenants too, what was found is kept until any of them has changed one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.tenants.served import ServedTenants
from oifde_simulator.tenants.tenant import Tenant
from oifde_simulator.text import normal

MOST_KEPT = 1000
"""Keys whose tenants are kept."""
LONGEST_KEY = 256
"""Characters of a key whose tenant is kept."""
AT_ONCE = 200
"""Tenants that are read in one round trip."""


class KeyHolders:
    """Tenants by access key."""

    def __init__(self, tenants: ServedTenants) -> None:
        self._tenants = tenants
        self._state = tenants.state.tenants
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
            return await self._tenants.named(normal(key))
        for owner in await self._tenants.worlds.with_key(key):
            with suppress(NotServed):
                tenant = await self._tenants.named(owner)
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
            state = await self._tenants.served(name)
            if state.source is not None and self._tenants.worlds.find(name, state) is None:
                await self._tenants.named(name)
