"""WireMock's view of the whole server: reset, scenarios, settings, stubs to read, health."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator import __version__
from oifde_simulator.clock import SystemClock
from oifde_simulator.instants import iso
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.cooperative import by_turns
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters
from oifde_simulator.web.control_plane.routes.wiremock.errors import NOT_UNDERSTOOD, refused
from oifde_simulator.web.control_plane.routes.wiremock.shared import number
from oifde_simulator.web.control_plane.streaming import listed
from oifde_simulator.wiremock.admin import ids, stubs
from oifde_simulator.wiremock.admin import scenarios as machines
from oifde_simulator.wiremock.admin.scenarios import FIRST, STARTED, WireMockScenario
from oifde_simulator.wiremock.patterns.errors import Unsupported

VERSION = "3.13.2"
"""The WireMock whose API this follows."""
# WireMock 3, InvalidInputException: its code of a state that a scenario does not have.
NO_SUCH_STATE = 11


async def reset(call: Call) -> web.Response:
    """Each tenant at the beginning of its scenario, the journal empty; tenants and settings stay."""
    await call.context.state.tenants.reset_all()
    await call.context.journal.clear()
    return json_response({})


async def list_scenarios(call: Call) -> web.Response:
    """List the states of rules as scenarios."""
    return json_response({"scenarios": [machine.as_json() for machine in await _machines(call.context)]})


async def reset_scenarios(call: Call) -> web.Response:
    """Put all into their first state; counts stay."""
    for machine in await _machines(call.context):
        await call.context.state.tenants.enter(machine.tenant, machine.value, FIRST)
    return json_response({})


async def set_state(call: Call) -> web.Response:
    """Put one into a state, or into its first where none is given."""
    name, tenants = call.request.match_info["name"], call.context.state.tenants
    machine = next((machine for machine in await _machines(call.context) if machine.name == name), None)
    if machine is None:
        missing = HTTPStatus.NOT_FOUND
        return refused(missing, f"Scenario {name[:200]} does not exist", missing)
    try:
        state = machine.ours(STARTED if call.body is None else call.body["state"])
    except machines.UnknownState as error:
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), NO_SUCH_STATE)
    await tenants.enter(machine.tenant, machine.value, state)
    return json_response({})


async def _machines(context: ControlContext) -> list[WireMockScenario]:
    """Make the scenarios of all tenants."""
    found: list[WireMockScenario] = []
    for name in await context.tenants.ids():
        scenario = await context.tenants.scenario(name)
        touched = (await context.state.tenants.get(name)).added
        if touched or any(machines.is_stateful(rule) for rule in scenario.rules):
            tenant = await context.tenants.named(name)
            found += await machines.tenant_scenarios(name, tenant.rules.rules, context.state.tenants)
    return found


async def read_settings(call: Call) -> web.Response:
    """The delay of every answer."""
    return json_response({"settings": await call.context.state.settings.global_delay()})


async def set_settings(call: Call) -> web.Response:
    """Delay every answer from now on; an empty object ends it."""
    if call.body.get("extended"):
        raise Unsupported("/extended: there are no extensions to set")
    try:
        await call.context.delay.set({name: value for name, value in call.body.items() if value is not None})
    except ValueError as error:
        pointer = {"pointer": "/delayDistribution"}
        return refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "Error parsing JSON",
            NOT_UNDERSTOOD,
            detail=str(error),
            source=pointer,
        )
    return json_response({})


async def list_mappings(call: Call) -> web.StreamResponse:
    """What is answered, as stubs to read: each endpoint of each tenant."""
    given = Parameters(call.request)
    limit, offset = given.take("limit", None, number), given.take("offset", 0, number)
    given.end()
    places = stubs.tenant_endpoints(await call.context.tenants.ids())
    end = None if limit is None else offset + limit
    found = (stubs.stub_mapping(*place) for place in places[offset:end])
    return await listed(call.context, call.request, "mappings", found, meta={"total": len(places)})


async def read_mapping(call: Call) -> web.Response:
    """One of them."""
    id = call.request.match_info["id"]
    async for place in by_turns(stubs.tenant_endpoints(await call.context.tenants.ids())):
        if str(ids.stub_id(*place)) == id:
            return json_response(stubs.stub_mapping(*place))
    raise Problem(
        HTTPStatus.NOT_FOUND, "no-such-stub", f"there is no stub {shown(id)}; GET /__admin/mappings"
    )


async def health(_: Call) -> web.Response:
    """Whether the server is well."""
    return json_response(
        {
            "status": "healthy",
            "message": f"oifde-simulator {__version__} is ok",
            "version": VERSION,
            "timestamp": iso(SystemClock().now()),
        }
    )


async def version(_: Call) -> web.Response:
    """Which WireMock's API this follows."""
    return json_response({"version": VERSION})


OPERATIONS: RouteTable = {
    "wiremockReset": reset,
    "wiremockResetMappings": reset,
    "wiremockListScenarios": list_scenarios,
    "wiremockResetScenarios": reset_scenarios,
    "wiremockSetState": set_state,
    "wiremockReadSettings": read_settings,
    "wiremockPostSettings": set_settings,
    "wiremockPutSettings": set_settings,
    "wiremockListMappings": list_mappings,
    "wiremockReadMapping": read_mapping,
    "wiremockHealth": health,
    "wiremockVersion": version,
}
