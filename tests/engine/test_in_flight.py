"""`over: {in_flight}`: an exchange counts from its turn to its end, and its end counts once on every path."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable
from typing import Any, get_args

import pytest

from conftest import QUERY, TOKEN
from engines import Engine
from oifde_simulator.engine import attempt as attempt_module
from oifde_simulator.engine import pipeline as pipeline_module
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.model.outcome import Ending
from oifde_simulator.scenario import loader
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.memory.exchanges import MemoryExchanges

SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
rules: [{{name: busy, over: {{in_flight: 2}}, respond: {{status: 503}}}}]
"""
ENDINGS = [ending for ending in get_args(Ending) if ending != "under way"]


def serving(text: str = SCENARIO) -> Engine:
    return Engine({"acme": loader.loads(text.encode(), "acme.yaml", "acme")})


@pytest.fixture
def engine() -> Engine:
    return serving()


def query(**fields: str) -> Request:
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"} | fields
    return Request("POST", QUERY, {"Content-Type": "application/json"}, json.dumps(body).encode())


def in_flight(engine: Engine) -> int:
    """Count the leases that are held."""
    tables: Any = engine.state.exchanges
    counts = tables._tables.counts.get("acme")
    return len(counts.rules.leases) if counts else 0


def test_the_third_at_once_is_refused_and_says_so(engine: Engine) -> None:
    first, second, third = (engine.handle(query()) for _ in range(3))
    assert [each.rule for each in (first, second, third)] == ["", "", "busy"]
    assert [entry.held_back for entry in engine.entries()] == [
        (("busy", "over: 1 of 2 in flight"),), (("busy", "over: 2 of 2 in flight"),), (),
    ]  # fmt: skip
    assert "Retry-After" not in dict(third.response.headers)


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_way_to_end_gives_the_place_back_once(engine: Engine, ending: Ending) -> None:
    exchanges = [engine.handle(query()) for _ in range(3)]
    for each in exchanges:
        each.outcome.end(ending)
        each.outcome.end("complete")
    assert in_flight(engine) == 0
    assert engine.handle(query()).rule == ""
    assert [entry.outcome.how for entry in engine.entries()[:3]] == [ending] * 3


@pytest.mark.slow
def test_an_answer_that_nobody_sends_gives_its_place_back(engine: Engine) -> None:
    exchange: Exchange | None = engine.handle(query())
    assert in_flight(engine) == 1
    assert exchange
    exchange = None
    gc.collect()
    assert in_flight(engine) == 0


def test_a_request_that_ended_before_it_was_on_record_gives_its_place_back(engine: Engine) -> None:
    exchange = engine.handle(query())
    exchange.outcome.end("client left")
    assert in_flight(engine) == 0


def failing(times: int, found: Callable[..., Any], defect: BaseException) -> Callable[..., Any]:
    """Fail so many times, then do as `found`."""
    left = [times]

    def fail(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise defect
        return found(*given, **named)

    return fail


DEFECTS: dict[str, Callable[[Engine, pytest.MonkeyPatch], None]] = {
    "in the conclusion": lambda _, patch: patch.setattr(
        attempt_module, "conclude", failing(1, attempt_module.conclude, ZeroDivisionError())
    ),
    "in the entry": lambda engine, patch: patch.setattr(
        engine.pipeline._attempts, "_entry", failing(1, engine.pipeline._attempts._entry, ZeroDivisionError())
    ),
    "in both entries": lambda engine, patch: patch.setattr(
        engine.pipeline._attempts, "_entry", failing(9, engine.pipeline._attempts._entry, ZeroDivisionError())
    ),
    "in the record": lambda _, patch: patch.setattr(
        MemoryExchanges, "record", failing(9, MemoryExchanges.record, ZeroDivisionError())
    ),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_defect_of_ours_after_the_turn_keeps_no_place(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    defect: Callable[[Engine, pytest.MonkeyPatch], None],
) -> None:
    with monkeypatch.context() as patch:
        defect(engine, patch)
        broken = engine.handle(query())
    broken.outcome.end("complete")
    assert in_flight(engine) == 0
    assert engine.handle(query()).rule == ""


@pytest.mark.parametrize("times", [1, pipeline_module.ATTEMPTS, 999])
def test_a_request_that_is_planned_anew_counts_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(MemoryExchanges, "record", failing(times, MemoryExchanges.record, Stale()))
        exchange = engine.handle(query())
        assert in_flight(engine) == (1 if times == 1 else 0)
    exchange.outcome.end("complete")
    assert in_flight(engine) == 0


@pytest.mark.parametrize("held", ["conclude", "_entry"])
async def test_a_request_that_is_cancelled_after_its_turn_keeps_no_place(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    reached, before = asyncio.Event(), attempt_module.decided

    async def slow(decide: Callable[[], Any]) -> Any:
        found = await before(decide)
        if in_flight(engine):
            reached.set()
            await asyncio.Event().wait()
        return found

    async def slow_record(*_given: Any, **_named: Any) -> Any:
        reached.set()
        await asyncio.Event().wait()

    if held == "conclude":
        monkeypatch.setattr(attempt_module, "decided", slow)
    else:
        monkeypatch.setattr(MemoryExchanges, "record", slow_record)
    task = asyncio.create_task(engine.pipeline.handle(query()))
    await reached.wait()
    assert in_flight(engine) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert in_flight(engine) == 0


def test_a_reset_forgets_what_is_in_flight_and_its_end_changes_nothing(engine: Engine) -> None:
    old = [engine.handle(query()) for _ in range(2)]
    immediate(engine.admin.reset("acme"))
    new = [engine.handle(query()) for _ in range(2)]
    assert [each.rule for each in new] == ["", ""]
    for each in old:
        each.outcome.end("complete")
    assert in_flight(engine) == 2
    assert engine.handle(query()).rule == "busy"


def test_each_client_has_places_of_its_own() -> None:
    engine = serving(SCENARIO.replace("over", "per: [userMobile], over"))
    held = [engine.handle(query(userMobile=user)) for user in "112212"]
    assert [each.rule for each in held] == ["", "", "", "", "busy", "busy"]
    assert engine.entries()[0].held_back == (("busy", "over: 1 of 2 in flight for userMobile=1"),)


def test_a_rule_that_fires_holds_its_place_until_its_answer_has_ended() -> None:
    engine = serving(SCENARIO.replace("in_flight: 2", "in_flight: 1"))
    first, refused = engine.handle(query()), engine.handle(query())
    first.outcome.end("complete")
    assert refused.rule == "busy"
    assert engine.handle(query()).rule == "busy"


def test_without_such_a_rule_no_lease_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from oifde_simulator.engine import leases

    monkeypatch.delattr(leases.LeaseHolder, "__init__")
    engine = serving(SCENARIO.replace("over: {in_flight: 2}", "times: 1"))
    assert [engine.handle(query()).rule for _ in range(2)] == ["busy", ""]
