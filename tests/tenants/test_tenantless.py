"""Requests that name no tenant belong to the tenant of `--tenantless`, and to nobody without it."""

from __future__ import annotations

import json
import logging

import pytest

from conftest import GETTOKEN, QUERY
from engines import Engine
from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from serving import running

MONITOR = "/oifde/rest/api/servicemonitor"
EDGE = """
tenant: {tokens: [fixed]}
sessions: {users: {"1": 3}}
rules:
- name: preflight
  match: {headers: {Access-Control-Request-Method: true}, response: {status: 405}}
  respond: {status: 204, headers: {Access-Control-Allow-Origin: "*", Access-Control-Allow-Methods: POST}}
- name: sick
  match: {endpoint: servicemonitor}
  times: 1
  respond: {status: 400}
- name: another-path
  match: {response: {status: 404}}
  respond: {status: 200, body: hello}
- name: garbage
  match: {response: {status: 400}}
  respond: {status: 418}
"""


class Server(Engine):
    """A pipeline that serves the tenants `edge`, with rules, and `plain`."""

    def __init__(self, tenantless: str | None = "edge") -> None:
        texts = {"edge": EDGE, "plain": "tenant: {tokens: [fixed]}"}
        found = {name: loader.loads(text.encode(), f"{name}.yaml", name) for name, text in texts.items()}
        super().__init__(found, tenantless=tenantless)
        self.meter = Meter()
        self.pipeline = Pipeline(Router(bad_json_status=400), self.tenants, self.journal, self.meter)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Exchange:
        """Send one request; `_` stands for `-` in the names of headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.handle(Request(method, path, named, body))

    def unreadable(self, why: str, response: Response) -> Exchange:
        """Receive bytes that are no request."""
        return immediate(self.pipeline.unreadable(why, response))


def test_a_rule_of_the_tenant_answers_a_preflight() -> None:
    exchange = Server().ask("OPTIONS", QUERY, Access_Control_Request_Method="POST")
    assert (exchange.tenant, exchange.rule, exchange.response.status) == ("edge", "preflight", 204)
    assert ("Access-Control-Allow-Origin", "*") in exchange.response.headers
    assert ("Access-Control-Allow-Methods", "POST") in exchange.response.headers


def test_a_rule_of_the_tenant_says_that_the_server_is_abnormal_as_often_as_it_may() -> None:
    server = Server()
    assert [server.ask("GET", MONITOR).response.status for _ in range(2)] == [400, 200]


def test_a_rule_of_the_tenant_answers_a_path_that_is_not_there() -> None:
    exchange = Server().ask("GET", "/nowhere")
    assert (exchange.rule, exchange.response.status, exchange.response.body) == (
        "another-path",
        200,
        b"hello",
    )


def test_a_rule_of_the_tenant_answers_bytes_that_are_no_http() -> None:
    server = Server()
    exchange = server.unreadable("bad", Response(400, b"not HTTP: bad\n"))
    assert (exchange.tenant, exchange.rule, exchange.response.status) == ("edge", "garbage", 418)
    assert exchange.notes == ("not HTTP, refused: bad",)


NAMELESS = {
    "a query without a tenantId": (QUERY, b'{"authToken": "fixed", "userMobile": "1"}'),
    "a tenantId that is empty": (QUERY, b'{"tenantId": "", "authToken": "fixed", "userMobile": "1"}'),
    "gettoken without an appKey": (GETTOKEN, b'{"appSecret": "secret"}'),
    "a body that is no JSON": (QUERY, b"["),
}


@pytest.mark.parametrize(("path", "body"), NAMELESS.values(), ids=NAMELESS)
def test_a_request_without_a_tenant_is_the_tenants_and_refused_as_before(path: str, body: bytes) -> None:
    mine, nobodys = Server("plain").ask("POST", path, body), Server(None).ask("POST", path, body)
    assert (mine.tenant, nobodys.tenant) == ("plain", "")
    assert mine.honest.fields["errorCode"] == 10000002
    assert mine.response == nobodys.response
    assert mine.honest.problems == nobodys.honest.problems


ENDING = """
tenant: {tokens: [fixed, other]}
rules: [{name: ends, match: {response: {errorCode: 10000002}}, token: %s}]
"""


@pytest.mark.parametrize(("how", "code"), [("expire", 900001), ("revoke", 900002)])
def test_a_rule_ends_the_token_of_a_request_that_names_no_tenant(how: str, code: int) -> None:
    engine = Engine({"edge": loader.loads((ENDING % how).encode(), "edge.yaml", "edge")}, tenantless="edge")

    def ask(**fields: str) -> object:
        body = json.dumps(fields | {"userMobile": "1"}).encode()
        return engine.handle(Request("POST", QUERY, {}, body)).honest.fields["errorCode"]

    assert ask(tenantId="edge", authToken="fixed") == 0
    assert ask(authToken="fixed") == ask() == 10000002
    assert ask(tenantId="edge", authToken="fixed") == code
    assert ask(tenantId="edge", authToken="other") == 0


def test_a_request_that_names_an_unknown_tenant_stays_unknown() -> None:
    body = json.dumps({"tenantId": "nobody", "authToken": "fixed", "userMobile": "1"}).encode()
    exchange = Server().ask("POST", QUERY, body)
    assert (exchange.tenant, exchange.rule, exchange.honest.fields["errorCode"]) == ("", "", 900002)


def test_without_a_tenant_for_them_no_rule_answers() -> None:
    server = Server(None)
    exchanges = [server.ask("GET", MONITOR), server.ask("GET", "/nowhere"), server.ask("OPTIONS", QUERY)]
    assert [(each.tenant, each.rule, each.response.status) for each in exchanges] == [
        ("", "", 200),
        ("", "", 404),
        ("", "", 405),
    ]


def test_a_tenant_that_was_deleted_has_no_requests_any_more() -> None:
    server = Server()
    immediate(server.tenants.drop("edge"))
    assert (server.ask("GET", MONITOR).tenant, server.ask("GET", MONITOR).response.status) == ("", 200)


def test_journal_metrics_and_coverage_show_them_under_the_tenant() -> None:
    server = Server()
    server.ask("GET", MONITOR)
    server.unreadable("bad", Response(400, b""))
    assert [(entry.tenant, entry.rule) for entry in server.entries()] == [
        ("edge", "sick"),
        ("edge", "garbage"),
    ]
    counted = {(tenant, kind.endpoint, kind.rule): number for tenant, kind, number in server.meter}
    assert counted == {("edge", "servicemonitor", "sick"): 1, ("edge", "", "garbage"): 1}
    (covered,) = [each for each in immediate(server.state.coverage.snapshot()).scenarios if each.id == "edge"]
    assert {name: rule.fired for name, rule in covered.rules.items() if rule.fired} == {
        "sick": 1,
        "garbage": 1,
    }


def test_the_log_names_the_tenant_and_the_rule(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Server().unreadable("bad", Response(400, b"?"))
    assert "edge (no request) 418 by rule 'garbage', would have been 400" in caplog.text


def test_a_tenant_that_is_not_served_is_refused_with_the_likely_one() -> None:
    with pytest.raises(
        ValueError, match=r'--tenantless edgy: there is no tenant edgy; did you mean "edge"\?'
    ):
        Server("edgy")


def test_serve_hands_the_option_on() -> None:
    with running(tenantless="tenant001") as simulator:
        assert immediate(simulator.tenants.resolver.tenantless()).id == "tenant001"


def test_a_rule_ends_only_a_good_token_of_a_request_that_names_no_tenant_and_uses_none_up() -> None:
    text = "tenant: {tokens: [fixed], token_uses: 1}\nrules: [{name: ends, token: expire}]\n"
    server = Engine({"edge": loader.loads(text.encode(), "edge.yaml", "edge")}, tenantless="edge")

    def ask(token: str) -> Exchange:
        return server.handle(Request("POST", QUERY, {}, json.dumps({"authToken": token}).encode()))

    asked = [ask(token) for token in ("wrong", "fixed", "fixed")]
    assert [exchange.rule for exchange in asked] == ["", "ends", ""]
    assert asked[0].notes == asked[2].notes == ("ends: no good token to end",)
