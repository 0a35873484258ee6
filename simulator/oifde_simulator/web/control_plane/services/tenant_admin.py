"""Tenants: made, changed, reset and deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from oifde_simulator.clock import ClockSetting
from oifde_simulator.immediate import aside
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import Given, TenantAdmin, UnknownScenario
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.services.errors import needs_tenant, wrong_scenario


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
        self._admin = TenantAdmin(tenants)

    async def read_scenario(self, given: Any) -> Given:
        """Find the scenario of a name, or read one that came along: an object, or YAML of several lines."""
        try:
            if isinstance(given, str) and "\n" not in given:
                return self._admin.scenario(given)
            # A large one takes a while, and the vendor's port has other requests to answer.
            return await aside(self._admin.scenario, given)
        except UnknownScenario as error:
            raise Problem(HTTPStatus.NOT_FOUND, "no-scenario", str(error)) from None
        except ScenarioErrors as errors:
            raise wrong_scenario(errors) from None

    async def make(self, scenario: Given, id: str | None) -> NewTenant:
        """Serve a scenario as another tenant; its id is chosen where `id` is None."""
        try:
            made, fresh = await self._admin.make(scenario, id)
        except DuplicateName as error:
            raise Problem(HTTPStatus.CONFLICT, "tenant-exists", str(error)) from None
        except CapacityExceeded as error:
            raise _too_many_tenants(error) from None
        return NewTenant(made, fresh.secret, fresh.token)

    async def replace_scenario(self, id: str, scenario: Given) -> None:
        """Serve another scenario as the tenant, from its beginning."""
        try:
            with needs_tenant(self._tenants, id):
                await self._admin.change(id, scenario)
        except CapacityExceeded as error:
            raise _too_many_tenants(error) from None

    async def reset(self, id: str) -> None:
        """Put a tenant back to the beginning of its scenario."""
        with needs_tenant(self._tenants, id):
            await self._admin.reset(id)

    async def reset_all(self) -> None:
        """Put every tenant back to the beginning of its scenario."""
        await self._tenants.state.tenants.reset_all()

    async def clear_all(self) -> None:
        """Put every tenant back to the beginning, without rules."""
        await self._tenants.state.tenants.reset_all(cleared=True)

    async def clear(self, id: str) -> None:
        """Put a tenant back to the beginning, without rules."""
        with needs_tenant(self._tenants, id):
            await self._admin.clear(id)

    async def delete(self, id: str) -> None:
        """Stop serving a tenant."""
        with needs_tenant(self._tenants, id):
            await self._admin.delete(id)

    async def restore(self) -> list[str]:
        """Serve the tenants of the files as at the start, and no others; list those that are gone."""
        return await self._tenants.restore()

    async def change_clock(self, id: str, change: Callable[[ClockSetting, int], ClockSetting]) -> None:
        """Change the clock of a tenant; `change` gets its setting and the time of day.

        Raises what `change` raises.
        """
        with needs_tenant(self._tenants, id):
            await self._admin.change_clock(id, change)


def _too_many_tenants(error: CapacityExceeded) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-tenants", str(error))
