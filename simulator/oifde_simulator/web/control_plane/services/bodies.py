"""Bodies of exchanges on record, made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oifde_simulator.journal import Journal
from oifde_simulator.model.entry import Entry
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.web.control_plane.evaluations import Evaluations

if TYPE_CHECKING:
    from oifde_simulator.engine.bodies import Bodies


class BodyService:
    """Make the bodies of exchanges of one server."""

    def __init__(self, tenants: Tenants, journal: Journal, evaluations: Evaluations) -> None:
        self._tenants = tenants
        self._journal = journal
        self._evaluations = evaluations

    async def make(self, entry: Entry) -> Bodies:
        """Make both bodies of an entry. Raises Problem where that takes too long."""
        from oifde_simulator.engine.bodies import BodyMaker  # only wanted where somebody looks

        tenant = await self._tenant(entry)
        maker = BodyMaker(entry, tenant, self._journal, await self._credentials(tenant))
        return await self._evaluations.run(maker.make())

    async def _tenant(self, entry: Entry) -> Tenant | None:
        """Find the tenant of an entry as it is now; None where it is not served."""
        try:
            return await self._tenants.named(entry.tenant) if entry.tenant else None
        except NotServed:
            return None

    async def _credentials(self, tenant: Tenant | None) -> list[str]:
        """List the credentials of a tenant."""
        if tenant is None or tenant.world.scenario is None:
            return []
        spec = tenant.world.scenario.tenant
        found = [*spec.tokens, *([spec.secret] if spec.secret else ()), *spec.access_keys.values()]
        fresh = await self._tenants.fresh(tenant.id)
        return found + ([fresh.secret, fresh.token] if fresh else [])
