"""Tenants by id: each made when it is first asked for, and anew when the state has changed it.

Rule: the state is asked how a tenant is; what was made of it is kept until its version is another.
"""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.immediate import aside
from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.model.tenant_state import TenantState
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.interface import State
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.tenants.factory import FreshCredentials, TenantFactory
from oifde_simulator.tenants.tenant import Tenant, World
from oifde_simulator.tenants.worlds import Worlds


class ServedTenants:
    """Tenants that one server serves now, of files or made on demand."""

    def __init__(self, factory: TenantFactory, worlds: Worlds, state: State) -> None:
        self.state = state
        self.worlds = worlds
        """What depends on the scenarios of tenants alone."""
        self._factory = factory
        self._tenants: dict[str, Tenant] = {}

    @property
    def files(self) -> ScenarioCatalog:
        """Scenarios that the server was given, whatever became of their tenants."""
        return self.worlds.files

    @property
    def seed(self) -> str:
        """Seed of the server."""
        return self._factory.seed

    def cached(self, name: object) -> Tenant | None:
        """Find a tenant that was made before; it may have changed, which the state tells. Never suspends."""
        return self._tenants.get(name) if isinstance(name, str) else None

    async def named(self, name: str) -> Tenant:
        """Find the tenant of this id as it is now. Raises NotServed where there is none."""
        while True:
            state = await self.served(name)
            tenant = self._tenants.get(name)
            if tenant is not None and tenant.read.version == state.version:
                return tenant
            if world := self.worlds.find(name, state):
                tenant = self._tenants[name] = self._factory.tenant(name, world, state)
                return tenant
            self.worlds.keep(name, await aside(self.worlds.make, name, state))
            # The tenant may have gone meanwhile, and what is kept of it would never be given back.

    def forget(self, name: str) -> None:
        """Read a tenant anew when it is next asked for: the state has another version of it."""
        self._tenants.pop(name, None)

    def forget_all(self) -> None:
        """Read every tenant anew: the state has forgotten all; what was made of sources is given back."""
        self._tenants.clear()
        for name in self.worlds.of_sources():
            self.worlds.release(name)

    async def release_gone(self) -> list[str]:
        """Give back what was made for tenants that went at another replica; their ids."""
        made = frozenset(await self.state.tenants.made())
        gone = [
            name for name in {*self._tenants, *self.worlds} if name not in made and name not in self.files
        ]
        for name in gone:
            self.release(name)
        return gone

    def release(self, name: str) -> None:
        """Give back what was made for a tenant that is gone."""
        self.worlds.release(name)
        self._tenants.pop(name, None)

    async def ids(self) -> list[str]:
        """List the ids of all tenants that are served: those of the files, then those that were made."""
        gone = await self.state.tenants.gone()
        made = await self.state.tenants.made()
        return list(dict.fromkeys((*(name for name in self.files if name not in gone), *made)))

    async def has(self, name: str) -> bool:
        """Check that a tenant of this id is served."""
        return self._has(name, await self.state.tenants.get(name))

    def _has(self, name: str, state: TenantState) -> bool:
        return not state.gone and (state.source is not None or name in self.files)

    async def served(self, name: str) -> TenantState:
        """Tell how a tenant is now. Raises NotServed where there is none."""
        state = await self.state.tenants.get(name)
        if not self._has(name, state):
            self.release(name)
            raise NotServed(name)
        return state

    async def scenario(self, name: str, state: TenantState | None = None) -> Scenario:
        """Find the scenario of a tenant, served as `state` says. Raises NotServed where there is none."""
        return await self.worlds.scenario(name, state or await self.served(name))

    def keep(self, name: str, world: World) -> None:
        """Serve a tenant in another world from now on."""
        self.worlds.keep(name, world)
        self._tenants.pop(name, None)

    async def drop(self, name: str, *, epoch: int | None = None) -> None:
        """Have the tenant unknown from now on. Raises Stale where it is no longer that of `epoch`."""
        await self.state.tenants.delete(name, in_files=name in self.files, epoch=epoch)
        self.release(name)

    async def restore(self) -> list[str]:
        """Serve what the files have, each tenant from its beginning; the ids of made ones that are gone."""
        gone = await self.state.tenants.restore()
        for name in self.worlds.of_sources():
            self.release(name)
        return gone

    async def fresh(self, name: str) -> FreshCredentials | None:
        """Compute the credentials that a tenant was made with; None where it was not made on demand."""
        state = await self.state.tenants.get(name)
        return self.worlds.fresh(name, state) if state.made else None

    async def select(self, name: str, criteria: Criteria) -> Sequence[CallSession]:
        """Find the sessions of a tenant that fit, as they are now on its clock."""
        tenant = await self.named(name)
        return tenant.world.sessions.select(criteria, tenant.clock.now())
