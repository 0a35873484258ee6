"""Tenants whose files have changed: served from their beginning, or unknown from now on.

Rule: several processes may follow the same files; one of them begins the tenant anew, and all serve the file.
"""

from __future__ import annotations

from collections.abc import Callable

from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.tenants.digests import scenario_digest
from oifde_simulator.tenants.retry import retried
from oifde_simulator.tenants.served import ServedTenants
from oifde_simulator.tenants.tenant import World


class TenantReloader:
    """Serves what changed files have."""

    def __init__(self, tenants: ServedTenants) -> None:
        self._tenants = tenants
        self._news: set[str] = set()
        """Tenants whose file has changed, and that have not begun anew yet."""

    async def put(self, name: str, scenario: Scenario, world: World) -> bool:
        """Serve a file's `scenario` from now on, from its beginning, in the world prepared of it.

        False where a tenant of its id was made on demand, which stays until everything is restored. Tokens
        that were issued stay good, since nobody stores them; what was counted is forgotten.
        """
        self._tenants.worlds.files = self._tenants.files | {name: scenario}

        async def replace_file() -> bool:
            state = await self._tenants.state.tenants.get(name)
            if not state.made:
                if is_news:
                    await self._tenants.state.tenants.replace(name, None, epoch=state.epoch)
                self._tenants.keep(name, world)
            return not state.made

        is_news = await self._note_file(name, lambda _: scenario_digest(scenario))
        is_served = await retried(replace_file)
        self._news.discard(name)
        return is_served

    async def remove(self, name: str) -> bool:
        """Have the tenant unknown, whose file is gone. False where one of its id was made, which stays."""
        self._tenants.worlds.files = self._tenants.files.without(name)
        is_news = await self._note_file(name, lambda _: "")

        async def drop_file() -> bool:
            state = await self._tenants.state.tenants.get(name)
            if not state.made and is_news:
                await self._tenants.drop(name, epoch=state.epoch)
            elif not state.made:
                self._tenants.release(name)
            return not state.made

        is_gone = await retried(drop_file)
        self._news.discard(name)
        return is_gone

    async def _note_file(self, name: str, digest: Callable[[str], str]) -> bool:
        """Note the file of a tenant; True where this process is the one to act on it.

        It stays so until that is done, should the state's store be lost in between.
        """
        try:
            news = await self._tenants.state.files.note([name], digest)
        except StoreGone:
            self._news.add(name)
            raise
        self._news.update(news)
        return name in self._news
