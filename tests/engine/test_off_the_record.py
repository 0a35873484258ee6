"""Whatever fails at the record of an exchange, the client gets an answer of ours, and no defect escapes."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from conftest import QUERY, TOKEN, ServeScenarios
from engines import Engine
from oifde_simulator.engine import pipeline as pipeline_module
from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import log_line
from oifde_simulator.journal.entry_factory import EntryFactory
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.oifde.router import Call, Router
from oifde_simulator.scenario import loader
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.memory.exchanges import MemoryExchanges
from oifde_simulator.state.memory.state import MemorySettings
from oifde_simulator.web.data_plane import request_reader
from oifde_simulator.wire.script import Wait
from recording_download import PATH as DOWNLOAD

SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
rules: [{{name: odd, respond: {{status: 418, body: tea}}}}]
"""
DEFECT = ZeroDivisionError("a slip of ours")


@pytest.fixture
def engine() -> Engine:
    return Engine({"acme": loader.loads(SCENARIO.encode(), "acme.yaml", "acme")})


def query() -> Request:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}
    return Request("POST", QUERY, {"Content-Type": "application/json"}, json.dumps(body).encode())


def failing(times: int, found: Callable[..., Any], defect: Exception = DEFECT) -> Callable[..., Any]:
    """Fail so many times, then do as `found`."""
    left = [times]

    def fail(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise defect
        return found(*given, **named)

    return fail


def code(exchange: Exchange) -> int:
    found = json.loads(exchange.response.body)["errorCode"]
    assert isinstance(found, int)
    return found


def test_an_entry_that_cannot_be_made_is_the_vendors_internal_error_on_record(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine.pipeline._attempts, "_entry", failing(1, engine.pipeline._attempts._entry))
    exchange = engine.handle(query())
    assert (code(exchange), exchange.rule, exchange.response.status) == (10000001, "", 200)
    (entry,) = engine.entries()
    assert (entry.tenant, entry.rule, entry.error_code) == ("acme", "", 10000001)
    assert entry.notes == ("a defect of the simulator: ZeroDivisionError: a slip of ours",)
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]
    assert immediate(engine.state.tenants.rules("acme", ["odd"]))[0].fired == 0
    assert engine.handle(query()).rule == "odd"


@pytest.mark.parametrize("times", [1, 10])
def test_a_journal_that_fails_costs_no_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, times: int
) -> None:
    monkeypatch.setattr(MemoryExchanges, "record", failing(times, MemoryExchanges.record))
    exchange = engine.handle(query())
    assert (code(exchange), exchange.response.status) == (10000001, 503)
    assert dict(exchange.response.headers)["X-Simulator-Error"].startswith("this exchange is not on record")
    assert (exchange.rule, engine.entries()) == ("", [])
    (told,) = caplog.records
    assert told.getMessage() == "a defect of the simulator; the client was answered 503, off the record"


def test_entries_that_can_never_be_made_cost_no_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.pipeline._attempts, "_entry", failing(99, engine.pipeline._attempts._entry))
    assert engine.handle(query()).response.status == 503


def test_bytes_that_are_no_request_are_answered_too(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryExchanges, "record", failing(9, MemoryExchanges.record))
    refused = immediate(engine.pipeline.unreadable("odd", Response(400, b"no")))
    assert refused.response.status == 503


@pytest.mark.parametrize(
    ("times", "status"),
    [(1, 418), (pipeline_module.ATTEMPTS, 200), (pipeline_module.ATTEMPTS + 3, 200), (999, 503)],
    ids=["changed once", "each time", "nobody's world too", "for ever"],
)
def test_a_tenant_that_changes_all_the_time_is_answered_at_last(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, times: int, status: int
) -> None:
    monkeypatch.setattr(MemoryExchanges, "record", failing(times, MemoryExchanges.record, Stale()))
    exchange = engine.handle(query())
    assert exchange.response.status == status
    entries = engine.entries()
    assert len(entries) == (status != 503)
    if status == 200:
        assert (code(exchange), entries[0].tenant) == (10000001, "")
        assert "changes faster than it can be asked" in entries[0].notes[0]


def test_a_line_of_the_log_that_fails_changes_no_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "oifde_simulator.exchanges")
    monkeypatch.setattr(log_line, "format_line", failing(1, log_line.format_line))
    assert engine.handle(query()).rule == "odd"
    assert len(engine.entries()) == 1
    assert caplog.records[0].getMessage() == "a defect of the simulator: exchange 1 has no line"


async def test_a_client_gets_that_answer_on_the_wire(
    serve: ServeScenarios, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EntryFactory, "make", failing(99, EntryFactory.make))
    vendor = await serve(acme=SCENARIO)
    status, answer = await vendor.post(QUERY, {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"})
    assert (status, answer["errorCode"]) == (503, 10000001)


DELAY = {"fixedDelay": 500}
FAILING_STEPS = {
    "routing": (Router, "route"),
    "the delay of every answer": (GlobalDelay, "draw"),
    "reading the number of delays": (MemorySettings, "next_delayed"),
}


@pytest.mark.parametrize(("owner", "name"), FAILING_STEPS.values(), ids=FAILING_STEPS)
def test_a_step_before_the_tenant_is_known_that_fails_is_the_vendors_internal_error_on_record(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    immediate(engine.pipeline._delay.set(DELAY))
    monkeypatch.setattr(owner, name, failing(1, getattr(owner, name)))
    exchange = engine.handle(query())
    assert (code(exchange), exchange.rule, exchange.response.status) == (10000001, "", 200)
    (entry,) = engine.entries()
    assert entry.notes == ("a defect of the simulator: ZeroDivisionError: a slip of ours",)
    assert engine.handle(query()).script[0] == Wait(0.5)


def test_a_download_that_cannot_be_routed_fails_in_its_own_shape(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Router, "_decoded", failing(1, Router._decoded))
    body = json.dumps({"request": {"version": "2.0"}, "msgBody": {"fileName": "x"}}).encode()
    exchange = engine.handle(Request("POST", DOWNLOAD + "?locationId=1", {}, body))
    assert (exchange.response.status, "resultCode" in json.loads(exchange.response.body)) == (200, True)
    assert len(engine.entries()) == 1


def test_a_tenant_field_that_cannot_be_read_costs_no_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Call, "tenant", property(failing(99, lambda _: None)))
    exchange = engine.handle(query())
    assert (exchange.response.status, dict(exchange.response.headers).keys() >= {"X-Simulator-Error"}) == (
        503,
        True,
    )


def test_a_count_that_fails_changes_no_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Meter, "count", failing(2, Meter.count))
    assert engine.handle(query()).rule == "odd"
    assert immediate(engine.pipeline.unreadable("odd", Response(400, b"no"))).response.status == 400
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert told == [f"a defect of the simulator: exchange {number} is not counted" for number in (1, 2)]


async def test_a_body_whose_reading_fails_is_the_vendors_internal_error_on_record(
    serve: ServeScenarios, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_reader, "decompress", failing(1, request_reader.decompress))
    vendor = await serve(acme=SCENARIO)
    body = gzip.compress(query().body)
    headers = {"Content-Encoding": "gzip"}
    status, answer = await vendor.post(QUERY, body, headers=headers)
    assert (status, answer["errorCode"]) == (200, 10000001)
    async with vendor.client.post(QUERY, data=body, headers=headers) as response:
        assert response.status == 418
