"""A tenant's clock: read, stopped, set and moved on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from oifde_simulator.clock import TenantClock
from oifde_simulator.quantities import duration
from oifde_simulator.scenario.units import clock_complaint, instant
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.values import wrong_body

EXPECTED = 'expected an instant such as "2026-01-01T00:00:00Z"'


async def read_clock(call: Call) -> web.Response:
    """Tell the time of a tenant."""
    return json_response(await call.context.tenants.clock(call.path["tenant"]))


async def set_clock(call: Call) -> web.Response:
    """Stop or continue a tenant's clock, set it, or move it on."""
    try:
        await call.context.tenant_admin.change_clock(
            call.path["tenant"], lambda clock: _change(clock, call.body)
        )
    except ValueError as error:
        raise wrong_body(str(error)) from None
    return await read_clock(call)


def _change(clock: TenantClock, wanted: Mapping[str, Any]) -> None:
    if "freeze" in wanted:
        clock.freeze(wanted["freeze"])
    elif "set" in wanted:
        clock.set(_instant(wanted["set"]))
    else:
        clock.advance(round(duration(wanted["advance"]) * 1000))


def _instant(text: str) -> int:
    """Read an instant as epoch milliseconds. Raises ValueError."""
    found = instant(text)
    if found is None:
        complaint = clock_complaint(text) or f"{shown(text)} is no instant; {EXPECTED}"
        raise ValueError(f"set: {complaint.replace('now, or ', '')}")
    return found


ROUTES: RouteTable = {"readClock": read_clock, "setClock": set_clock}
