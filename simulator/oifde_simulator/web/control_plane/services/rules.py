"""Rules of a tenant: listed, added while it is served, and removed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.tenants.added_rules import Standing, Taken, TooMany
from oifde_simulator.tenants.admin import OnDemand, read_rules
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.services.errors import no_tenant, wrong_scenario

NO_RULE_HINT = "it may have gone by itself; GET /tenants/{id}/rules lists those there are"


class RuleService:
    """Work on the rules of tenants. Methods raise a Problem for a tenant that is not served."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._admin = OnDemand(tenants)

    async def all(self, id: str) -> list[Standing]:
        """List the rules of a tenant in the order in which they are asked."""
        return list(self._tenant(id).added)

    async def add(
        self, id: str, definitions: Sequence[dict[str, Any]], ttls: Sequence[float | None]
    ) -> list[Standing]:
        """Have rules asked before the others, and list all; each goes after its seconds, or stays for None.

        `definitions` are as in a file. A Problem says which of them is wrong, or has a name that is taken.
        """
        tenant = self._tenant(id)
        try:
            await self._add(tenant, definitions, ttls)
        except Taken as name:
            detail = f"there is a rule {shown(str(name))}; choose another name, or remove that rule first"
            raise Problem(HTTPStatus.CONFLICT, "rule-exists", detail) from None
        except TooMany as error:
            raise Problem(HTTPStatus.CONFLICT, "too-many-rules", str(error)) from None
        except ScenarioErrors as errors:
            raise wrong_scenario(errors) from None
        return list(tenant.added)

    async def _add(
        self, tenant: Tenant, definitions: Sequence[dict[str, Any]], ttls: Sequence[float | None]
    ) -> None:
        names = self._admin.names(tenant.id, definitions)
        # Many rules take a while, and the vendor's port has other requests to answer.
        rules = await asyncio.to_thread(read_rules, definitions, names)
        if self._tenant(tenant.id) is not tenant:
            detail = f"another tenant {shown(tenant.id)} has come meanwhile; ask again where it is meant"
            raise Problem(HTTPStatus.NOT_FOUND, "no-tenant", detail)
        self._admin.add(tenant.id, rules, definitions, ttls)

    async def remove_added(self, id: str) -> None:
        """Remove the rules that were added to a tenant."""
        self._tenant(id).added.remove_all()

    async def remove(self, id: str, name: str) -> None:
        """Remove one rule of a tenant, added or not."""
        tenant = self._tenant(id)
        try:
            tenant.added.remove(name)
        except KeyError:
            hint = did_you_mean(name, (rule.name for rule in tenant.rules.rules)) or f"; {NO_RULE_HINT}"
            detail = f"the tenant {shown(id)} has no rule {shown(name)}{hint}"
            raise Problem(HTTPStatus.NOT_FOUND, "no-rule", detail) from None

    def _tenant(self, id: str) -> Tenant:
        if id not in self._tenants.scenarios:
            raise no_tenant(id, self._tenants.files)
        return self._tenants.named(id)
