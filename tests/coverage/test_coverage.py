"""Coverage of rules since the start of the server, and its reports."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator import resources
from oifde_simulator.coverage import registration, report
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filters import Since
from oifde_simulator.model.coverage import Branch, CoverageSnapshot, RuleCoverage, ScenarioCoverage
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state import coverage_table

TWO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
sessions: {{users: {{"1": 3}}}}
rules:
  - {{name: down, match: {{request: {{userMobile: "1"}}}}, times: 1, respond: {{status: 503}}}}
  - name: spoils
    match: {{request: {{userMobile: "2"}}}}
    one_of:
      - {{faults: [{{latency: 1ms}}, {{cut: {{bytes: 5}}}}], weight: 0.000001}}
      - {{faults: [bom], weight: 1000000}}
  - {{name: cannot, match: {{request: {{userMobile: "3"}}}}, patch: [{{op: remove, path: /recordList/90}}]}}
"""
CALM = f'tenant: {{tokens: ["{TOKEN}"]}}\n'


def scenario(text: str, name: str) -> Scenario:
    return loader.loads(text.encode(), f"{name}.yaml", name)


def serving(**texts: str) -> Engine:
    return Engine({name: scenario(text, name) for name, text in texts.items()})


def snapshot(engine: Engine) -> CoverageSnapshot:
    return immediate(engine.state.coverage.snapshot())


def expect(engine: Engine, *scenarios: Scenario) -> None:
    immediate(registration.expect(engine.state.coverage, scenarios))


def add(engine: Engine, tenant: str, **rule: Any) -> None:
    immediate(engine.admin.add_rules(engine.tenant(tenant), [rule], [None]))


def remove(engine: Engine, tenant: str, *names: str) -> None:
    immediate(engine.admin.remove_rules(engine.tenant(tenant), names))


def ask(engine: Engine, tenant: str, user: str) -> None:
    body = {"tenantId": tenant, "authToken": TOKEN, "userMobile": user}
    engine.handle(Request("POST", QUERY, {}, json.dumps(body).encode()))


def fired(engine: Engine) -> dict[str, dict[str, int]]:
    return {each.id: {rule.name: rule.fired for rule in each.rules.values()} for each in snapshot(engine)}


def test_a_scenario_counts_from_its_first_question_on() -> None:
    engine = serving(acme=TWO, zenith=TWO, calm=CALM)
    assert fired(engine) == {}
    ask(engine, "calm", "1")
    ask(engine, "nobody", "1")
    assert fired(engine) == {}
    ask(engine, "acme", "9")
    assert fired(engine) == {"acme": {"down": 0, "spoils": 0, "cannot": 0}}
    for user in ("1", "1", "2", "2"):
        ask(engine, "acme", user)
    assert fired(engine) == {"acme": {"down": 1, "spoils": 2, "cannot": 0}}
    assert not report.passed(snapshot(engine))


def test_what_is_expected_counts_though_nobody_asks() -> None:
    engine = serving()
    expect(engine, scenario(TWO, "acme"), scenario(CALM, "calm"))
    assert fired(engine) == {"acme": {"down": 0, "spoils": 0, "cannot": 0}}
    assert [each.asked for each in snapshot(engine)] == [False]


def test_outcomes_and_faults_are_counted_apart() -> None:
    engine = serving(acme=TWO)
    ask(engine, "acme", "2")
    (found,) = snapshot(engine)
    rule = found.rules["spoils"]
    assert [branch.fired for branch in rule.branches] == [0, 1]
    assert rule.faults() == {"latency": 0, "cut": 0, "bom": 1}


def test_a_rule_that_could_do_nothing_has_not_fired_and_a_fault_without_prey_neither() -> None:
    # The page has no record 90 to remove; an empty body has nothing to put a BOM before.
    empty = CALM + "rules:\n  - {name: hollow, respond: {status: 503, body: ''}, faults: [bom]}\n"
    engine = serving(acme=TWO, empty=empty)
    ask(engine, "acme", "3")
    ask(engine, "empty", "3")
    assert fired(engine)["acme"]["cannot"] == 0
    assert fired(engine)["empty"] == {"hollow": 1}
    assert [each.rules["hollow"].faults() for each in snapshot(engine) if each.id == "empty"] == [{"bom": 0}]


def test_tenants_of_one_scenario_add_up_and_neither_reset_nor_removal_takes_away() -> None:
    engine = serving(acme=TWO)
    immediate(engine.admin.make(engine.admin.scenario("acme"), "other"))
    for tenant in ("acme", "other"):
        ask(engine, tenant, "1")
    immediate(engine.admin.reset("acme"))
    ask(engine, "acme", "1")
    immediate(engine.tenants.drop("other"))
    assert fired(engine)["acme"]["down"] == 3


