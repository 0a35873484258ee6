"""Coverage as people and machines read it: lines, JSON, and JUnit XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from oifde_simulator.instants import iso
from oifde_simulator.model.coverage import Branch, CoverageSnapshot, RuleCoverage, ScenarioCoverage
from oifde_simulator.text import counted, shown

UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\t\n\r\x7f-\x9f]")
"""What XML 1.0 cannot hold, and what an attribute or a reader cannot show."""


def as_json(
    scenarios: Sequence[ScenarioCoverage], *, truncated: bool, uncounted: Iterable[str]
) -> dict[str, Any]:
    """Coverage for machines."""
    unused = [{"scenario": each.id, "rule": rule} for each in scenarios for rule in each.unused()]
    return {
        "passed": not unused and not truncated,
        "truncated": truncated,
        "unused": unused,
        "scenarios": [_scenario(each) for each in scenarios],
        "uncounted": list(uncounted),
    }


def _scenario(scenario: ScenarioCoverage) -> dict[str, Any]:
    return {
        "scenario": scenario.id,
        "asked": scenario.asked,
        "rules": [_rule(rule) for rule in scenario.rules.values()],
    }


def _rule(rule: RuleCoverage) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rule": rule.name,
        "bundled": not rule.own,
        "fired": rule.fired,
        "faults": _faults(rule.faults()),
    }
    if len(rule.branches) > 1:
        found["branches"] = [_branch(place, branch) for place, branch in enumerate(rule.branches)]
    return found


def _branch(place: int, branch: Branch) -> dict[str, Any]:
    faults = {name: branch.spoiled[name] for name in branch.faults}
    return {"branch": place, "fired": branch.fired, "faults": _faults(faults)}


def _faults(faults: dict[str, int]) -> list[dict[str, Any]]:
    return [{"fault": name, "fired": fired} for name, fired in faults.items()]


def lines(coverage: CoverageSnapshot) -> Iterator[str]:
    """Format coverage as lines: one for each of the user's rules that never fired, and a summary.

    Bundled rules have a line a scenario, which is no part of the verdict.
    """
    own = [(each, rule) for each in coverage for rule in each.rules.values() if rule.own]
    rules, scenarios = len(own), {each.id for each, _ in own}
    unused = [(each, name) for each in coverage for name in each.unused()]
    yield from filter(None, map(_bundled, coverage))
    for scenario, rule in unused:
        yield f"{shown(scenario.id)}: rule {shown(rule)} never fired"
    of = f"{counted(rules, 'rule')} of {counted(len(scenarios), 'scenario')}"
    yield f"coverage: {rules - len(unused)} of {of} fired" if unused else f"coverage: all of {of} fired"


def _bundled(scenario: ScenarioCoverage) -> str:
    """What became of the bundled rules of a scenario; empty where it has none."""
    bundled = [rule for rule in scenario.rules.values() if not rule.own]
    if not bundled:
        return ""
    fired = sum(bool(rule.fired) for rule in bundled)
    return (
        f"{shown(scenario.id)} is bundled: {fired} of {counted(len(bundled), 'rule')} fired, and none has to"
    )


def passed(coverage: CoverageSnapshot) -> bool:
    """Check that every rule of the user has fired and all of them are counted."""
    return not coverage.truncated and not any(scenario.unused() for scenario in coverage)


def junit(scenarios: Iterable[ScenarioCoverage], now: int) -> bytes:
    """Coverage as JUnit XML: a suite a scenario, a test a rule; `now` is in epoch milliseconds.

    Fits both schemas that are in use: Ant's, which wants every attribute and element that is here, and
    that of Jenkins, which knows no others.
    """
    root = ElementTree.Element("testsuites")
    for place, scenario in enumerate(scenarios):
        root.append(_suite(place, scenario, iso(now)[:19]))
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(place: int, scenario: ScenarioCoverage, timestamp: str) -> ElementTree.Element:
    attributes = {
        "name": _name(scenario.id),
        "tests": str(len(scenario.rules)),
        "failures": str(len(scenario.unused())),
        "errors": "0",
        "time": "0",
        "timestamp": timestamp,
        "hostname": "localhost",
        "id": str(place),
        "package": "oifde-simulator",
    }
    suite = ElementTree.Element("testsuite", attributes)
    ElementTree.SubElement(suite, "properties")
    for rule in scenario.rules.values():
        _case(suite, scenario, rule)
    ElementTree.SubElement(suite, "system-out")
    ElementTree.SubElement(suite, "system-err")
    return suite


def _case(suite: ElementTree.Element, scenario: ScenarioCoverage, rule: RuleCoverage) -> None:
    attributes = {"name": _name(rule.name), "classname": _name(scenario.id), "time": "0"}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if not rule.own and not rule.fired:
        ElementTree.SubElement(case, "skipped", {"message": "a bundled rule; it need not fire"})
    elif not rule.fired:
        message = f"rule {_name(rule.name)} of {_name(scenario.id)} never fired"
        failure = ElementTree.SubElement(case, "failure", {"type": "unused", "message": message})
        failure.text = _reason(scenario)


def _reason(scenario: ScenarioCoverage) -> str:
    if scenario.asked:
        return (
            "No request was about it, its turn never came, or it found nothing to change: "
            "heldBack and notes of GET /journal/{number} say which."
        )
    return "None of its tenants was asked; send a request to one."


def _name(text: str) -> str:
    """A name as an attribute: what XML cannot hold is replaced, and something of it can be seen."""
    return UNWRITABLE.sub("\ufffd", text).strip() or "(unnamed)"
