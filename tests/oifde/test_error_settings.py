"""Codes, statuses, bodies, texts and headers of answers are settings, as is the order of checks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from asking import Asked, answer
from conftest import ACME, GETTOKEN, QUERY
from oifde_simulator.immediate import immediate
from oifde_simulator.json_schema.schema import JSON
from oifde_simulator.model import problem_kinds
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import JSON_UTF8, Request
from oifde_simulator.model.vendor_errors import BY_CODE
from oifde_simulator.oifde.header_service import HeaderService
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.oifde.policy.service_policy import ServicePolicy, status_of
from oifde_simulator.resources import read_json
from oifde_simulator.scenario import loader
from oifde_simulator.tenants.settings import policy_of
from oifde_simulator.wire.script import Send

LOCKING = ACME.replace("tenant: {", "tenant: {lock_after: 1, ")


def with_settings(settings: Mapping[str, Any], base: str = ACME, **others: Any) -> Asked:
    return Asked(f"{base}\nsettings: {json.dumps(settings)}\n", **others)


def expired(server: Asked) -> Exchange:
    first = answer(server.gettoken())["authToken"]
    server.gettoken()
    return server.query(authToken=first)


def locked(server: Asked) -> Exchange:
    server.gettoken(appSecret="wrong")
    return server.gettoken()


# kind: (what makes it, its default code)
KINDS: dict[str, tuple[Callable[[Asked], Exchange], int]] = {
    "token_missing": (lambda server: server.query(authToken=...), 900001),
    "token_expired": (expired, 900001),
    "token_unknown": (lambda server: server.query(authToken="x"), 900002),
    "unknown_tenant": (lambda server: server.query(tenantId="nobody"), 900002),
    "unknown_app_key": (lambda server: server.gettoken(appKey="nobody"), 200800001),
    "wrong_secret": (lambda server: server.gettoken(appSecret="wrong"), 200800002),
    "locked": (locked, 200800003),
    "parameter": (lambda server: server.query(pageSize="7"), 10000002),
    "parameter_missing": (lambda server: server.query(userMobile=...), 10000002),
    "past_end": (lambda server: server.query(pageNum="9"), 10000002),
}
SINGLE = LOCKING.replace("tenant: {", "tenant: {single_token: true, ")


def made(kind: str, settings: Mapping[str, Any]) -> Exchange:
    server = with_settings({"past_end": "error", **settings}, SINGLE, settings_from="acme")
    return KINDS[kind][0](server)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_mistake_has_a_code_of_its_own(kind: str) -> None:
    before, after = answer(made(kind, {})), answer(made(kind, {"codes": {kind: 123}}))
    assert (before["errorCode"], after["errorCode"]) == (KINDS[kind][1], 123)
    assert after == {**before, "errorCode": 123}  # words of ours stay where the vendor has none for the code


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_mistake_has_a_status_of_its_own(kind: str) -> None:
    assert made(kind, {}).response.status == 200
    assert made(kind, {"error_status": {kind: 418}}).response.status == 418
    others = {name: 500 for name in KINDS if name not in (kind, problem_kinds.GROUPS[kind])}
    assert made(kind, {"error_status": others}).response.status == 200


def test_every_kind_is_in_the_schema_and_tried_here() -> None:
    properties = read_json("scenario.schema.json")["properties"]["settings"]["properties"]
    kinds = {*problem_kinds.GROUPS}
    assert kinds == KINDS.keys() | {"internal"} == properties["codes"]["properties"].keys()
    operations = {name for name in properties["error_status"]["properties"] if name in BY_NAME}
    groups = {*problem_kinds.GROUPS.values()}
    assert properties["error_status"]["properties"].keys() == kinds | groups | operations
    assert {"gettoken", "queryRecordHistory"} <= operations
    assert problem_kinds.GROUPS_OF_CODES.keys() <= BY_CODE.keys()


def test_a_code_of_the_vendors_brings_the_vendors_words() -> None:
    text = answer(made("token_missing", {"codes": {"token_missing": 900002}}))["errorMsg"]
    assert text.startswith("Failed to check the token information: authToken is missing")


def test_missing_parameters_and_pages_past_the_end_follow_the_code_of_parameters() -> None:
    codes = {"parameter": 200900003}
    assert [
        answer(made(kind, {"codes": codes}))["errorCode"] for kind in ("parameter_missing", "past_end")
    ] == [
        200900003,
        200900003,
    ]
    assert (
        answer(made("past_end", {"codes": {"parameter": 1, "past_end": 10000002}}))["errorCode"] == 10000002
    )


def test_a_rule_answers_the_error_that_it_names_whatever_the_codes_are() -> None:
    rule = "rules: [{name: r, match: {response: {errorCode: 77}}, respond: {error: token-expired}}]"
    server = Asked(
        f"{ACME}\nsettings: {{codes: {{token_unknown: 77}}, error_status: {{token: 401}}}}\n{rule}\n"
    )
    exchange = server.query(authToken="x")
    assert (exchange.rule, answer(exchange)["errorCode"], exchange.response.status) == ("r", 900001, 401)


# settings.error_status: statuses of a wrong secret, gettoken's parameter, a wrong token, a query's parameter
STATUSES: dict[str, tuple[JSON, tuple[int, int, int, int]]] = {
    "one for all": (400, (400, 400, 400, 400)),
    "none": ({}, (200, 200, 200, 200)),
    "by operation": ({"gettoken": 401}, (401, 401, 200, 200)),
    "by kind": ({"token": 401, "parameter": 400, "secret": 403}, (403, 400, 401, 400)),
    "a kind before an operation": ({"gettoken": 401, "parameter": 400}, (401, 400, 200, 400)),
    "a single kind before its group": ({"secret": 401, "wrong_secret": 403}, (403, 200, 200, 200)),
    "a kind in an operation first": (
        {"parameter": 400, "wrong_secret": 402, "gettoken": {"parameter": 422, "secret": 403}},
        (403, 422, 200, 400),
    ),
    "other kinds of such an operation": ({"gettoken": {"secret": 403}}, (403, 200, 200, 200)),
    "the brief of a team": (
        {"gettoken": 401, "token": 401, "parameter": 400, "internal": 500},
        (401, 400, 401, 400),
    ),
}


@pytest.mark.parametrize(("status", "wanted"), STATUSES.values(), ids=STATUSES)
def test_the_most_specific_status_holds(status: JSON, wanted: tuple[int, ...]) -> None:
    server = with_settings({"error_status": status})
    asked = (
        server.gettoken(appSecret="wrong"),
        server.gettoken(appSecret=...),
        server.query(authToken="x"),
        server.query(pageSize="7"),
    )
    assert tuple(each.response.status for each in asked) == wanted


def test_what_a_mapping_leaves_out_has_the_status_of_the_server() -> None:
    spec = loader.loads(b"settings: {error_status: {token: 401}}", "f.yaml", "f")
    policy = policy_of(spec, ServicePolicy(error_status=500))
    assert status_of(policy, "queryRecordHistory", "parameter", "parameter") == 500
    assert status_of(policy, "queryRecordHistory", "token_missing", "token") == 401


def test_a_defect_has_the_code_and_the_status_of_internal_errors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("oifde_simulator.oifde.operations.query_record_history.page_request", fail)
    server = with_settings({"codes": {"internal": 200900002}, "error_status": {"internal": 500}})
    exchange = server.query()
    assert (exchange.response.status, answer(exchange)["errorCode"]) == (500, 200900002)
    assert "answered 200900002" in caplog.text


def test_a_bare_error_has_code_and_message_alone_and_a_success_all_it_had() -> None:
    server = with_settings({"error_body": "bare"}, settings_from="acme")
    for exchange in (
        server.query(authToken="x"),
        server.gettoken(appSecret="wrong"),
        server.ask(QUERY, b"["),
    ):
        assert answer(exchange).keys() == {"errorCode", "errorMsg"}, exchange
    assert answer(server.query()).keys() == {"errorCode", "errorMsg", "total", "recordList"}


def test_a_documented_message_has_no_detail_and_the_log_has_it() -> None:
    exchange = with_settings({"error_message": "documented"}).query(pageSize="7")
    assert answer(exchange)["errorMsg"] == "The parameter is incorrect"
    assert answer(exchange)["total"] == 0
    assert "pageSize" in exchange.honest.problems[0].message


TWO_FAULTS = {
    "query": lambda server: server.query(authToken="x", pageSize="7"),
    "no token": lambda server: server.query(authToken=..., pageSize="7"),
}


@pytest.mark.parametrize("ask", TWO_FAULTS.values(), ids=TWO_FAULTS)
def test_parameters_come_first_where_the_setting_says_so(ask: Callable[[Asked], Exchange]) -> None:
    assert answer(ask(Asked(ACME)))["errorCode"] in (900001, 900002)
    assert answer(ask(with_settings({"check_order": "parameters"})))["errorCode"] == 10000002


def test_a_credential_is_not_counted_where_parameters_come_first_and_are_wrong() -> None:
    refusing = {"check_order": "parameters", "unknown_fields": "refuse"}
    server = with_settings(refusing, LOCKING)
    assert answer(server.gettoken(appSecret="wrong", other=1))["errorCode"] == 10000002
    assert answer(server.gettoken())["errorCode"] == 0
    assert answer(server.gettoken(appSecret="wrong"))["errorCode"] == 200800002
    assert answer(server.gettoken())["errorCode"] == 200800003
    once = with_settings(refusing, ACME.replace("tenant: {", "tenant: {token_uses: 1, "))
    token = answer(once.gettoken())["authToken"]
    codes = [answer(once.query(authToken=token, **more))["errorCode"] for more in ({"other": 1}, {}, {})]
    assert codes == [10000002, 0, 900001]


CONTENT_TYPES = {"none": None, "text": "text/plain", "GBK": "application/json; charset=GBK"}


@pytest.mark.parametrize("content_type", CONTENT_TYPES.values(), ids=CONTENT_TYPES)
def test_a_wrong_content_type_is_refused_first_where_the_setting_says_so(content_type: str | None) -> None:
    server = with_settings({"content_type": "refuse"}, LOCKING)
    headers = {} if content_type is None else {"Content-Type": content_type}
    body = json.dumps({"appKey": "acme", "appSecret": "wrong"}).encode()
    exchange = server.handle(Request("POST", GETTOKEN, headers, body))
    assert (exchange.response.status, answer(exchange)["errorCode"]) == (415, 10000002)
    assert "Content-Type" in answer(exchange)["errorMsg"]
    assert answer(server.gettoken())["errorCode"] == 0  # the wrong secret was not counted


def head(exchange: Exchange) -> bytes:
    (first, *_) = exchange.script
    assert isinstance(first, Send)
    return first.octets


HEADERS = {
    "content-type": "application/json;charset=utf-8",
    "Server": None,
    "X-Frame-Options": "DENY",
    "X-N": 1,
}


def test_headers_are_replaced_where_they_stand_taken_away_and_added() -> None:
    server = with_settings({"response_headers": HEADERS}, settings_from="acme")
    asked = (
        server.query(),
        server.gettoken(),
        server.query(authToken="x"),
        server.ask(QUERY, b"["),
        server.query(tenantId="nobody"),
        server.handle(Request("PUT", GETTOKEN, {})),
    )
    for exchange in asked:
        wanted = (
            ("content-type", "application/json;charset=utf-8"),
            ("X-Frame-Options", "DENY"),
            ("X-N", "1"),
        )
        assert [each for each in exchange.response.headers if each[0] != "Allow"] == [*wanted], exchange
        assert b"\r\nX-Frame-Options: DENY\r\n" in head(exchange)
        assert b"\r\nServer:" not in head(exchange)


def test_a_rule_keeps_the_headers_of_the_answer_that_it_spoils() -> None:
    rules = """