def test_rules_that_come_later_count_from_the_next_question_on() -> None:
    engine = serving(acme=TWO)
    ask(engine, "acme", "9")
    add(engine, "acme", name="added", respond={"status": 500})
    ask(engine, "acme", "1")
    assert fired(engine) == {"acme": {"down": 0, "spoils": 0, "cannot": 0, "added": 1}}
    remove(engine, "acme", "added")
    ask(engine, "acme", "1")
    assert fired(engine) == {"acme": {"down": 1, "spoils": 0, "cannot": 0, "added": 1}}


def test_what_is_counted_is_bounded_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(coverage_table, "MOST_RULES", 4)
    engine = serving(acme=TWO, zenith=TWO, more=TWO)
    for tenant in ("acme", "zenith", "more"):
        for user in ("1", "2"):
            ask(engine, tenant, user)
    assert (list(fired(engine)), snapshot(engine).truncated) == (["acme"], True)
    assert len([record for record in caplog.records if "coverage" in record.message]) == 1


# Whose rules a verdict is about


def with_bundled() -> Engine:
    return Engine({name: loader.load(resources.scenarios() / f"{name}.yaml") for name in ("magic", "outage")})


def test_bundled_rules_are_listed_and_no_verdict_is_about_them() -> None:
    engine = with_bundled()
    ask(engine, "magic", "18000000503")
    (found,) = snapshot(engine)
    assert report.passed(snapshot(engine))
    assert (found.unused(), sum(rule.fired for rule in found.rules.values())) == ([], 1)
    told = report.as_json([found], truncated=False, uncounted=[])
    assert (told["passed"], told["unused"]) == (True, [])
    assert {rule["bundled"] for rule in told["scenarios"][0]["rules"]} == {True}
    suite = parsed(found)[0]
    assert len(suite.findall("testcase/skipped")) == len(found.rules) - 1
    assert list(report.lines(snapshot(engine))) == [
        f'"magic" is bundled: 1 of {len(found.rules)} rules fired, and none has to',
        "coverage: all of 0 rules of 0 scenarios fired",
    ]


@pytest.mark.parametrize("name", ["added", "down"], ids=["a new name", "the name of the bundled rule"])
def test_a_rule_added_to_a_bundled_scenario_is_the_users(name: str) -> None:
    engine = with_bundled()
    (theirs,) = engine.tenant("outage").world.rule_names
    added = theirs if name == "down" else name
    if name == "down":
        remove(engine, "outage", theirs)
    add(engine, "outage", name=added, match={"request": {"userMobile": "7"}}, respond={"status": 500})
    ask(engine, "outage", "1")
    assert [each.unused() for each in snapshot(engine)] == [[added]]
    assert not report.passed(snapshot(engine))
    ask(engine, "outage", "7")
    assert report.passed(snapshot(engine))


def test_an_inline_scenario_that_takes_a_bundled_id_is_the_users() -> None:
    engine = with_bundled()
    ask(engine, "outage", "1")
    engine.make(
        loader.from_json(
            {
                "rules": [
                    {"name": "own", "match": {"request": {"userMobile": "8"}}, "respond": {"status": 500}}
                ],
                "tenant": {"id": "outage"},
            },
            "scenario",
            "inline",
        ),
        "mine",
    )
    ask(engine, "mine", "1")
    assert [each.unused() for each in snapshot(engine)] == [["own"]]


def test_a_bundled_file_that_was_given_is_the_users() -> None:
    engine = with_bundled()
    expect(engine, engine.tenants.files["outage"])
    ask(engine, "magic", "1")
    assert [(each.id, bool(each.unused())) for each in snapshot(engine)] == [
        ("outage", True),
        ("magic", False),
    ]


@pytest.mark.slow(seconds=1)
@given(st.lists(st.tuples(st.sampled_from(["acme", "zenith"]), st.sampled_from("129")), max_size=20))
def test_a_rule_has_fired_as_often_as_the_journal_says(asked: list[tuple[str, str]]) -> None:
    engine = serving(acme=TWO, zenith=TWO)
    for tenant, user in asked:
        ask(engine, tenant, user)
    entries = immediate(engine.journal.entries(None, Since()))
    for name, rules in fired(engine).items():
        for rule, times in rules.items():
            assert times == len([e for e in entries if (e.tenant, e.rule) == (name, rule)])
    assert {*fired(engine)} == {tenant for tenant, _ in asked}


def test_lines_name_what_never_fired() -> None:
    engine = serving(acme=TWO)
    assert list(report.lines(snapshot(engine))) == ["coverage: all of 0 rules of 0 scenarios fired"]
    ask(engine, "acme", "1")
    assert list(report.lines(snapshot(engine))) == [
        '"acme": rule "spoils" never fired',
        '"acme": rule "cannot" never fired',
        "coverage: 1 of 3 rules of 1 scenario fired",
    ]


