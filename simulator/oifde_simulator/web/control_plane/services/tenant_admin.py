"""Tenants: made, changed, reset and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from oifde_simulator.clock import TenantClock
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import Full, NoScenario, OnDemand, Taken
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.services.errors import no_tenant, wrong_scenario


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A tenant that was just made, with its credentials."""

    id: str
    secret: str
    token: str


class TenantAdminService:
    """Change the tenants of one server. Methods raise a Problem for an id that is not served."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._admin = OnDemand(tenants)

    async def read_scenario(self, given: Any) -> Scenario:
        """Find the scenario of a name, or read one that came along: an object, or YAML of several lines."""
        try:
            if isinstance(given, str) and "\n" not in given:
                return self._admin.scenario(given)
            # A large one takes a while, and the vendor's port has other requests to answer.
            return await asyncio.to_thread(self._admin.scenario, given)
        except NoScenario as error:
            raise Problem(HTTPStatus.NOT_FOUND, "no-scenario", str(error)) from None
        except ScenarioErrors as errors:
            raise wrong_scenario(errors) from None

    async def make(self, scenario: Scenario, id: str | None) -> NewTenant:
        """Serve a scenario as another tenant; its id is chosen where `id` is None."""
        try:
            made, fresh = self._admin.make(scenario, id)
        except Taken as error:
            raise Problem(HTTPStatus.CONFLICT, "tenant-exists", str(error)) from None
        except Full as error:
            raise _too_many_tenants(error) from None
        return NewTenant(made, fresh.secret, fresh.token)

    async def replace_scenario(self, id: str, scenario: Scenario) -> None:
        """Serve another scenario as the tenant, from its beginning."""
        self._require(id)
        try:
            self._admin.change(id, scenario)
        except Full as error:
            raise _too_many_tenants(error) from None

    async def reset(self, id: str) -> None:
        """Put a tenant back to the beginning of its scenario."""
        self._require(id)
        self._admin.reset(id)

    async def reset_all(self) -> None:
        """Put every tenant back to the beginning of its scenario."""
        for tenant in self._tenants.awake():
            self._admin.reset(tenant.id)

    async def clear(self, id: str) -> None:
        """Put a tenant back to the beginning, without rules."""
        self._require(id)
        self._admin.clear(id)

    async def delete(self, id: str) -> None:
        """Stop serving a tenant."""
        self._require(id)
        self._tenants.drop(id)

    async def restore(self) -> list[str]:
        """Serve the tenants of the files as at the start, and no others; list those that are gone."""
        gone = list(self._tenants.made)
        self._tenants.restore()
        return gone

    async def change_clock(self, id: str, change: Callable[[TenantClock], None]) -> None:
        """Change the clock of a tenant; `change` may raise ValueError."""
        self._require(id)
        change(self._tenants.named(id).clock)

    def _require(self, id: str) -> None:
        if id not in self._tenants.scenarios:
            raise no_tenant(id, self._tenants.files)


def _too_many_tenants(error: Full) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-tenants", str(error))
