"""Rules with `also` go along: they delay answers and set headers, and change nothing of the other rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings

from conftest import QUERY
from engines import Engine
from examples import examples
from moving import BODY, Moving
from oifde_simulator.engine.bodies import BodyMaker
from oifde_simulator.engine.replay import replay
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.rules.along import Joining
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.stepwise import complete
from oifde_simulator.wire.script import Script, Send, Wait, leading_waits, octets
from truth import ALONG, REQUESTS, RULES, Witness, with_along

SLOW = {"name": "slow", "also": True, "faults": [{"latency": "100ms"}]}
TOLD = {"name": "told", "also": True, "headers": {"X-Maintenance": "tonight"}}
DOWN = {"name": "down", "respond": {"status": 503}}


def marks(exchange: Exchange) -> list[str]:
    """List what X-Simulator-Rule says on the wire."""
    head = octets(exchange.script, "head").decode().split("\r\n")
    return [line.partition(": ")[2] for line in head if line.startswith("X-Simulator-Rule: ")]


def waits(exchange: Exchange) -> list[float]:
    return [each.seconds for each in exchange.script if isinstance(each, Wait)]


def header(exchange: Exchange, name: str) -> str | None:
    lines = octets(exchange.script, "head").decode().split("\r\n")
    return next((line[len(name) + 2 :] for line in lines if line.startswith(f"{name}: ")), None)


# The cases of the page


def test_everything_is_slow_and_each_tenth_request_fails_too() -> None:
    world = Moving(SLOW, {**DOWN, "every": 10})
    seen = [world.ask(0) for _ in range(20)]
    assert [each.rules for each in seen] == [*[("slow",)] * 9, ("slow", "down")] * 2
    assert [each.response.status for each in seen] == [*[200] * 9, 503] * 2
    assert {tuple(waits(each)) for each in seen} == {(0.1,)}
    assert marks(seen[9]) == ["slow; fault=latency, down"]
    assert (seen[9].rule, seen[9].faults) == ("down", ("latency",))
    assert (seen[8].rule, seen[8].faults) == ("slow", ("latency",))


def test_maintenance_is_announced_in_good_answers_and_then_the_service_is_down() -> None:
    told = {**TOLD, "window": {"until": "60s"}}
    down = {**DOWN, "window": {"from": "60s", "until": "360s"}}
    world = Moving(told, down)
    before, during, after = world.ask(0), world.ask(60), world.ask(361)
    assert (before.rules, header(before, "X-Maintenance")) == (("told",), "tonight")
    assert (during.rules, header(during, "X-Maintenance")) == (("down",), None)
    assert (after.rules, after.script) == ((), after.honest.response.script(after.request, after.at))


def test_the_example_of_the_page_does_what_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text()
    section = page.partition("### Rules that go along\n")[2]
    (example,) = re.findall(r"```yaml\n(.*?)```", section.partition("\n### ")[0], re.DOTALL)
    world = Moving(*yaml.safe_load(example)["rules"])
    seen = [world.ask(at) for at in (0, 3599, 3600, 3899, *[4000] * 7)]
    assert [each.rules for each in seen] == [
        *[("slow", "announced")] * 2, *[("slow", "maintenance")] * 2, *[("slow",)] * 7,
    ]  # fmt: skip
    assert world.ask(4000).rules == ("slow", "flaky")
    assert all(0.05 <= sum(waits(each)) <= 0.3 for each in seen)
    assert header(seen[1], "X-Until") == "Thu, 01 Jan 2026 01:59:59 GMT"
    assert header(seen[2], "Retry-After") == "Thu, 01 Jan 2026 01:05:00 GMT"


HEADLESS = ["reset", "empty-response", "garbage", "hang", {"hang": {"limit": "5s", "at": "head"}}]


@pytest.mark.parametrize("fault", HEADLESS, ids=str)
@pytest.mark.parametrize("first", [True, False], ids=["before it", "after it"])
def test_headers_are_not_counted_where_the_rule_that_takes_the_request_sends_no_head(
    fault: Any, first: bool
) -> None:
    once = {**TOLD, "times": 1}
    broken = {"name": "down", "times": 1, "faults": [fault]}
    world = Moving(*((once, broken) if first else (broken, once)))
    alone = Moving(broken).ask(0)
    held, shown, honest = world.ask(0), world.ask(0), world.ask(0)
    assert (held.rules, held.script) == (("down",), alone.script)
    assert [tuple(each) for each in held.held_back] == [("told", "down sends no head", ())]
    assert shown.rules == ("told",)
    assert honest.rules == ()


def test_waits_go_before_an_answer_without_a_head_where_headers_do_not() -> None:
    both = {**SLOW, **TOLD, "name": "both"}
    exchange = Moving(both, {"name": "down", "faults": ["reset"]}).ask(0)
    assert (exchange.rules, exchange.faults) == (("both", "down"), ("latency", "reset"))
    assert waits(exchange) == [0.1]
    assert not octets(exchange.script, "head")


def test_a_rule_that_may_send_its_head_counts_as_one_that_does() -> None:
    drawn = {"name": "down", "one_of": [{"faults": ["reset"]}, {"respond": {"status": 503}}]}
    world = Moving({**TOLD, "times": 20}, drawn)
    seen = [world.ask(0) for _ in range(20)]
    resets = [each for each in seen if "reset" in each.faults]
    assert 0 < len(resets) < 20
    assert all(each.rules == ("down",) for each in resets)
    assert all(each.rules == ("told", "down") for each in seen if each not in resets)
    assert {each.held_back[0].why for each in resets} == {"also: its turn changed nothing here"}
    assert world.ask(0).rules == ("down",)  # all turns of `told` are spent


def test_two_waits_add_up_and_each_rule_is_named() -> None:
    more = {"name": "slower", "also": True, "faults": [{"latency": "200ms"}, {"latency": "50ms"}]}
    world = Moving(SLOW, {"name": "late", "faults": [{"latency": "1s"}]}, more)
    exchange = world.ask(0)
    assert sum(waits(exchange)) == pytest.approx(1.35)
    assert exchange.rules == ("slow", "late", "slower")
    marked = "slow; fault=latency, late; fault=latency, slower; fault=latency; fault=latency"
    assert marks(exchange) == [marked]


# What they see, and what is counted


def test_a_rule_goes_along_wherever_it_stands() -> None:
    for rules in ((SLOW, DOWN, TOLD), (DOWN, SLOW, TOLD), (TOLD, SLOW, DOWN)):
        exchange = Moving(*rules).ask(0)
        assert exchange.rules == tuple(rule["name"] for rule in rules)
        assert (waits(exchange), header(exchange, "X-Maintenance")) == ([0.1], "tonight")


def test_each_has_its_own_match_and_limits() -> None:
    rules = [
        {**SLOW, "after": 1, "times": 2},
        {**TOLD, "match": {"request": {"userMobile": "nobody"}}},
        {**TOLD, "name": "each-second", "every": 2},
        DOWN,
    ]
    world = Moving(*rules)
    seen = [world.ask(0) for _ in range(4)]
    assert [each.rules for each in seen] == [
        ("down",), ("slow", "each-second", "down"), ("slow", "down"), ("each-second", "down"),
    ]  # fmt: skip
    assert [(each.rule, each.why) for each in seen[0].held_back] == [
        ("slow", "after: match 1 of the first 1"),
        ("each-second", "every: match 1 of each 2"),
    ]


def test_a_rule_sees_the_state_in_which_the_request_came() -> None:
    world = Moving(
        {"name": "falls", "state": {"is": "start", "becomes": "down"}, "respond": {"status": 500}},
        {**TOLD, "state": {"is": "down"}},
        {**SLOW, "state": {"is": "start"}},
        {**DOWN, "state": {"is": "down"}},
    )
    assert [world.ask(0).rules for _ in range(2)] == [("falls", "slow"), ("told", "down")]


def test_a_rate_of_a_rule_that_goes_along_is_its_own() -> None:
    busy = {**TOLD, "over": {"limit": 1, "window": "10s"}}
    world = Moving(busy, {**DOWN, "every": 2})
    assert [world.ask(at).rules for at in (0, 1, 11)] == [(), ("told", "down"), ()]


def test_headers_that_the_answer_has_already_name_nobody() -> None:
    answer = {"name": "down", "respond": {"status": 503, "headers": {"X-Maintenance": "tonight"}}}
    exchange = Moving(answer, TOLD).ask(0)
    assert (exchange.rules, marks(exchange)) == (("down",), ["down"])
    assert exchange.held_back[-1][:2] == ("told", "also: its turn changed nothing here")


def test_a_rule_that_can_change_nothing_of_the_honest_answer_is_passed_over() -> None:
    idle = {"name": "idle", "also": True, "headers": {"Server": "oifde-simulator"}, "times": 1}
    exchange = Moving(idle, DOWN).ask(0)
    assert (exchange.rules, exchange.held_back) == (("down",), ())
    assert exchange.notes == ("idle: nothing in this answer for headers to spoil",)


@pytest.mark.parametrize("other", [{"x-maintenance": "now"}, {"X-Maintenance": None}], ids=str)
def test_of_rules_that_set_the_same_header_the_first_wins_and_only_it_is_named(other: Any) -> None:
    last = {**TOLD, "name": "last", "headers": other}
    exchange = Moving(TOLD, DOWN, last, SLOW).ask(0)
    assert exchange.rules == ("told", "down", "slow")
    assert (header(exchange, "X-Maintenance"), header(exchange, "x-maintenance")) == ("tonight", None)


def test_headers_of_rules_that_go_along_replace_those_of_the_rule_that_takes_the_request() -> None:
    down = {"name": "down", "respond": {"status": 503}, "headers": {"X-Maintenance": "no", "X-Own": "1"}}
    exchange = Moving(down, TOLD).ask(0)
    assert exchange.rules == ("down", "told")
    assert (header(exchange, "X-Maintenance"), header(exchange, "X-Own")) == ("tonight", "1")


def test_the_faults_of_the_rule_that_takes_the_request_spoil_the_head_with_the_headers() -> None:
    exchange = Moving({"name": "cut", "faults": [{"cut": {"bytes": 5}}]}, TOLD).ask(0)
    assert exchange.rules == ("cut", "told")
    assert header(exchange, "X-Maintenance") == "tonight"
    assert len(octets(exchange.script, "body")) == 5


def test_a_rule_that_only_ended_a_token_is_named_beside_them() -> None:
    exchange = Moving({"name": "ends", "token": "expire"}, TOLD, SLOW).ask(0)
    assert (exchange.rule, exchange.rules) == ("ends", ("ends", "told", "slow"))
    assert exchange.response.body is exchange.honest.response.body


def test_without_provenance_the_head_names_nobody() -> None:
    scenario = {"settings": {"provenance": False}, "rules": [SLOW, TOLD, DOWN]}
    engine = Engine({"acme": loader.from_json(scenario, "acme", "acme")})
    exchange = engine.handle(Request("POST", QUERY, {}, BODY))
    assert (exchange.rules, marks(exchange)) == (("slow", "told", "down"), [])
    assert header(exchange, "X-Maintenance") == "tonight"


def test_rules_that_are_added_and_taken_away_go_along() -> None:
    world = Moving(DOWN)
    world.add(SLOW)
    assert world.ask(0).rules == ("slow", "down")
    world.add({"also": True, "faults": [{"latency": {"ramp": {"from": "1s", "to": "0s", "over": "10s"}}}]})
    assert waits(world.ask(5)) == pytest.approx([0.5, 0.1])
    tenant = world.engine.tenant("acme")
    immediate(world.engine.admin.remove_rules(tenant, ["slow"]))
    assert world.ask(5).rules == ("rule-3", "down")


def test_each_is_counted_where_counts_are_told() -> None:
    world = Witness([SLOW, {**DOWN, "every": 2}, {**TOLD, "after": 3}])
    for _ in range(4):
        world.ask("page 1")
    assert +world.named == {"slow": 4, "down": 2, "told": 1}
    for whose, fired in world.told.items():
        assert +fired == world.named, whose


def test_without_faults_no_head_is_written_for_each_of_many_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Response] = []
    spoiled = Joining._spoiled
    monkeypatch.setattr(
        Joining, "_spoiled", lambda self, response: (written.append(response), spoiled(self, response))[1]
    )
    also = [{"name": f"h{i}", "also": True, "headers": {f"X-{i}": "1"}} for i in range(200)]
    exchange = Moving(*also, DOWN).ask(0)
    assert len(exchange.rules) == 201
    assert header(exchange, "X-199") == "1"
    assert len(written) == 2


# Bodies are made again


@pytest.mark.parametrize(
    "rules",
    [(SLOW, TOLD), (DOWN, TOLD), (TOLD, {"name": "cut", "faults": ["cut"]}, SLOW), (TOLD, DOWN, SLOW)],
)
def test_bodies_are_made_again_as_they_were_sent(rules: tuple[dict[str, Any], ...]) -> None:
    world = Moving(*rules)
    exchange = world.ask(0)
    (entry,) = world.engine.entries()
    assert entry.rules == exchange.rules
    again = replay(entry, world.engine.tenant("acme"), world.engine.journal)
    assert again.script == exchange.script or entry.request.head.version != (1, 1)
    bodies = complete(BodyMaker(entry, world.engine.tenant("acme"), world.engine.journal).make())
    assert not bodies.sent.why
    assert bodies.sent.octets == exchange.response.body
    assert bodies.honest.octets == exchange.honest.response.body
    assert entry.decision.charge > 500


# Laws


def witness(rules: list[dict[str, Any]], requests: list[str]) -> Witness:
    """Serve rules, and send requests; rules that a scenario cannot have are left out."""
    try:
        found = Witness(rules)
    except ScenarioErrors:
        assume(False)
        raise
    for kind in requests:
        found.ask(kind)
    return found


def late(script: Script) -> float:
    return sum(each.seconds for each in leading_waits(script) if isinstance(each, Wait))


@settings(max_examples=examples(20))
@pytest.mark.slow(seconds=1)
@given(RULES, ALONG, REQUESTS)
def test_rules_that_go_along_change_no_turn_and_no_count_of_others(
    rules: list[dict[str, Any]], along: list[tuple[int, dict[str, Any]]], requests: list[str]
) -> None:
    with_them, without = witness(with_along(rules, along), requests), witness(rules, requests)
    for each, other in zip(with_them.seen, without.seen, strict=True):
        exchange, same = each.exchange, other.exchange
        mine = tuple(name for name in exchange.rules if not name.startswith("along"))
        assert (exchange.turn, mine) == (same.turn, same.rules)
        assert (each.ended, each.moved) == (other.ended, other.moved)
        assert late(exchange.script) >= late(same.script)
        assert exchange.honest.response.body == same.honest.response.body
        assert exchange.response.body == same.response.body
        held = [found for found in exchange.held_back if not found.rule.startswith("along")]
        assert (held, exchange.response.status) == ([*same.held_back], same.response.status)
    taken = {name: fired for name, fired in with_them.named.items() if not name.startswith("along")}
    assert taken == without.named


@settings(max_examples=examples(20))
@given(RULES, ALONG, REQUESTS)
def test_an_exchange_names_rules_if_and_only_if_something_was_changed(
    rules: list[dict[str, Any]], along: list[tuple[int, dict[str, Any]]], requests: list[str]
) -> None:
    both = with_along(rules, along)
    played, again = witness(both, requests), witness(both, requests)
    for each, other in zip(played.seen, again.seen, strict=True):
        exchange = each.exchange
        assert bool(exchange.rules) == (each.spoiled or each.ended or each.moved), exchange.notes
        order = [rule["name"] for rule in both]
        assert [*exchange.rules] == sorted(exchange.rules, key=order.index)
        assert (exchange.script, exchange.rules) == (other.exchange.script, other.exchange.rules)
        assert all(isinstance(action, Send | Wait) or action for action in exchange.script)
    for whose, fired in played.told.items():
        assert +fired == played.named, whose
