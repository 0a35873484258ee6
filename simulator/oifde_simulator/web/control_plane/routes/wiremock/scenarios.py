"""WireMock's scenarios: the states of rules."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from http import HTTPStatus

from aiohttp import web

from oifde_simulator.state.errors import Stale
from oifde_simulator.tenants.retry import retried
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.wiremock.errors import error_response
from oifde_simulator.wiremock.admin.scenarios import FIRST, STARTED, UnknownState

# WireMock 3, InvalidInputException: its code of a state that a scenario does not have.
NO_SUCH_STATE = 11


async def list_scenarios(call: Call) -> web.Response:
    """List all scenarios with their states."""
    found = await call.context.tenants.wiremock_scenarios()
    return json_response({"scenarios": [scenario.as_json() for scenario in found]})


async def reset_scenarios(call: Call) -> web.Response:
    """Put every scenario into its first state; counts of rules stay."""
    tenants = call.context.tenants
    for scenario in await tenants.wiremock_scenarios():
        with suppress(Stale):  # its tenant has gone, or begun anew in its first state
            await tenants.enter_state(scenario, FIRST)
    return json_response({})


async def set_state(call: Call) -> web.Response:
    """Put one scenario into a state, or into its first state where none is given."""
    return await retried(partial(_set_state, call))


async def _set_state(call: Call) -> web.Response:
    name, tenants = call.path["name"], call.context.tenants
    scenario = next((each for each in await tenants.wiremock_scenarios() if each.name == name), None)
    if scenario is None:
        missing = HTTPStatus.NOT_FOUND
        return error_response(missing, f"Scenario {name[:200]} does not exist", missing)
    try:
        state = scenario.ours(STARTED if call.body is None else call.body["state"])
    except UnknownState as error:
        return error_response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), NO_SUCH_STATE)
    await tenants.enter_state(scenario, state)
    return json_response({})


ROUTES: RouteTable = {
    "wiremockListScenarios": list_scenarios,
    "wiremockResetScenarios": reset_scenarios,
    "wiremockSetState": set_state,
}
