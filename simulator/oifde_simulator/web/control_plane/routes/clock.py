"""A tenant's time: read, stopped, set and moved on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.clock import ClockSetting
from oifde_simulator.instants import instant, instant_error, iso
from oifde_simulator.quantities import duration, milliseconds
from oifde_simulator.tenants import Tenant
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.lookup import tenant_of
from oifde_simulator.web.control_plane.problems import Problem, json_response


async def read_clock(call: Call) -> web.Response:
    """Tell what time it is for the tenant."""
    return json_response(clock_of(await tenant_of(call)))


async def set_clock(call: Call) -> web.Response:
    """Stop the tenant's time or let it go on, set it, or move it on."""
    tenant, tenants = await tenant_of(call), call.context.tenants

    def change(setting: ClockSetting, time_of_day: int) -> ClockSetting:
        return _changed(setting, time_of_day, call.body)

    try:
        await tenants.state.tenants.set_clock(tenant.id, change, tenant.world.clock)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-body", str(error)) from None
    return json_response(clock_of(await tenants.named(tenant.id)))


def clock_of(tenant: Tenant) -> dict[str, Any]:
    """Describe how a tenant's clock stands."""
    return {"now": iso(tenant.clock.now()), "frozen": tenant.clock.frozen}


def _changed(setting: ClockSetting, time_of_day: int, wanted: dict[str, Any]) -> ClockSetting:
    if "freeze" in wanted:
        return setting.frozen(time_of_day) if wanted["freeze"] else setting.going(time_of_day)
    if "set" in wanted:
        return setting.set(_instant(wanted["set"]), time_of_day)
    duration(wanted["advance"])  # refuses a duration of nothing
    return setting.advanced(milliseconds(wanted["advance"]), time_of_day)


def _instant(text: str) -> int:
    found = instant(text)
    if found is None:
        raise ValueError(f"set: {instant_error(text)}")
    return found


OPERATIONS: RouteTable = {"readClock": read_clock, "setClock": set_clock}
