"""Lines of the log: tenant, operation, answer sent and honest answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import TOKEN
from engines import Engine
from journals import Journal
from oifde_simulator.cli.explain import request_file
from oifde_simulator.engine import explain as explanation
from oifde_simulator.journal import log_line
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

HONEST = "200 errorCode=0 total=40"
SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
sessions: {{users: {{"18000000001": 40}}}}
"""


def line(rule: str = "", endpoint: str = "queryRecordHistory", **fields: Any) -> str:
    """Format the line of one query to the tenant `acme`, which has this rule."""
    scenario = loader.loads(f"{SCENARIO}rules: [{rule}]\n".encode(), "acme.yaml", "acme")
    tenants = Tenants({"acme": scenario}, seed="0", error_status=200)
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", **fields}
    return line_of(tenants, request_file.RequestFile(endpoint, body, {}, {}).request())


def line_of(tenants: Tenants, request: Request) -> str:
    (turn,) = explanation.explain(tenants, request)
    return log_line.format_line(turn.exchange, Journal().record(turn.exchange))


def test_an_honest_answer_is_its_status_code_and_total() -> None:
    assert line() == f"acme queryRecordHistory {HONEST}"


# name: (fields of the query, end of the line)
ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "a first page": ({}, "; userMobile=18000000001 pageNum=1 records=40"),
    "a page": (
        {"pageNum": "2", "pageSize": "20"},
        "; userMobile=18000000001 pageNum=2 pageSize=20 records=20",
    ),
    "past the end": ({"pageNum": "9"}, "; userMobile=18000000001 pageNum=9 records=0"),
    "a user without sessions": ({"userMobile": "1"}, "; userMobile=1 pageNum=1 records=0"),
    "a refused query": ({"userMobile": 1}, ""),
}


@pytest.mark.parametrize(("fields", "end"), ASKED.values(), ids=ASKED.keys())
def test_a_line_at_info_ends_with_user_page_and_number_of_records(fields: dict[str, Any], end: str) -> None:
    scenario = loader.loads(SCENARIO.encode(), "acme.yaml", "acme")
    tenants = Tenants({"acme": scenario}, seed="0", error_status=200)
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", **fields}
    request = request_file.RequestFile("queryRecordHistory", body, {}, {}).request()
    (turn,) = explanation.explain(tenants, request)
    found = log_line.format_query(turn.exchange, Journal().record(turn.exchange))
    assert found == end
    assert TOKEN not in found


# name: (rule without its name, what the line says was sent)
SPOILED = {
    "another status": ("respond: {status: 503}", "503"),
    "an error in 200": ("respond: {error: internal-error, status: 200}", "200 errorCode=10000001"),
    "another total": ("patch: [{op: replace, path: /total, value: 45}]", "200 total=45"),
    "a total of text": ("patch: [{op: replace, path: /total, value: many}]", '200 total="many"'),
    "another member": ("patch: [{op: add, path: /more, value: 45}]", "200"),
    "no JSON": ("respond: {status: 502, body: <html>502</html>}", "502"),
    "no object": ("respond: {status: 200, body: '[1]'}", "200"),
    "both": ("respond: {error: internal-error}, faults: [cut]", "200 errorCode=10000001 with cut"),
    "not a byte": ("faults: [empty-response]", "no answer (empty-response)"),
    "not a byte of an error": ("respond: {status: 503}, faults: [reset]", "no answer (reset)"),
}


@pytest.mark.parametrize(("rule", "sent"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_answer_is_what_was_sent_and_what_would_have_been(rule: str, sent: str) -> None:
    expected = f"acme queryRecordHistory {sent} by rule 'odd', would have been {HONEST}"
    assert line(f"{{name: odd, {rule}}}") == expected


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        ("faults: [cut]", "with cut by rule 'odd'"),
        ("faults: [{latency: 1ms}]", "with latency by rule 'odd'"),
        ("state: {is: start, becomes: down}", "by rule 'odd', which left the body as it is"),
    ],
)
def test_a_decided_answer_that_is_the_honest_one_is_told_once(rule: str, end: str) -> None:
    assert line(f"{{name: odd, {rule}}}") == f"acme queryRecordHistory {HONEST} {end}"


