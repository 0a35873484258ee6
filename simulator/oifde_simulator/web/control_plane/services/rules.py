"""Rules of a tenant: listed, added while it is served, and removed."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from oifde_simulator.immediate import aside
from oifde_simulator.model.tenant_state import RuleStanding
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName, Stale, UnknownRule
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.tenants.admin import TenantAdmin, check_rules
from oifde_simulator.tenants.retry import retried
from oifde_simulator.tenants.state_times import check_state_times
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.services.errors import named_tenant, wrong_scenario

NO_RULE_HINT = "it may have gone by itself; GET /tenants/{id}/rules lists those there are"


class RuleService:
    """Work on the rules of tenants. Methods raise a Problem for a tenant that is not served."""

    def __init__(self, tenants: Tenants, evaluations: Evaluations) -> None:
        self._tenants = tenants
        self._evaluations = evaluations
        self._admin = TenantAdmin(tenants)

    async def all(self, id: str) -> list[RuleStanding]:
        """List the rules of a tenant in the order in which they are asked."""

        async def rules() -> list[RuleStanding]:
            return await self._admin.rules(await named_tenant(self._tenants, id))

        return await retried(rules)

    async def add(
        self, id: str, definitions: Sequence[dict[str, Any]], ttls: Sequence[float | None]
    ) -> list[RuleStanding]:
        """Have rules asked before the others, and list all; each goes after its seconds, or stays for None.

        `definitions` are as in a file. A Problem says which of them is wrong, or has a name that is taken.
        """
        tenant = await named_tenant(self._tenants, id)
        try:
            await self._add(tenant, definitions, ttls)
        except DuplicateName as name:
            detail = f"there is a rule {shown(str(name))}; choose another name, or remove that rule first"
            raise Problem(HTTPStatus.CONFLICT, "rule-exists", detail) from None
        except CapacityExceeded as error:
            raise Problem(HTTPStatus.CONFLICT, "too-many-rules", str(error)) from None
        except ScenarioErrors as errors:
            raise wrong_scenario(errors) from None
        return await self.all(id)

    async def _add(
        self, tenant: Tenant, definitions: Sequence[dict[str, Any]], ttls: Sequence[float | None]
    ) -> None:
        names = await self._admin.new_names(tenant, definitions)
        # Many rules take a while, and the vendor's port has other requests to answer.
        await aside(check_rules, definitions, names)
        # It may have gone meanwhile, or been given other rules.
        check_state_times(await named_tenant(self._tenants, tenant.id), definitions)
        try:
            await self._admin.add_rules(tenant, definitions, ttls)
        except Stale:
            await named_tenant(self._tenants, tenant.id)
            detail = f"another tenant {shown(tenant.id)} has come meanwhile; ask again where it is meant"
            raise Problem(HTTPStatus.NOT_FOUND, "no-tenant", detail) from None

    async def remove_added(self, id: str) -> None:
        """Remove the rules that were added to a tenant."""

        async def remove_added() -> None:
            await self._admin.remove_added_rules(await named_tenant(self._tenants, id))

        await retried(remove_added)

    async def remove(self, id: str, name: str) -> None:
        """Remove one rule of a tenant, added or not."""

        async def remove() -> None:
            await self._admin.remove_rules(await named_tenant(self._tenants, id), [name])

        try:
            await retried(remove)
        except UnknownRule:
            standing = await self.all(id)
            from oifde_simulator.web.control_plane.services.suggestions import suggested  # seldom wanted

            names = [rule.name for rule in standing]
            hint = await suggested(self._evaluations, name, names) or f"; {NO_RULE_HINT}"
            detail = f"the tenant {shown(id)} has no rule {shown(name)}{hint}"
            raise Problem(HTTPStatus.NOT_FOUND, "no-rule", detail) from None
