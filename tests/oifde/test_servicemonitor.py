"""servicemonitor: two methods on one path, no body, no tenant, no token; else like the others."""

from __future__ import annotations

import json

import pytest

from engines import Engine
from oifde_simulator.engine.rule_view import view
from oifde_simulator.journal.filter_parameters import parse
from oifde_simulator.journal.har import HarEntry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader, rule_builder

MONITOR = "/oifde/rest/api/servicemonitor"


def ask(method: str = "GET", body: bytes = b"", engine: Engine | None = None) -> Exchange:
    return (engine or Engine({})).handle(Request(method, MONITOR, {}, body))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("body", [b"", b"{}", b"no JSON"], ids=["no body", "an object", "text"])
def test_each_documented_method_is_answered_whatever_the_body(method: str, body: bytes) -> None:
    exchange = ask(method, body)
    answer = json.loads(exchange.response.body)
    assert (exchange.response.status, answer) == (200, {"jvm": {"fullgc": "0", "deadlock": "0"}})
    assert contract.response_schema("servicemonitor").explain(answer) == []
    assert exchange.honest.warnings == ()


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_another_method_is_told_the_documented_ones(method: str) -> None:
    exchange = ask(method)
    assert exchange.response.status == 405
    assert ("Allow", "POST, GET") in exchange.response.headers
    assert exchange.endpoint == ""


def test_the_journal_knows_it_by_its_name() -> None:
    engine = Engine({})
    ask(engine=engine)
    (entry,) = engine.entries()
    assert (entry.endpoint, entry.status, entry.error_code) == ("servicemonitor", 200, None)
    assert parse([("endpoint", "servicemonitor")], str).accepts(entry)
    assert HarEntry(entry, "https").as_json()["_endpoint"] == "servicemonitor"


def test_a_rule_can_be_about_it() -> None:
    scenario = b"rules: [{name: sick, match: {endpoint: servicemonitor}, respond: {status: 400}}]"
    assert loader.loads(scenario, "acme.yaml", "acme").rules[0].name == "sick"
    call = Router(bad_json_status=400).route(Request("GET", MONITOR, {}))
    (rule,) = rule_builder.rules([{"match": {"endpoint": "servicemonitor"}, "respond": {"status": 400}}])
    assert rule.matcher.matches(view(call, ask().honest))
