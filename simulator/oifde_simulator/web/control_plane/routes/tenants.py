"""Tenants: listed, made on demand, put back and taken away; rules, clocks and sessions are beside."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiohttp import web

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.lint.tenant import tenant_id_error
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName
from oifde_simulator.tenants.admin import Given, UnknownScenario
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.lookup import tenant_of, wrong_scenario
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes.clock import OPERATIONS as CLOCK
from oifde_simulator.web.control_plane.routes.clock import clock_of
from oifde_simulator.web.control_plane.routes.rules import OPERATIONS as RULES
from oifde_simulator.web.control_plane.routes.rules import rules_of
from oifde_simulator.web.control_plane.routes.sessions import OPERATIONS as SESSIONS


async def list_tenants(call: Call) -> web.Response:
    """List every tenant: id, description, literal records, what generated ones depend on; no secrets."""
    context = call.context
    made = frozenset(await context.state.tenants.made())
    return json_response(
        [await _brief(context, name, made=name in made) for name in await context.tenants.ids()]
    )


async def make_tenant(call: Call) -> web.Response:
    """Make another tenant, a world of its own with fresh credentials."""
    context, name = call.context, call.body.get("tenantId")
    if name is not None and (complaint := _id_complaint(name)):
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-body", f"tenantId: {complaint}")
    scenario = await _scenario(context, call.body["scenario"])
    try:
        made, fresh = await context.admin.make(scenario, name)
    except DuplicateName as taken:
        raise Problem(HTTPStatus.CONFLICT, "tenant-exists", str(taken)) from None
    except CapacityExceeded as full:
        raise _full(full) from None
    answer = {
        "tenantId": made,
        "appSecret": fresh.secret,
        "authToken": fresh.token,
        "url": context.port.url,
    }
    location = f"/tenants/{quote(made, safe='')}"
    return json_response(answer, status=HTTPStatus.CREATED, headers={"Location": location})


async def read_tenant(call: Call) -> web.Response:
    """Describe one tenant with its clock and its rules."""
    return await _described(call)


async def delete_tenant(call: Call) -> web.Response:
    """Have the tenant unknown from now on."""
    tenant = await tenant_of(call)
    await call.context.tenants.drop(tenant.id)
    await call.context.forget(tenant.id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def replace_scenario(call: Call) -> web.Response:
    """Serve another scenario as the tenant."""
    await tenant_of(call)
    scenario = await _scenario(call.context, call.body["scenario"])
    tenant = await tenant_of(call)  # it may have gone meanwhile
    try:
        await call.context.admin.change(tenant.id, scenario)
    except CapacityExceeded as full:
        raise _full(full) from None
    return await _described(call)


async def reset_tenant(call: Call) -> web.Response:
    """Put the tenant back to the beginning of its scenario."""
    tenant = await tenant_of(call)
    await call.context.admin.reset(tenant.id)
    await call.context.journal.clear(tenant.id)
    return await _described(call)


async def clear_tenant(call: Call) -> web.Response:
    """Put the tenant back to the beginning, without rules."""
    tenant = await tenant_of(call)
    await call.context.admin.clear(tenant.id)
    await call.context.journal.clear(tenant.id)
    return await _described(call)


async def reset_all(call: Call) -> web.Response:
    """Put everything back to the files."""
    try:
        deleted = await call.context.restore()
    except OSError as error:
        raise Problem(HTTPStatus.CONFLICT, "port-taken", str(error)) from None
    return json_response({"tenants": len(await call.context.tenants.ids()), "deleted": deleted})


async def _brief(context: ControlContext, name: str, *, made: bool) -> dict[str, Any]:
    scenario = await context.tenants.scenario(name)
    return {
        "id": name,
        "description": scenario.description,
        "records": len(scenario.records),
        "generator": context.tenants.generator(scenario),
        "made": made,
    }


async def _described(call: Call) -> web.Response:
    tenant, context = await tenant_of(call), call.context
    made = (await context.state.tenants.get(tenant.id)).made
    return json_response(
        {
            **await _brief(context, tenant.id, made=made),
            "scenario": tenant.scenario,
            "clock": clock_of(tenant),
            "rules": await rules_of(context, tenant),
        }
    )


async def _scenario(context: ControlContext, given: Any) -> Given:
    try:
        if isinstance(given, str) and "\n" not in given:
            return context.admin.scenario(given)
        # A large one takes its time, and the vendor's port has others to answer.
        return await asyncio.to_thread(context.admin.scenario, given)
    except UnknownScenario as missing:
        raise Problem(HTTPStatus.NOT_FOUND, "no-scenario", str(missing)) from None
    except ScenarioErrors as mistakes:
        raise wrong_scenario(mistakes) from None


def _full(full: CapacityExceeded) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-tenants", str(full))


def _id_complaint(name: str) -> str:
    if name in (".", ".."):
        return f"the tenant id {shown(name)} cannot stand in a URL; choose another"
    return tenant_id_error(name)


OPERATIONS: RouteTable = {
    "listTenants": list_tenants,
    "makeTenant": make_tenant,
    "readTenant": read_tenant,
    "deleteTenant": delete_tenant,
    "replaceScenario": replace_scenario,
    "resetTenant": reset_tenant,
    "clearTenant": clear_tenant,
    "resetAll": reset_all,
    **RULES,
    **CLOCK,
    **SESSIONS,
}
