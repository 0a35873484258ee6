"""Tenants: listed, made on demand, put back and taken away; rules, clocks and sessions are beside."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiohttp import web

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.lint.tenant import tenant_id_error
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants.admin import Full, NoScenario, Taken
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.lookup import name_of, wrong_scenario
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes.clock import OPERATIONS as CLOCK
from oifde_simulator.web.control_plane.routes.clock import clock_of
from oifde_simulator.web.control_plane.routes.rules import OPERATIONS as RULES
from oifde_simulator.web.control_plane.routes.rules import rules_of
from oifde_simulator.web.control_plane.routes.sessions import OPERATIONS as SESSIONS


async def list_tenants(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Every tenant: id, description, literal records, what generated ones depend on; no secrets."""
    return json_response([_brief(plane, name) for name in plane.tenants.scenarios])


async def make_tenant(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Another tenant, a world of its own with fresh credentials."""
    name = body.get("tenantId")
    if name is not None and (complaint := _id_complaint(name)):
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-body", f"tenantId: {complaint}")
    scenario = await _scenario(plane, body["scenario"])
    try:
        made, fresh = plane.on_demand.make(scenario, name)
    except Taken as taken:
        raise Problem(HTTPStatus.CONFLICT, "tenant-exists", str(taken)) from None
    except Full as full:
        raise _full(full) from None
    answer = {
        "tenantId": made,
        "appSecret": fresh.secret,
        "authToken": fresh.token,
        "url": plane.port.url,
    }
    location = f"/tenants/{quote(made, safe='')}"
    return json_response(answer, status=HTTPStatus.CREATED, headers={"Location": location})


async def read_tenant(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """One tenant with its clock and its rules."""
    return json_response(_whole(plane, name_of(plane, request)))


async def delete_tenant(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """From now on the tenant is unknown."""
    name = name_of(plane, request)
    plane.tenants.drop(name)
    plane.forget(name)
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def replace_scenario(plane: Plane, request: web.Request, body: Any) -> web.Response:
    """Another scenario for the tenant."""
    name_of(plane, request)
    scenario = await _scenario(plane, body["scenario"])
    name = name_of(plane, request)  # it may have gone meanwhile
    try:
        plane.on_demand.change(name, scenario)
    except Full as full:
        raise _full(full) from None
    return json_response(_whole(plane, name))


async def reset_tenant(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Back to the beginning of its scenario."""
    name = name_of(plane, request)
    plane.on_demand.reset(name)
    plane.journal.clear(name)
    return json_response(_whole(plane, name))


async def clear_tenant(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Back to the beginning, without rules."""
    name = name_of(plane, request)
    plane.on_demand.clear(name)
    plane.journal.clear(name)
    return json_response(_whole(plane, name))


async def reset_all(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Everything back to the files."""
    try:
        deleted = await plane.restore()
    except OSError as error:
        raise Problem(HTTPStatus.CONFLICT, "port-taken", str(error)) from None
    return json_response({"tenants": len(plane.tenants), "deleted": deleted})


def _brief(plane: Plane, name: str) -> dict[str, Any]:
    scenario = plane.tenants.scenarios[name]
    return {
        "id": name,
        "description": scenario.description,
        "records": len(scenario.records),
        "generator": plane.tenants.generator(name),
        "made": name in plane.tenants.made,
    }


def _whole(plane: Plane, name: str) -> dict[str, Any]:
    tenant = plane.tenants.named(name)
    return {
        **_brief(plane, name),
        "scenario": tenant.scenario,
        "clock": clock_of(tenant),
        "rules": rules_of(tenant),
    }


async def _scenario(plane: Plane, given: Any) -> Scenario:
    try:
        if isinstance(given, str) and "\n" not in given:
            return plane.on_demand.scenario(given)
        # A large one takes its time, and the vendor's port has others to answer.
        return await asyncio.to_thread(plane.on_demand.scenario, given)
    except NoScenario as missing:
        raise Problem(HTTPStatus.NOT_FOUND, "no-scenario", str(missing)) from None
    except ScenarioErrors as mistakes:
        raise wrong_scenario(mistakes) from None


def _full(full: Full) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-tenants", str(full))


def _id_complaint(name: str) -> str:
    if name in (".", ".."):
        return f"the tenant id {shown(name)} cannot stand in a URL; choose another"
    return tenant_id_error(name)


OPERATIONS: Room = {
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
