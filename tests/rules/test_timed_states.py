"""States that last for a while, as rules and those who look at them follow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import QUERY, TOKEN
from moving import Moving
from oifde_simulator.coverage import registration
from oifde_simulator.immediate import immediate
from oifde_simulator.model.http import Request
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.services.tenants import TenantService
from oifde_simulator.wiremock.admin.scenarios import WireMockScenario

FALLS = {"name": "falls", "state": {"is": "start", "becomes": "down"}, "respond": {"status": 502}}
DOWN = {"name": "is-down", "state": {"is": "down", "for": "20s", "then": "up"}, "respond": {"status": 503}}


def ask(world: Moving, seconds: float, user: str = "18000000001") -> str:
    """Send a query of a user at a time; the rule that fired."""
    world.move(seconds)
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": user}
    return world.engine.handle(Request("POST", QUERY, {}, json.dumps(body).encode())).rule


@pytest.mark.slow(seconds=1)
def test_down_for_twenty_seconds_after_the_thousandth_request_and_then_well() -> None:
    world = Moving(FALLS | {"after": 999, "times": 1}, DOWN)
    fired = [ask(world, 0) for _ in range(1001)]
    assert [place for place, rule in enumerate(fired) if rule] == [999, 1000]
    assert [ask(world, seconds) for seconds in (19.999, 20, 3600)] == ["is-down", "", ""]


def test_when_one_user_has_failed_the_others_fail_too() -> None:
    world = Moving(FALLS | {"match": {"request": {"userMobile": "A"}}}, DOWN)
    assert [ask(world, *asked) for asked in ((0, "B"), (1, "A"), (2, "B"), (20.9, "C"), (21, "B"))] == [
        "", "falls", "is-down", "is-down", "",
    ]  # fmt: skip


def test_each_user_is_down_for_a_time_of_his_own() -> None:
    rules: list[dict[str, Any]] = [rule | {"per": ["userMobile"]} for rule in (FALLS, DOWN)]
    world = Moving(*rules)
    asked = [(0, "A"), (5, "B"), (19, "A"), (20, "A"), (24, "B"), (25, "B"), (30, "C")]
    assert [ask(world, *each) for each in asked] == [
        "falls", "falls", "is-down", "", "is-down", "", "falls",
    ]  # fmt: skip


FLAPPING = [
    {"name": "is-down", "state": {"is": "start", "for": "5s", "then": "good"}, "respond": {"status": 503}},
    {"name": "is-good", "state": {"is": "good", "for": "15s"}},
]


def test_a_rule_that_only_says_how_long_a_state_lasts_is_never_asked() -> None:
    world = Moving(*FLAPPING)
    found = [bool(ask(world, seconds)) for seconds in (0, 4.999, 5, 19.999, 20, 25, 1_000_000, 1_000_005)]
    assert found == [True, True, False, False, True, False, True, False]
    entry = world.engine.entries()[-1]
    assert entry.held_back == (("is-down", "state: is good for 15 s more, not start"),)
    assert not entry.notes
    scenario = world.engine.tenants.files["acme"]
    coverage = world.engine.state.coverage
    immediate(registration.expect(coverage, [scenario]))
    (covered,) = immediate(coverage.snapshot()).scenarios
    assert list(covered.rules) == ["is-down"]


def test_a_state_has_no_time_any_more_where_the_rule_that_gave_it_is_gone() -> None:
    world = Moving(FALLS, {"name": "other", "state": {"is": "down"}, "respond": {"status": 500}})
    lasting = {"name": "lasting", "state": {"is": "down", "for": "20s", "then": "up"}}
    world.add(lasting)
    assert [ask(world, seconds) for seconds in (0, 10, 20)] == ["falls", "other", ""]
    tenant = world.engine.tenant("acme")
    immediate(world.engine.admin.remove_rules(tenant, ["lasting"]))
    assert ask(world, 21) == "other"


def scenarios(world: Moving, seconds: float) -> list[WireMockScenario]:
    world.move(seconds)
    return immediate(TenantService(world.engine.tenants, Evaluations()).wiremock_scenarios())


def test_wiremock_lists_states_as_they_are_now_and_those_that_follow() -> None:
    world = Moving(FALLS, DOWN)
    ask(world, 0)
    assert [scenarios(world, at)[0].state for at in (19.999, 20)] == ["down", "up"]
    (found,) = scenarios(world, 20)
    assert found.states == ["start", "down", "up"]


@pytest.mark.parametrize("state", ["down", "start"])
def test_a_state_that_is_set_begins_its_time(state: str) -> None:
    world = Moving(FALLS | {"state": {"is": "start", "for": "20s", "then": "down"}}, DOWN)
    (found,) = scenarios(world, 3600)
    assert found.state == "up"
    immediate(TenantService(world.engine.tenants, Evaluations()).enter_state(found, state))
    name = "is-down" if state == "down" else "falls"
    assert [ask(world, 3600 + seconds) == name for seconds in (0, 19.999, 20)] == [True, True, False]


def test_a_reset_begins_the_time_of_the_first_state_anew() -> None:
    world = Moving({"name": "warm", "state": {"is": "start", "for": "20s", "then": "up"}, "faults": ["bom"]})
    assert [ask(world, seconds) for seconds in (19, 20)] == ["warm", ""]
    immediate(world.engine.admin.reset("acme"))
    assert ask(world, 0) == "warm"
