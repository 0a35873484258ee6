"""WireMock's view of the whole server: reset, scenarios, settings, stubs to read, health."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator import __version__
from oifde_simulator.clock import SystemClock, iso
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.cooperative import by_turns
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters
from oifde_simulator.web.control_plane.routes.wiremock.errors import NOT_UNDERSTOOD, refused
from oifde_simulator.web.control_plane.routes.wiremock.shared import number
from oifde_simulator.web.control_plane.streaming import listed
from oifde_simulator.wiremock.admin import ids, stubs
from oifde_simulator.wiremock.admin import scenarios as machines
from oifde_simulator.wiremock.admin.scenarios import STARTED, WireMockScenario
from oifde_simulator.wiremock.patterns.errors import Unsupported

VERSION = "3.13.2"
"""The WireMock whose API this follows."""
# WireMock 3, InvalidInputException: its code of a state that a scenario does not have.
NO_SUCH_STATE = 11


async def reset(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Each tenant at the beginning of its scenario, the journal empty; tenants and settings stay."""
    for tenant in plane.tenants.awake():
        plane.on_demand.reset(tenant.id)
    plane.journal.clear()
    return json_response({})


async def list_scenarios(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The states of rules."""
    return json_response({"scenarios": [machine.as_json() for machine in _machines(plane)]})


async def reset_scenarios(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """All in their first state; counts stay."""
    for machine in _machines(plane):
        machine.reset()
    return json_response({})


async def set_state(plane: Plane, request: web.Request, body: Any) -> web.Response:
    """One in this state, or in its first where none is given."""
    name = request.match_info["name"]
    machine = next((machine for machine in _machines(plane) if machine.name == name), None)
    if machine is None:
        missing = HTTPStatus.NOT_FOUND
        return refused(missing, f"Scenario {name[:200]} does not exist", missing)
    try:
        machine.enter(STARTED if body is None else body["state"])
    except machines.UnknownState as error:
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), NO_SUCH_STATE)
    return json_response({})


def _machines(plane: Plane) -> Iterator[WireMockScenario]:
    for name in plane.tenants.scenarios:
        yield from machines.tenant_scenarios(name, plane.tenants.named(name).rules)


async def read_settings(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The delay of every answer."""
    return json_response({"settings": plane.delay.given})


async def set_settings(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Delay every answer from now on; an empty object ends it."""
    if body.get("extended"):
        raise Unsupported("/extended: there are no extensions to set")
    try:
        plane.delay.set({name: value for name, value in body.items() if value is not None})
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


async def list_mappings(plane: Plane, request: web.Request, body: Any) -> web.StreamResponse:  # noqa: ARG001
    """What is answered, as stubs to read: each endpoint of each tenant."""
    given = Parameters(request)
    limit, offset = given.take("limit", None, number), given.take("offset", 0, number)
    given.end()
    places = stubs.tenant_endpoints(plane.tenants.scenarios)
    end = None if limit is None else offset + limit
    found = (stubs.stub_mapping(*place) for place in places[offset:end])
    return await listed(plane, request, "mappings", found, meta={"total": len(places)})


async def read_mapping(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """One of them."""
    id = request.match_info["id"]
    async for place in by_turns(stubs.tenant_endpoints(plane.tenants.scenarios)):
        if str(ids.stub_id(*place)) == id:
            return json_response(stubs.stub_mapping(*place))
    raise Problem(
        HTTPStatus.NOT_FOUND, "no-such-stub", f"there is no stub {shown(id)}; GET /__admin/mappings"
    )


async def health(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Whether the server is well."""
    return json_response(
        {
            "status": "healthy",
            "message": f"oifde-simulator {__version__} is ok",
            "version": VERSION,
            "timestamp": iso(SystemClock().now()),
        }
    )


async def version(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Which WireMock's API this follows."""
    return json_response({"version": VERSION})


OPERATIONS: Room = {
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
