"""Rules that are added to a tenant while it is served."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from controlling import Controlling
from engines import Engine
from oifde_simulator.immediate import immediate
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.state import rule_names
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants.admin import check_rules
from oifde_simulator.web.control_plane.services import rules as rule_service
from state_forms import Uptime

pytest_plugins = ("made_tenants",)

SCENARIO = (
    "rules:\n  - {name: third, every: 3, respond: {status: 503}}\n  - {after: 1, respond: {status: 500}}\n"
)


@pytest.fixture
def rules(made: dict[str, str]) -> str:
    """Where the rules of the made tenant are."""
    return f"/tenants/{made['tenantId']}/rules"


def names(answer: Any) -> list[str]:
    return [rule["name"] for rule in answer.json]


def test_rules_are_listed_in_the_order_in_which_they_are_asked(server: Controlling, rules: str) -> None:
    assert server("GET", rules).json == [
        {"name": "third", "fired": 0, "added": False, "ttl": None, "ttlSeconds": None},
        {"name": "rule-2", "fired": 0, "added": False, "ttl": None, "ttlSeconds": None},
    ]
    first = server("POST", rules, [{"name": "a", "token": "expire"}, {"name": "b", "token": "expire"}])
    assert (first.status, names(first)) == (201, ["a", "b", "third", "rule-2"])
    second = server("POST", rules, {"token": "expire", "ttl": "1h"})
    assert names(second) == ["rule-5", "a", "b", "third", "rule-2"]
    assert [rule["added"] for rule in second.json] == [True, True, True, False, False]
    assert 3500 < second.json[0]["ttl"] == second.json[0]["ttlSeconds"] <= 3600


def test_an_added_rule_that_gives_a_state_another_time_is_refused(
    server: Controlling, made: dict[str, str], rules: str
) -> None:
    lasting = {"name": "lasting", "state": {"is": "down", "for": "20s", "then": "up"}, "token": "expire"}
    assert server("POST", rules, lasting).status == 201
    other = {"state": {"is": "down", "for": "30s"}, "respond": {"status": 503}}
    refused = server("POST", rules, [{"token": "expire"}, other])
    assert refused.problem == (400, "wrong-scenario")
    assert refused.json["detail"] == (
        'rules: rules[1].state.for: the state "down" lasts 30s and then is "start" here, and 20s and then is '
        '"up" by the rule "lasting", which is there; write the same in both, or in one only'
    )
    assert names(server("GET", rules)) == ["lasting", "third", "rule-2"]
    same = {"state": {"is": "down", "for": "20000ms", "then": "up"}, "respond": {"status": 503}}
    assert server("POST", rules, same).status == 201
    server("DELETE", rules)
    assert server("POST", rules, other).status == 201
    assert server("POST", rules, [lasting, {**other, "name": "b"}]).status == 400


def test_an_added_rule_is_asked_before_the_scenarios_and_fires_at_once(
    server: Controlling, made: dict[str, str], rules: str
) -> None:
    server("POST", rules, {"name": "late", "times": 1, "respond": {"status": 429}})
    assert [server.query(made).status for _ in range(2)] == [429, 200]
    first, *_ = server("GET", rules).json
    assert (first["name"], first["fired"]) == ("late", 1)


def test_the_others_go_on_counting_when_rules_come_and_go(
    server: Controlling, made: dict[str, str], rules: str
) -> None:
    seen = [server.query(made).status for _ in range(2)]
    server("POST", rules, {"name": "pass", "match": {"endpoint": "gettoken"}, "respond": {"status": 500}})
    seen.append(server.query(made).status)
    server("DELETE", f"{rules}/pass")
    seen += [server.query(made).status for _ in range(3)]
    assert seen == [200, 500, 503, 500, 500, 503]
    assert [rule["fired"] for rule in server("GET", rules).json] == [2, 3]


def test_a_rule_that_comes_again_begins_anew(server: Controlling, made: dict[str, str], rules: str) -> None:
    once = {"name": "once", "times": 1, "respond": {"status": 429}}
    for _ in range(2):
        server("POST", rules, once)
        assert server.query(made).status == 429
        assert server("DELETE", f"{rules}/once").status == 204


def test_those_that_were_added_go_together_and_those_of_the_scenario_stay(
    server: Controlling, rules: str
) -> None:
    server("POST", rules, [{"token": "expire"}, {"token": "expire", "ttl": "1h"}])
    assert names(server("DELETE", rules)) == ["third", "rule-2"]


def test_a_rule_of_the_scenario_goes_until_the_reset(
    server: Controlling, made: dict[str, str], rules: str
) -> None:
    assert server("DELETE", f"{rules}/third").status == 204
    assert names(server("DELETE", rules)) == ["rule-2"]
    whole = server("POST", f"/tenants/{made['tenantId']}/reset").json
    assert [rule["name"] for rule in whole["rules"]] == ["third", "rule-2"]


@pytest.mark.parametrize("name", ["a b/c", "中文", "100%", "?#", "x" * 100])
def test_a_rule_of_any_name_can_be_removed(server: Controlling, rules: str, name: str) -> None:
    from urllib.parse import quote

    server("POST", rules, {"name": name, "token": "expire"})
    assert server("DELETE", f"{rules}/{quote(name, safe='')}").status == 204


WRONG: dict[str, tuple[Any, int, str, str]] = {
    "a status that is text": (
        {"respond": {"status": "503"}}, 400, "wrong-scenario",
        "rules: rules[0].respond.status: expected a whole number",
    ),
    "an unknown fault": (
        [{"token": "expire"}, {"faults": [{"latancy": {}}]}], 400, "wrong-scenario",
        'rules[1].faults[0]: unknown fault "latancy"; did you mean "latency"?',
    ),
    "does nothing": ({}, 400, "wrong-scenario", "rules[0]: does nothing"),
    "a name that is no text": ({"name": 5, "token": "expire"}, 400, "wrong-scenario", "rules[0].name"),
    "a name of nothing": ({"name": "", "token": "expire"}, 400, "wrong-scenario", "rules[0].name"),
    "taken": ({"name": "third", "token": "expire"}, 409, "rule-exists", "choose another name"),
    "twice": ([{"name": "a", "token": "expire"}] * 2, 400, "wrong-scenario", 'the name "a" is taken above'),
    "no unit": ({"token": "expire", "ttl": "5"}, 400, "wrong-body", "ttl: expected a duration with its unit"),
    "no unit in a list": ([{"ttl": "5"}], 400, "wrong-body", "[0].ttl: expected a duration with its unit"),
    "no time": ({"token": "expire", "ttl": "0s"}, 400, "wrong-body", "ttl"),
    "none": ([], 400, "wrong-body", ""),
    "a number": (5, 400, "wrong-body", ""),
    "too many": ([{"token": "expire"}] * 1001, 400, "wrong-body", ""),
    "no JSON": (b"\xff", 400, "wrong-body", "JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status", "kind", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_rule_that_is_wrong_is_told_and_changes_nothing(
    server: Controlling, rules: str, body: Any, status: int, kind: str, words: str
) -> None:
    before = server("GET", rules).body
    answer = server("POST", rules, body)
    assert answer.problem == (status, kind)
    assert words in answer.json["detail"]
    assert server("GET", rules).body == before


def test_a_rule_that_is_not_there_is_404(server: Controlling, rules: str) -> None:
    answer = server("DELETE", f"{rules}/thrid")
    assert answer.problem == (404, "no-rule")
    assert 'did you mean "third"?' in answer.json["detail"]


def test_at_most_so_many_are_added(server: Controlling, rules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_names, "MOST_ADDED", 2)
    server("POST", rules, [{"token": "expire"}] * 2)
    assert server("POST", rules, {"token": "expire"}).problem == (409, "too-many-rules")
    assert len(server("DELETE", rules).json) == 2
    assert server("POST", rules, {"token": "expire"}).status == 201


def test_rules_are_read_in_a_thread_and_added_to_the_tenant_that_was_meant(
    server: Controlling, made: dict[str, str], rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(given: Any, names: Any) -> Any:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        if given[0]["name"] == "late":
            assert (
                server("PUT", f"/tenants/{made['tenantId']}/scenario", {"scenario": SCENARIO}).status == 200
            )
        if given[0]["name"] == "gone":
            assert server("DELETE", f"/tenants/{made['tenantId']}").status == 204
        if given[0]["name"] == "first":
            server("POST", rules, {"name": "between", "token": "expire"})
            server("POST", rules, {"name": "rule-4", "token": "expire"})
        return check_rules(given, names)

    monkeypatch.setattr(rule_service, "check_rules", reading)
    server("POST", rules, [{"name": "first", "token": "expire"}, {"token": "expire"}])
    assert names(server("GET", rules)) == ["first", "rule-5", "rule-4", "between", "third", "rule-2"]
    for name in ("late", "gone"):
        assert server("POST", rules, {"name": name, "token": "expire"}).problem == (404, "no-tenant")
        if name == "late":
            assert names(server("GET", rules)) == ["third", "rule-2"]


# For a while: real time, which passes here only when a test says so


RULE = {"name": "a", "token": "expire"}


class Timed:
    """A tenant with two rules, and the time by which added ones go."""

    def __init__(self) -> None:
        self.uptime = Uptime()
        scenario = loader.loads(SCENARIO.encode(), "acme.yaml", "acme")
        self.engine = Engine({"acme": scenario}, state=MemoryState(uptime=self.uptime))
        self.admin = self.engine.admin

    def add(self, given: list[dict[str, Any]], ttls: list[float | None]) -> None:
        """Add rules as the control plane does."""
        tenant = self.engine.tenant("acme")
        immediate(self.admin.new_names(tenant, given))
        immediate(self.admin.add_rules(tenant, given, ttls))

    def rule_names(self) -> list[str]:
        """Names of the rules that a request is asked about now."""
        return [rule.name for rule in self.engine.tenant("acme").rules.rules]


def test_a_rule_goes_after_its_time() -> None:
    timed = Timed()
    timed.add([RULE, {**RULE, "name": "b"}], [5.0, None])
    timed.uptime.seconds += 4.9
    assert timed.rule_names() == ["a", "b", "third", "rule-2"]
    timed.uptime.seconds += 0.1
    assert timed.rule_names() == ["b", "third", "rule-2"]


def remove(timed: Timed) -> None:
    immediate(timed.admin.remove_rules(timed.engine.tenant("acme"), ["a"]))


def remove_all(timed: Timed) -> None:
    immediate(timed.admin.remove_added_rules(timed.engine.tenant("acme")))


WAYS_TO_GO = {
    "removed": remove,
    "removed with all": remove_all,
    "reset": lambda timed: immediate(timed.admin.reset("acme")),
    "cleared": lambda timed: immediate(timed.admin.clear("acme")),
    "replaced": lambda timed: immediate(timed.admin.change("acme", timed.admin.scenario("acme"))),
}


@pytest.mark.parametrize("go", WAYS_TO_GO.values(), ids=WAYS_TO_GO.keys())
def test_a_rule_that_went_early_takes_no_other_of_its_name_along(go: Any) -> None:
    timed = Timed()
    timed.add([RULE], [5.0])
    go(timed)
    timed.add([RULE], [None])
    timed.uptime.seconds += 10
    assert timed.rule_names()[0] == "a"


def test_what_is_refused_has_used_no_name_and_no_time() -> None:
    timed = Timed()
    with pytest.raises(DuplicateName):
        timed.add([RULE, {**RULE, "name": "third"}], [None, None])
    with pytest.raises(CapacityExceeded):
        timed.add([{"token": "expire"}] * 1001, [None] * 1001)
    assert timed.rule_names() == ["third", "rule-2"]
    timed.add([{"token": "expire"}, {"name": "rule-4", "token": "expire"}], [None, None])
    assert timed.rule_names()[:2] == ["rule-3", "rule-4"]


def test_rules_that_are_wrong_are_told_as_in_a_file() -> None:
    with pytest.raises(ScenarioErrors, match=r"rules\[1\]: does nothing"):
        check_rules([{"token": "expire"}, {}], ["rule-1", "rule-2"])
