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
from oifde_simulator import resources
from oifde_simulator.coverage import coverage, report
from oifde_simulator.coverage.coverage import Branch, Coverage, RuleCoverage, ScenarioCoverage
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants import Tenants

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
  - {{name: cannot, match: {{request: {{userMobile: "3"}}}}, patch: [{{op: remove, path: /nothing}}]}}
"""
CALM = f'tenant: {{tokens: ["{TOKEN}"]}}\n'


def scenario(text: str, name: str) -> Scenario:
    return loader.loads(text.encode(), f"{name}.yaml", name)


def serving(**texts: str) -> tuple[Pipeline, Coverage]:
    found = {name: scenario(text, name) for name, text in texts.items()}
    tenants, covered = Tenants(found, seed="0", error_status=200), Coverage()
    return Pipeline(Router(bad_json_status=400), tenants, Journal(), coverage=covered), covered


def ask(pipeline: Pipeline, tenant: str, user: str) -> None:
    body = {"tenantId": tenant, "authToken": TOKEN, "userMobile": user}
    pipeline.handle(Request("POST", QUERY, {}, json.dumps(body).encode()))


def fired(covered: Coverage) -> dict[str, dict[str, int]]:
    return {each.id: {rule.name: rule.fired for rule in each.rules.values()} for each in covered}


def test_a_scenario_counts_from_its_first_question_on() -> None:
    pipeline, covered = serving(acme=TWO, zenith=TWO, calm=CALM)
    assert fired(covered) == {}
    ask(pipeline, "calm", "1")
    ask(pipeline, "nobody", "1")
    assert fired(covered) == {}
    ask(pipeline, "acme", "9")
    assert fired(covered) == {"acme": {"down": 0, "spoils": 0, "cannot": 0}}
    for user in ("1", "1", "2", "2"):
        ask(pipeline, "acme", user)
    assert fired(covered) == {"acme": {"down": 1, "spoils": 2, "cannot": 0}}
    assert not report.passed(covered)


def test_what_is_expected_counts_though_nobody_asks() -> None:
    _, covered = serving()
    covered.expect([scenario(TWO, "acme"), scenario(CALM, "calm")])
    assert fired(covered) == {"acme": {"down": 0, "spoils": 0, "cannot": 0}}
    assert [each.asked for each in covered] == [False]


def test_outcomes_and_faults_are_counted_apart() -> None:
    pipeline, covered = serving(acme=TWO)
    ask(pipeline, "acme", "2")
    (found,) = covered
    rule = found.rules["spoils"]
    assert [branch.fired for branch in rule.branches] == [0, 1]
    assert rule.faults() == {"latency": 0, "cut": 0, "bom": 1}


def test_a_rule_that_could_do_nothing_has_not_fired_and_a_fault_without_prey_neither() -> None:
    # The answer has no member "nothing" to remove; an empty body has nothing to put a BOM before.
    empty = CALM + "rules:\n  - {name: hollow, respond: {status: 503, body: ''}, faults: [bom]}\n"
    pipeline, covered = serving(acme=TWO, empty=empty)
    ask(pipeline, "acme", "3")
    ask(pipeline, "empty", "3")
    assert fired(covered)["acme"]["cannot"] == 0
    assert fired(covered)["empty"] == {"hollow": 1}
    assert [each.rules["hollow"].faults() for each in covered if each.id == "empty"] == [{"bom": 0}]


def test_tenants_of_one_scenario_add_up_and_neither_reset_nor_removal_takes_away() -> None:
    pipeline, covered = serving(acme=TWO)
    tenants = pipeline.tenants
    tenants.replace("other", tenants.scenarios["acme"])
    for tenant in ("acme", "other"):
        ask(pipeline, tenant, "1")
    tenants.named("acme").rules.reset(0)
    ask(pipeline, "acme", "1")
    tenants.remove("other")
    assert fired(covered)["acme"]["down"] == 3


def test_rules_that_come_later_count_from_the_next_question_on() -> None:
    pipeline, covered = serving(acme=TWO)
    ask(pipeline, "acme", "9")
    rules = pipeline.tenants.named("acme").rules
    (added,) = scenario("rules: [{name: added, respond: {status: 500}}]", "x").rules
    rules.change((added, *rules.rules))
    ask(pipeline, "acme", "1")
    assert fired(covered) == {"acme": {"down": 0, "spoils": 0, "cannot": 0, "added": 1}}
    rules.change(tuple(rule for rule in rules.rules if rule.name != "added"))
    ask(pipeline, "acme", "1")
    assert fired(covered) == {"acme": {"down": 1, "spoils": 0, "cannot": 0, "added": 1}}


def test_what_is_counted_is_bounded_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(coverage, "MOST_RULES", 4)
    pipeline, covered = serving(acme=TWO, zenith=TWO, more=TWO)
    for tenant in ("acme", "zenith", "more"):
        for user in ("1", "2"):
            ask(pipeline, tenant, user)
    assert (list(fired(covered)), covered.truncated) == (["acme"], True)
    assert len([record for record in caplog.records if "coverage" in record.message]) == 1


# Whose rules a verdict is about


def with_bundled() -> tuple[Pipeline, Coverage]:
    shelf = {name: loader.load(resources.scenarios() / f"{name}.yaml") for name in ("magic", "outage")}
    tenants, covered = Tenants(shelf, seed="0", error_status=200), Coverage()
    return Pipeline(Router(bad_json_status=400), tenants, Journal(), coverage=covered), covered


def test_bundled_rules_are_listed_and_no_verdict_is_about_them() -> None:
    pipeline, covered = with_bundled()
    ask(pipeline, "magic", "18000000503")
    (found,) = covered
    assert report.passed(covered)
    assert (found.unused(), sum(rule.fired for rule in found.rules.values())) == ([], 1)
    told = report.as_json([found], truncated=False, uncounted=[])
    assert (told["passed"], told["unused"]) == (True, [])
    assert {rule["bundled"] for rule in told["scenarios"][0]["rules"]} == {True}
    suite = parsed(found)[0]
    assert len(suite.findall("testcase/skipped")) == len(found.rules) - 1
    assert list(report.lines(covered)) == [
        f'"magic" is bundled: 1 of {len(found.rules)} rules fired, and none has to',
        "coverage: all of 0 rules of 0 scenarios fired",
    ]


ADDED = "rules: [{name: %s, match: {request: {userMobile: '7'}}, respond: {status: 500}}]"


@pytest.mark.parametrize("name", ["added", "down"], ids=["a new name", "the name of the bundled rule"])
def test_a_rule_added_to_a_bundled_scenario_is_the_users(name: str) -> None:
    pipeline, covered = with_bundled()
    rules = pipeline.tenants.named("outage").rules
    (theirs,) = {rule.name for rule in rules.rules}
    (added,) = scenario(ADDED % (theirs if name == "down" else name), "x").rules
    rules.change((added,) if name == "down" else (added, *rules.rules))
    ask(pipeline, "outage", "1")
    assert [each.unused() for each in covered] == [[added.name]]
    assert not report.passed(covered)
    ask(pipeline, "outage", "7")
    assert report.passed(covered)


def test_an_inline_scenario_that_takes_a_bundled_id_is_the_users() -> None:
    pipeline, covered = with_bundled()
    ask(pipeline, "outage", "1")
    pipeline.tenants.replace(
        "mine",
        loader.of(
            {
                "rules": [
                    {"name": "own", "match": {"request": {"userMobile": "8"}}, "respond": {"status": 500}}
                ],
                "tenant": {"id": "outage"},
            },
            "scenario",
            "inline",
        ),
    )
    ask(pipeline, "mine", "1")
    assert [each.unused() for each in covered] == [["own"]]


def test_a_bundled_file_that_was_given_is_the_users() -> None:
    pipeline, covered = with_bundled()
    covered.expect([pipeline.tenants.scenarios["outage"]])
    ask(pipeline, "magic", "1")
    assert [(each.id, bool(each.unused())) for each in covered] == [("outage", True), ("magic", False)]


@given(st.lists(st.tuples(st.sampled_from(["acme", "zenith"]), st.sampled_from("129")), max_size=20))
def test_a_rule_has_fired_as_often_as_the_journal_says(asked: list[tuple[str, str]]) -> None:
    pipeline, covered = serving(acme=TWO, zenith=TWO)
    for tenant, user in asked:
        ask(pipeline, tenant, user)
    entries = list(pipeline._journal)
    for name, rules in fired(covered).items():
        for rule, times in rules.items():
            assert times == len([e for e in entries if (e.tenant, e.rule) == (name, rule)])
    assert {*fired(covered)} == {tenant for tenant, _ in asked}


def test_lines_name_what_never_fired() -> None:
    pipeline, covered = serving(acme=TWO)
    assert list(report.lines(covered)) == ["coverage: all of 0 rules of 0 scenarios fired"]
    ask(pipeline, "acme", "1")
    assert list(report.lines(covered)) == [
        '"acme": rule "spoils" never fired',
        '"acme": rule "cannot" never fired',
        "coverage: 1 of 3 rules of 1 scenario fired",
    ]


def test_json_has_rules_faults_and_outcomes() -> None:
    pipeline, covered = serving(acme=TWO)
    ask(pipeline, "acme", "2")
    told = report.as_json(list(covered), truncated=False, uncounted=["calm"])
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
    pipeline, covered = serving()
    for name, came in (("one", first), ("two", second)):
        pipeline.tenants.replace(name, replace(came, weight=1))
    ask(pipeline, "one", "1")
    ask(pipeline, "two", "1")
    assert fired(covered) == {"inline": {"rule-1": 1, "rule-1 (2)": 0}}
    (found,) = covered
    assert found.unused() == ["rule-1 (2)"]
    assert found.rules["rule-1 (2)"].faults() == {"bom": 0}
    ask(pipeline, "one", "1")
    assert fired(covered) == {"inline": {"rule-1": 2, "rule-1 (2)": 0}}
