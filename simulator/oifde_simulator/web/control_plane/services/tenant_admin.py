"""Tenants: made, changed, reset and deleted."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from oifde_simulator.clock import ClockSetting
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.immediate import aside
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import Given, TenantAdmin, UnknownScenario
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.services.errors import needs_tenant, wrong_scenario
from oifde_simulator.web.heap import give_back

GIVEN_BACK = 8 << 20
"""Bytes of scenarios that were taken away, after which memory is given back to the system."""


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
        self._served = 0
        """Bytes of scenarios that came along since all were taken away."""
        self._freed = 0
        """Bytes of scenarios that were taken away since memory was given back to the system."""

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
        self._served += scenario.source.weight
        return NewTenant(made, fresh.secret, fresh.token)

    async def replace_scenario(self, id: str, scenario: Given) -> None:
        """Serve another scenario as the tenant, from its beginning."""
        try:
            with needs_tenant(self._tenants, id):
                before = await self._weight(id)
                await self._admin.change(id, scenario)
        except CapacityExceeded as error:
            raise _too_many_tenants(error) from None
        self._served += scenario.source.weight
        self._give_back(before)

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
            before = await self._weight(id)
            await self._admin.delete(id)
        self._give_back(before)

    async def restore(self) -> list[str]:
        """Serve the tenants of the files as at the start, and no others; list those that are gone."""
        gone = await self._tenants.restore()
        self._give_back(self._served)
        self._served = 0
        return gone

    async def _weight(self, id: str) -> int:
        """Tell the memory of a tenant's scenario, if it came along. Raises NotServed."""
        source = (await self._tenants.served(id)).source
        return source.weight if source else 0

    def _give_back(self, freed: int) -> None:
        """Give memory back to the system each time that scenarios of so many bytes were taken away."""
        self._freed += freed
        if self._freed > GIVEN_BACK:
            self._freed = 0
            give_back()

    async def change_clock(self, id: str, change: Callable[[ClockSetting, int], ClockSetting]) -> None:
        """Change the clock of a tenant; `change` gets its setting and the time of day.

        Raises what `change` raises.
        """
        with needs_tenant(self._tenants, id):
            await self._admin.change_clock(id, change)


def _too_many_tenants(error: CapacityExceeded) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-tenants", str(error))