rules:
  - {name: total, match: {request: {pageNum: "1"}}, rows: {total: 1}}
  - {name: error, match: {request: {pageNum: "2"}}, respond: {error: internal-error}}
  - {name: other, match: {request: {pageNum: "3"}}, respond: {status: 503}}
"""
    server = Asked(f"{ACME}\nsettings: {{response_headers: {{X-Y: z, Server: null}}}}{rules}")
    exchanges = [server.query(pageNum=str(number)) for number in (1, 2, 3)]
    assert [each.rule for each in exchanges] == ["total", "error", "other"]
    assert [("X-Y", "z") in each.response.headers for each in exchanges] == [True, True, False]


def test_a_tenant_without_such_settings_is_served_by_the_plain_service() -> None:
    server = Asked(ACME, other=f"{ACME}\nsettings: {{response_headers: {{X-Y: z}}}}\n")
    assert not isinstance(server.tenant("acme").service, HeaderService)
    assert isinstance(server.tenant("other").service, HeaderService)
    assert server.tenant("acme").service.sessions is server.tenant("acme").world.sessions
    assert server.query().response.headers is JSON_UTF8


def test_without_settings_from_the_settings_of_a_tenant_hold_for_nobody_else() -> None:
    server = with_settings({"codes": {"unknown_tenant": 1}, "error_status": 500, "error_body": "bare"})
    exchange = server.query(tenantId="nobody")
    assert (exchange.response.status, answer(exchange)["errorCode"]) == (200, 900002)
    assert "total" in answer(exchange)


def test_settings_from_follows_the_tenant_and_outlives_it() -> None:
    server = with_settings({"codes": {"unknown_tenant": 1}}, settings_from="acme")
    assert answer(server.query(tenantId="nobody"))["errorCode"] == 1
    immediate(server.admin.delete("acme"))
    assert answer(server.query(tenantId="nobody"))["errorCode"] == 900002


def test_settings_from_a_tenant_that_is_not_there_is_refused_with_the_near_one() -> None:
    with pytest.raises(
        ValueError, match=r'--settings-from acne: there is no tenant acne; did you mean "acme"\?'
    ):
        Asked(ACME, settings_from="acne")
