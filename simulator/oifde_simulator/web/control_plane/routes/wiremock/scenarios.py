"""WireMock's scenarios: the states of rules."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.wiremock.errors import error_response
from oifde_simulator.wiremock.admin.scenarios import STARTED, Machine, Unsupported, machines

# WireMock 3, InvalidInputException: its code of a state that a scenario does not have.
NO_SUCH_STATE = 11


async def list_scenarios(call: Call) -> web.Response:
    """List all scenarios with their states."""
    return json_response({"scenarios": [machine.rendered() for machine in await _machines(call)]})


async def reset_scenarios(call: Call) -> web.Response:
    """Put every scenario into its first state; counts of rules stay."""
    for machine in await _machines(call):
        machine.reset()
    return json_response({})


async def set_state(call: Call) -> web.Response:
    """Put one scenario into a state, or into its first state where none is given."""
    name = call.path["name"]
    machine = next((each for each in await _machines(call) if each.name == name), None)
    if machine is None:
        missing = HTTPStatus.NOT_FOUND
        return error_response(missing, f"Scenario {name[:200]} does not exist", missing)
    try:
        machine.enter(STARTED if call.body is None else call.body["state"])
    except Unsupported as error:
        return error_response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), NO_SUCH_STATE)
    return json_response({})


async def _machines(call: Call) -> list[Machine]:
    rule_sets = await call.context.tenants.rule_sets()
    return [machine for id, rules in rule_sets.items() for machine in machines(id, rules)]


ROUTES: RouteTable = {
    "wiremockListScenarios": list_scenarios,
    "wiremockResetScenarios": reset_scenarios,
    "wiremockSetState": set_state,
}
