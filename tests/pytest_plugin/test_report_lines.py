"""Lines of the report: what was answered and sent, and rules that never fired in one line."""

from __future__ import annotations

import json
import re
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from client_server import USER, ask
from conftest import QUERY
from oifde_simulator.client import Control, Exchange, Rule, SimulatedTenant
from oifde_simulator.pytest_plugin.lines import format_exchange, format_in_whole
from oifde_simulator.pytest_plugin.report import MOST_RULES, _idle_rules
from oifde_simulator_client.decode import build
from serving import PATIENCE

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


HONEST = "would have been 200 errorCode 0 total 40 records 40"
UNWHOLE: dict[str, tuple[list[Any], str]] = {
    "nothing": (["empty-response"], rf"-> nothing sent \(empty-response\) by rule r; {HONEST} \[closed\]"),
    "nothing yet": (["hang"], rf"-> nothing sent \(hang\) by rule r; {HONEST} \[under way\]"),
    "a part": (
        [{"cut": {"bytes": 300}}],
        rf"-> 200 errorCode 0 total 40 by rule r \(cut\); {HONEST} "
        r"\[closed, [34][0-9]{2} bytes sent with its head; the body alone has [0-9]{5}\]",
    ),
}


@pytest.mark.parametrize(("faults", "line"), UNWHOLE.values(), ids=UNWHOLE)
def test_a_line_tells_what_of_the_answer_was_sent(
    control: Control, tenant: SimulatedTenant, faults: list[Any], line: str
) -> None:
    tenant.add_rules({"name": "r", "match": OF_QUERIES, "faults": faults})
    body = json.dumps({**tenant.credentials, "userMobile": USER}).encode()
    head = f"POST {QUERY} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    address = urlsplit(tenant.url)
    with socket.create_connection((address.hostname or "", address.port or 0), PATIENCE) as client:
        client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        (entry,) = tenant.journal.wait().entries
        while entry.outcome["how"] == "under way" and faults != ["hang"]:
            client.recv(65536)
            (entry,) = tenant.journal.entries
    written = format_in_whole(control, entry).splitlines()[0]
    assert re.fullmatch(line, re.sub(r"^#[0-9]+ .*? ->", "->", written)), written


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (
            {"how": "client left", "bytes": 0},
            "-> nothing sent; would have been 200 errorCode 0 [client left]",
        ),
        ({"how": "client left", "bytes": 900}, "-> 200 errorCode 0 [client left, 900 bytes sent]"),
        ({"how": "under way", "bytes": 0}, "-> 200 errorCode 0 [under way]"),
    ],
)
def test_a_client_that_leaves_an_honest_answer_is_told(outcome: dict[str, Any], line: str) -> None:
    honest = {"status": 200, "errorCode": 0}
    entry = build(Exchange, {
        "number": 1, "at": "", "tenant": "t", "endpoint": "queryRecordHistory", "request": {}, "status": 200,
        "errorCode": 0, "rule": None, "rules": [], "faults": [], "honest": honest, "outcome": outcome,
        "problems": [], "warnings": [],
    })  # fmt: skip
    assert format_exchange(entry).removeprefix("#1 queryRecordHistory ") == line


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
