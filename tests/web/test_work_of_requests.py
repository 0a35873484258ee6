"""The work of a request, counted: it fails where the path of a request grows.

Counts do not depend on how busy a machine is, as times do. The bounds are a tenth above what was counted when
they were written; lower them when the path gets shorter.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from conftest import ACME, QUERY, TOKEN, DataPlane
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.data_plane.request_reader import Limits

A_RULE = "a rule that answers"
MOST_CALLS = {
    "a body that was seen": 40,
    "a body never seen": 124,
    "a body refused, never seen": 155,
    A_RULE: 228,
}
"""Python functions that are called, of all libraries, from the bytes to the answer."""
MOST_COROUTINES = 5
"""Coroutines that are begun: handle, answer, exchange, conclude, record."""
MORE_OF_A_RULE = 4
"""Coroutines that a rule begins: spoil, turn, and two decisions that may need the bytes of a recording."""
TIMES = 20
FIELDS = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001"}
TENANTS = {"acme": ACME, "spoiled": f"{ACME}rules:\n  - respond: {{error: internal-error}}\n"}
KINDS: dict[str, Callable[[int], dict[str, str]]] = {
    "a body that was seen": lambda number: FIELDS,
    "a body never seen": lambda number: FIELDS | {"callId": f"c{number:04}"},
    "a body refused, never seen": lambda number: FIELDS | {"pageSize": f"7{number:04}"},
    A_RULE: lambda number: FIELDS | {"tenantId": "spoiled"},
}

Feed = Callable[[bytes], None]


def request(fields: dict[str, str]) -> bytes:
    body = json.dumps(fields).encode()
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (QUERY.encode(), len(body)) + body


@pytest.fixture
async def feed(aiohttp_client: Any) -> AsyncIterator[Feed]:
    """Serve tenants that were asked before, and give the bytes of requests to one of their connections."""
    scenarios = {name: loader.loads(text.encode(), f"{name}.yaml", name) for name, text in TENANTS.items()}
    tenants = Tenants(scenarios, seed="0", error_status=200, state=MemoryState(Bounds(exchanges=2 * TIMES)))
    pipeline = Pipeline(Router(bad_json_status=400), tenants, Journal(tenants.state))
    server = DataPlane(pipeline, Limits(1 << 20, 5.0))
    client = await aiohttp_client(server)
    reader, writer = await asyncio.open_connection(server.host, server.port)
    for name in (*TENANTS, *TENANTS):  # the first reads the file of its tenant
        writer.write(request(FIELDS | {"tenantId": name}))
        await reader.readuntil(b"]}")
    (connection,) = server.runner.server.connections
    while not connection.is_open_and_idle():  # noqa: ASYNC110  no event tells of it
        await asyncio.sleep(0)
    yield connection.data_received
    writer.close()
    await writer.wait_closed()
    await client.close()


@contextmanager
def counted() -> Iterator[list[str]]:
    """List the names of Python functions that are called."""
    found: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            is_coroutine = frame.f_code.co_flags & inspect.CO_COROUTINE
            found.append(f"{'async ' if is_coroutine else ''}{frame.f_code.co_name}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_calls_no_more_functions_than_it_did(
    feed: Feed, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "oifde_simulator.exchanges")
    for number in range(TIMES):
        feed(request(KINDS[kind](number)))
    asked = [request(KINDS[kind](TIMES + number)) for number in range(TIMES)]
    with counted() as found:
        for octets in asked:
            feed(octets)
    assert len(found) / TIMES <= MOST_CALLS[kind]
    coroutines = MOST_COROUTINES + (MORE_OF_A_RULE if kind == A_RULE else 0)
    assert sum(name.startswith("async ") for name in found) <= coroutines * TIMES


async def test_a_request_makes_no_timer_and_no_task(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for name in ("call_at", "call_later", "create_task", "create_future"):
        monkeypatch.setattr(
            type(asyncio.get_running_loop()), name, lambda *_, name=name, **__: made.append(name)
        )
    for _ in range(TIMES):
        feed(request(FIELDS))
    monkeypatch.undo()
    assert made == []


@pytest.mark.slow(seconds=2)
async def test_a_request_leaves_nothing_behind_in_a_full_journal(feed: Feed) -> None:
    octets = request(FIELDS)
    for _ in range(3 * TIMES):
        feed(octets)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(5 * TIMES):
        feed(octets)
    gc.collect()
    assert (sys.getallocatedblocks() - before) / (5 * TIMES) < 1
