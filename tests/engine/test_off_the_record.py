"""Whatever fails at the record of an exchange, the client gets an answer of ours, and no defect escapes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from conftest import QUERY, TOKEN, ServeScenarios
from engines import Engine
from oifde_simulator.engine import pipeline as pipeline_module
from oifde_simulator.immediate import immediate
from oifde_simulator.journal import log_line
from oifde_simulator.journal.entry_factory import EntryFactory
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.scenario import loader
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.memory.exchanges import MemoryExchanges

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
    monkeypatch.setattr(engine.pipeline, "_entry", failing(1, engine.pipeline._entry))
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
    monkeypatch.setattr(engine.pipeline, "_entry", failing(99, engine.pipeline._entry))
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
