"""Whatever of ours fails, the client gets an answer in the vendor's shape, and the log says so once."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.model.http import Request, Response
from oifde_simulator.oifde.service import Service
from oifde_simulator.rules.decision import Decision
from oifde_simulator.rules.selection import Rules
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.tenants import Tenants
from oifde_simulator.wire.script import Script, octets

SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T00:00:00Z"
sessions: {{users: {{"18000000001": 40}}}}
settings: {{error_status: 502}}
rules:
- {{name: odd, match: {{request: {{userMobile: "18000000001"}}}}, respond: {{status: 503}}, faults: [reset]}}
"""


def pipeline(**scenarios: str) -> Engine:
    found = {name: loader.loads(text.encode(), f"{name}.yaml", name) for name, text in scenarios.items()}
    return Engine(found)


def query(path: str = QUERY, **fields: Any) -> Request:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", **fields}
    return Request("POST", path, {"Content-Type": "application/json"}, json.dumps(body).encode())


def fail(*_: object, **__: object) -> Any:
    raise ZeroDivisionError("a slip\nof ours")


def fail_unless_internal_error(self: Response, request: Request, now: int) -> Script:
    if b"10000001" not in self.body:
        raise ZeroDivisionError("a slip\nof ours")
    return script(self, request, now)


script = Response.script

# what fails: (of which class, its name, what takes its place)
DEFECTS: dict[str, tuple[type, str, Callable[..., Any]]] = {
    "the service": (Service, "respond", fail),
    "finding a rule": (Rules, "decide", fail),
    "an answer of a rule": (Decision, "reshape", fail),
    "a fault of a rule": (Decision, "spoil", fail),
    "the script": (Response, "script", fail_unless_internal_error),
    "the tenant": (Tenants, "named", fail),
}


@pytest.mark.parametrize(("owner", "name", "failing"), DEFECTS.values(), ids=DEFECTS.keys())
def test_a_defect_is_answered_as_the_vendors_internal_error_and_told_once(
    owner: type, name: str, failing: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deciding = pipeline(acme=SCENARIO)
    monkeypatch.setattr(owner, name, failing)
    exchange = deciding.handle(query())
    answer = json.loads(octets(exchange.script, "body"))
    assert (answer["errorCode"], answer["total"], answer["recordList"]) == (10000001, 0, [])
    assert (exchange.endpoint, exchange.rule, exchange.faults) == ("queryRecordHistory", "", ())
    note = "a defect of the simulator: ZeroDivisionError: a slip\nof ours"
    assert exchange.notes == (note,)
    traced, journal = caplog.records
    assert traced.exc_info
    assert (traced.levelno, traced.getMessage()) == (
        logging.ERROR,
        "a defect of the simulator; the client was answered 10000001",
    )
    assert journal.name == "oifde_simulator.exchanges"
    assert journal.getMessage().endswith("a defect of the simulator: ZeroDivisionError: a slip\\nof ours")


def test_a_defect_of_a_tenant_has_its_status_and_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    deciding = pipeline(acme=SCENARIO)
    monkeypatch.setattr(Rules, "decide", fail)
    exchange = deciding.handle(query())
    assert (exchange.tenant, exchange.response.status) == ("acme", 502)
    assert b"Date: Thu, 01 Jan 2026 00:00:00 GMT" in octets(exchange.script, "head")


def test_a_defect_of_gettoken_has_the_shape_of_gettoken(monkeypatch: pytest.MonkeyPatch) -> None:
    deciding = pipeline(acme=SCENARIO)
    monkeypatch.setattr(Service, "respond", fail)
    exchange = deciding.handle(query(GETTOKEN, appKey="acme"))
    assert json.loads(exchange.response.body).keys() == {"errorCode", "errorMsg", "authToken"}


def test_the_next_request_is_served_after_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    deciding = pipeline(acme=SCENARIO)
    with monkeypatch.context() as defective:
        defective.setattr(Rules, "decide", fail)
        deciding.handle(query())
    assert deciding.handle(query()).rule == "odd"


def test_a_file_that_has_become_wrong_since_the_start_is_an_internal_error_of_its_tenant_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text("]")
    calm = loader.loads(SCENARIO.partition("rules")[0].encode(), "calm.yaml", "calm")
    deciding = Engine(ScenarioCatalog({"acme": path, "calm": calm}))
    exchange = deciding.handle(query())
    assert (exchange.tenant, exchange.response.status) == ("", 200)
    assert exchange.honest.fields["errorCode"] == 10000001
    assert f"ScenarioErrors: {path}:1:1: " in exchange.notes[0]
    assert isinstance(caplog.records[0].exc_info[1], ScenarioErrors)  # type: ignore[index]
    assert deciding.handle(query(tenantId="calm")).honest.fields["total"] == 40


@pytest.mark.parametrize("path", [QUERY, GETTOKEN])
def test_a_clock_beyond_the_end_of_dates_is_answered(path: str) -> None:
    late = SCENARIO.replace("2026-01-01T00:00:00Z", "9999-12-31T23:59:59-10:00")
    # Generated sessions end in 2286, and a clock beyond is refused where there are any.
    late = late.replace('sessions: {users: {"18000000001": 40}}', "sessions: {generate: false}")
    exchange = pipeline(acme=late).handle(query(path, appKey="acme", appSecret="x", userMobile="2"))
    assert exchange.tenant == "acme"
    assert b"Date: Fri, 31 Dec 9999 23:59:59 GMT" in octets(exchange.script, "head")
    assert "errorCode" in json.loads(octets(exchange.script, "body"))
