"""A tenant's clock: read, stopped, set, moved on, and made faster or slower."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from oifde_simulator.clock import LATEST, ClockSetting
from oifde_simulator.instants import instant, instant_error, iso
from oifde_simulator.quantities import milliseconds_up
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.values import wrong_body


async def read_clock(call: Call) -> web.Response:
    """Tell the time of a tenant."""
    return json_response(await call.context.tenants.clock(call.path["tenant"]))


async def set_clock(call: Call) -> web.Response:
    """Stop or continue a tenant's clock, set it, move it on, or give it another speed."""

    def change(setting: ClockSetting, time_of_day: int) -> ClockSetting:
        return _changed(setting, time_of_day, call.body)

    try:
        await call.context.tenant_admin.change_clock(call.path["tenant"], change)
    except ValueError as error:
        raise wrong_body(str(error)) from None
    return await read_clock(call)


def _changed(setting: ClockSetting, time_of_day: int, wanted: Mapping[str, Any]) -> ClockSetting:
    if "freeze" in wanted:
        return setting.frozen(time_of_day) if wanted["freeze"] else setting.going(time_of_day)
    if "speed" in wanted:
        return setting.paced(wanted["speed"], time_of_day)
    if "set" in wanted:
        return setting.set(_instant(wanted["set"]), time_of_day)
    return setting.advanced(milliseconds_up(wanted["advance"]), time_of_day)


def _instant(text: str) -> int:
    """Read an instant as epoch milliseconds. Raises ValueError."""
    found = instant(text)
    if found is None:
        raise ValueError(f"set: {instant_error(text)}")
    if found > LATEST:
        raise ValueError(f"set: expected an instant from {iso(0)} to {iso(LATEST)}, found {shown(text)}")
    return found


ROUTES: RouteTable = {"readClock": read_clock, "setClock": set_clock}
