"""Lines of the report: counts of what was answered, and rules that never fired in one line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from client_server import ask
from oifde_simulator.client import Control, Rule, SimulatedTenant
from oifde_simulator.pytest_plugin.lines import format_in_whole
from oifde_simulator.pytest_plugin.report import MOST_RULES, _idle_rules

pytest_plugins = ("client_server",)

OF_QUERIES = {"endpoint": "queryRecordHistory"}
ANSWERS: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "a page": ({}, {"pageSize": "10"}, "-> 200 errorCode 0 total 40 records 10"),
    "the last page": (
        {},
        {"pageSize": "50", "pageNum": "1"},
        "-> 200 errorCode 0 total 40 records 40",
    ),
    "past the end": ({}, {"pageNum": "9"}, "-> 200 errorCode 0 total 40 records 0"),
    "a failure": ({}, {"pageNum": "0"}, "-> 200 errorCode 10000002"),
    "other records": (
        {"rows": {"skip": 5, "total": -1}},
        {"pageSize": "5", "pageNum": "2"},
        "-> 200 errorCode 0 total 39 records 0 by rule r; would have been 200 errorCode 0 total 40 records 5",
    ),
    "a body that the journal has cut": (
        {"rows": {"total": -1}},
        {"pageSize": "50"},
        "-> 200 errorCode 0 total 39 by rule r; would have been 200 errorCode 0 total 40 records 40",
    ),
    "no list": (
        {"patch": [{"op": "replace", "path": "/recordList", "value": None}]},
        {},
        "-> 200 errorCode 0 total 40 by rule r; would have been 200 errorCode 0 total 40 records 40",
    ),
    "no body": (
        {"respond": {"status": 503}},
        {},
        "-> 503 by rule r; would have been 200 errorCode 0 total 40 records 40",
    ),
}


@pytest.mark.parametrize(("rule", "fields", "line"), ANSWERS.values(), ids=ANSWERS)
def test_a_line_has_total_and_records_of_the_answer(
    control: Control, tenant: SimulatedTenant, rule: dict[str, Any], fields: dict[str, str], line: str
) -> None:
    if rule:
        tenant.add_rules({"name": "r", "match": OF_QUERIES, **rule})
    ask(tenant, **fields)
    (entry,) = tenant.journal.entries
    written = format_in_whole(control, entry).splitlines()[0]
    assert re.sub(r"^#[0-9]+ .*? ->", "->", written) == line


def rules(*names: str) -> list[Rule]:
    return [Rule(name, 0, None, None) for name in names]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (rules("busy"), "rule busy never fired"),
        (rules("rule-1"), "rule rule-1 never fired"),
        (rules("a", "rule-2", "b"), "3 of 3 rules never fired: a, b and 1 more"),
        (rules("rule-1", "rule-2"), "2 of 2 rules never fired"),
        (rules(*"abcdefg"), "7 of 7 rules never fired: a, b, c, d, e and 2 more"),
    ],
)
def test_rules_that_never_fired_are_one_short_line(given: list[Rule], line: str) -> None:
    assert list(_idle_rules(given)) == [line]
    assert line.count(",") < MOST_RULES


def test_without_idle_rules_there_is_no_line() -> None:
    assert not list(_idle_rules([]))
