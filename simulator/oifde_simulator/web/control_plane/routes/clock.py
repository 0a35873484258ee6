"""A tenant's time: read, stopped, set and moved on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.clock import TenantClock
from oifde_simulator.instants import instant, instant_error, iso
from oifde_simulator.quantities import duration, milliseconds
from oifde_simulator.tenants import Tenant
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.lookup import tenant_of
from oifde_simulator.web.control_plane.problems import Problem, json_response


async def read_clock(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """What time it is for the tenant."""
    return json_response(clock_of(tenant_of(plane, request)))


async def set_clock(plane: Plane, request: web.Request, body: Any) -> web.Response:
    """Stop the tenant's time or let it go on, set it, or move it on."""
    tenant = tenant_of(plane, request)
    try:
        _change(tenant.clock, body)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-body", str(error)) from None
    return json_response(clock_of(tenant))


def clock_of(tenant: Tenant) -> dict[str, Any]:
    """How a tenant's clock stands."""
    return {"now": iso(tenant.clock.now()), "frozen": tenant.clock.frozen}


def _change(clock: TenantClock, wanted: dict[str, Any]) -> None:
    if "freeze" in wanted:
        clock.freeze(wanted["freeze"])
    elif "set" in wanted:
        clock.set(_instant(wanted["set"]))
    else:
        duration(wanted["advance"])  # refuses a duration of nothing
        clock.advance(milliseconds(wanted["advance"]))


def _instant(text: str) -> int:
    found = instant(text)
    if found is None:
        raise ValueError(f"set: {instant_error(text)}")
    return found


OPERATIONS: Room = {"readClock": read_clock, "setClock": set_clock}