# name: (fields, who the line says asked)
NOBODY: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"tenantId": "acne"}, '(unknown tenant "acne")'),
    "unprintable": ({"tenantId": "a\u202eb"}, '(unknown tenant "a\\u202eb")'),
    "empty": ({"tenantId": ""}, "(no tenant)"),
    "a number": ({"tenantId": 1}, "(no tenant)"),
    "an unknown key": ({"appKey": "acne", "endpoint": "gettoken"}, '(unknown tenant "acne")'),
}


@pytest.mark.parametrize(("fields", "who"), NOBODY.values(), ids=NOBODY.keys())
def test_a_tenant_that_nobody_knows_is_named(fields: dict[str, Any], who: str) -> None:
    assert line(**fields).startswith(f"{who} ")


ODD = "\x1b[31m\r\nINFO forged\x9b\u2028\u202e"
BREAKING = {
    "a tenant": {"tenantId": ODD},
    "a field": {"pageNum": ODD},
    "a name of a field": {ODD: "1"},
    "a token": {"authToken": f"{ODD}-"},
    "a time": {"beginTime": ODD},
}


@pytest.mark.parametrize("fields", BREAKING.values(), ids=BREAKING.keys())
def test_whatever_a_client_sends_is_one_printable_line(
    fields: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    engine = Engine({"acme": loader.loads(SCENARIO.encode(), "acme.yaml", "acme")})
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", **fields}
    request = request_file.RequestFile("queryRecordHistory", body, {"Content-Type": ODD}, {}).request()
    engine.handle(request)
    (record,) = caplog.records
    assert record.getMessage().isprintable()
    assert "31m" in record.getMessage()


@pytest.mark.parametrize("method", ["POST", ODD])
def test_a_target_or_method_that_cannot_be_printed_is_escaped(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    Engine({}).handle(Request(method, f"/{ODD}", {"Content-Type": ODD}))
    (record,) = caplog.records
    assert record.getMessage().isprintable()


def test_what_a_scenario_has_that_cannot_be_printed_is_escaped() -> None:
    name = json.dumps(ODD)
    found = line(f"{{name: {name}, patch: [{{op: replace, path: /total, value: {name}}}]}}")
    assert found.isprintable()
    assert found.count(r"\u2028") == 2


@pytest.mark.parametrize("body", [b"{", b"[]", b""])
def test_a_request_that_is_no_json_names_no_tenant(body: bytes) -> None:
    tenants = Tenants({}, seed="0", error_status=200)
    request = request_file.RequestFile("gettoken", body.decode(), {}, {}).request()
    assert line_of(tenants, request).startswith("(no tenant) gettoken 400 ")


def test_the_nearest_tenant_is_suggested_and_no_other_is_named() -> None:
    scenario = loader.loads(SCENARIO.encode(), "acme.yaml", "acme")
    tenants = Tenants({"acme": scenario, "zenith": scenario}, seed="0", error_status=200)
    for endpoint, body, found in (
        ("queryRecordHistory", {"tenantId": "acne"}, 'tenantId "acne" is unknown; did you mean acme?'),
        ("gettoken", {"appKey": "ACME", "appSecret": "x"}, 'appKey "ACME" is unknown; did you mean acme?'),
        ("queryRecordHistory", {"tenantId": "qqq"}, 'tenantId "qqq" is unknown'),
    ):
        (turn,) = explanation.explain(tenants, request_file.RequestFile(endpoint, body, {}, {}).request())
        assert turn.exchange.honest.problems[0].message.endswith(f": {found}")


def test_a_token_that_is_not_the_tenants_says_where_to_get_one() -> None:
    scenario = loader.loads(SCENARIO.encode(), "acme.yaml", "acme")
    credentials = Engine({"acme": scenario}).tenant("acme").credentials
    step = credentials.token_step("x", 0)
    assert step
    found = credentials.token_problem(step.worth)
    assert found is not None
    assert found.message.endswith(": authToken was not issued to this tenant; fetch one from gettoken")