def test_json_has_rules_faults_and_outcomes() -> None:
    engine = serving(acme=TWO)
    ask(engine, "acme", "2")
    told = report.as_json(list(snapshot(engine)), truncated=False, uncounted=["calm"])
    assert told["unused"] == [{"scenario": "acme", "rule": "down"}, {"scenario": "acme", "rule": "cannot"}]
    assert (told["passed"], told["uncounted"]) == (False, ["calm"])
    assert told["scenarios"][0]["rules"][1] == {
        "rule": "spoils",
        "bundled": False,
        "fired": 1,
        "faults": [
            {"fault": "latency", "fired": 0},
            {"fault": "cut", "fired": 0},
            {"fault": "bom", "fired": 1},
        ],
        "branches": [
            {
                "branch": 0,
                "fired": 0,
                "faults": [{"fault": "latency", "fired": 0}, {"fault": "cut", "fired": 0}],
            },
            {"branch": 1, "fired": 1, "faults": [{"fault": "bom", "fired": 1}]},
        ],
    }


# JUnit XML: the shape is that of Ant's schema (windyroad/JUnit-Schema), the stricter of the two in use.

SUITE = {"name", "tests", "failures", "errors", "time", "timestamp", "hostname", "id", "package"}


def counted(name: str, *rules: RuleCoverage, asked: bool = True) -> ScenarioCoverage:
    return ScenarioCoverage(name, asked, {rule.name: rule for rule in rules})


def parsed(*scenarios: ScenarioCoverage) -> ElementTree.Element:
    """Render JUnit XML; returns its root, checked against the shape of the schema."""
    root = ElementTree.fromstring(report.junit(scenarios, 1767225600000))
    assert (root.tag, root.attrib) == ("testsuites", {})
    for place, suite in enumerate(root):
        assert (suite.tag, {*suite.attrib}) == ("testsuite", SUITE)
        assert suite.attrib["id"] == str(place)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        cases = suite.findall("testcase")
        assert [each.tag for each in suite] == [
            "properties",
            *["testcase"] * len(cases),
            "system-out",
            "system-err",
        ]
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        for case in cases:
            assert case.attrib.keys() == {"name", "classname", "time"}
            assert [(each.tag, {*each.attrib}) for each in case] in (
                [],
                [("failure", {"type", "message"})],
                [("skipped", {"message"})],
            )
    return root


def test_junit_has_a_test_for_each_rule_and_a_failure_for_each_that_never_fired() -> None:
    good, bad = RuleCoverage("down", [Branch((), 2)]), RuleCoverage("flaky", [Branch(("cut",)), Branch(())])
    root = parsed(counted("acme", good, bad), counted("zenith", bad, asked=False), counted("none"))
    cases = [(case.get("classname"), case.get("name"), len(case)) for case in root.iter("testcase")]
    assert cases == [("acme", "down", 0), ("acme", "flaky", 1), ("zenith", "flaky", 1)]
    failures = [(each.get("message"), each.text) for each in root.iter("failure")]
    assert failures[0][0] == "rule flaky of acme never fired"
    assert "heldBack" in str(failures[0][1])
    assert "None of its tenants was asked" in str(failures[1][1])


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_name_can_be_written(scenario: str, rule: str) -> None:
    root = parsed(counted(scenario, RuleCoverage(rule, [Branch(())])))
    for text in (*(value for each in root.iter() for value in each.attrib.values()),):
        assert text
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", text)


ODD: dict[str, tuple[str, str]] = {
    "markup": ("<b> & \"x\" 'y'", "<b> & \"x\" 'y'"),
    "an escape": ("a\x1b[31mb", "a\ufffd[31mb"),
    "lines": ("a\nb\tc", "a\ufffdb\ufffdc"),
    "half a character": ("a\ud800b", "a\ufffdb"),
    "none": ("", "(unnamed)"),
    "spaces": ("  ", "(unnamed)"),
    "another script": ("停机", "停机"),
}


@pytest.mark.parametrize(("name", "written"), ODD.values(), ids=ODD.keys())
def test_odd_names_are_written_as_what_xml_can_hold(name: str, written: str) -> None:
    root: Any = parsed(counted("acme", RuleCoverage(name, [Branch(())])))
    assert root.find("testsuite/testcase").get("name") == written


def test_rules_of_one_name_that_are_written_differently_do_not_hide_each_other() -> None:
    first = scenario("rules: [{respond: {status: 503}}]", "inline")
    second = scenario("rules: [{match: {endpoint: gettoken}, faults: [bom]}]", "inline")
    engine = serving()
    for name, came in (("one", first), ("two", second)):
        engine.make(replace(came, weight=1), name)
    ask(engine, "one", "1")
    ask(engine, "two", "1")
    assert fired(engine) == {"inline": {"rule-1": 1, "rule-1 (2)": 0}}
    (found,) = snapshot(engine)
    assert found.unused() == ["rule-1 (2)"]
    assert found.rules["rule-1 (2)"].faults() == {"bom": 0}
    ask(engine, "one", "1")
    assert fired(engine) == {"inline": {"rule-1": 2, "rule-1 (2)": 0}}
