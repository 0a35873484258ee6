"""Requests that are answered while they are read, and those that are not: no client can tell them apart."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web

from conftest import ACME, QUERY, TOKEN, DataPlane, ServeScenarios, VendorClient
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.model.entry import Entry
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.data_plane.immediate import MOST_AT_ONCE
from oifde_simulator.web.data_plane.request_handler import DataPlaneHandler
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import data_plane
from suspending_state import suspending

PATIENCE = 20
LARGE = "x" * (100 << 10)
SCENARIO = f"""
{ACME}
rules:
  - {{name: slow, match: {{request: {{pageNum: "2"}}}}, faults: [{{latency: 20ms}}]}}
  - {{name: large, match: {{request: {{pageNum: "3"}}}}, respond: {{body: "{LARGE}"}}}}
  - {{name: gone, match: {{request: {{pageNum: "4"}}}}, faults: [swallow]}}
  - {{name: cut, match: {{request: {{pageNum: "5"}}}}, faults: [cut]}}
  - {{name: held, match: {{request: {{pageNum: "6"}}}}, faults: [{{latency: 1h}}]}}
"""


def body(page: str) -> bytes:
    fields = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", "pageNum": page}
    return json.dumps(fields).encode()


def request(page: str = "1", *headers: str, version: str = "1.1", octets: bytes | None = None) -> bytes:
    """Write a query for a page; `octets` is its body as sent, which is otherwise plain."""
    sent = body(page) if octets is None else octets
    length = () if any("chunked" in each for each in headers) else (f"Content-Length: {len(sent)}",)
    lines = (f"POST {QUERY} HTTP/{version}", "Host: x", "Content-Type: application/json", *length, *headers)
    return "\r\n".join((*lines, "", "")).encode() + sent


def chunked(octets: bytes, size: int = 7) -> bytes:
    pieces = [octets[place : place + size] for place in range(0, len(octets), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in (*pieces, b""))


@pytest.fixture
def through_aiohttp(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List the targets of requests that go aiohttp's way."""
    found: list[str] = []
    call = DataPlaneHandler.__call__

    async def counted(self: DataPlaneHandler, incoming: web.BaseRequest) -> web.StreamResponse:
        found.append(incoming.raw_path)
        return await call(self, incoming)

    monkeypatch.setattr(DataPlaneHandler, "__call__", counted)
    return found


class Raw:
    """A connection to the vendor's port, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, octets: bytes, answers: int = 1) -> list[tuple[bytes, bytes]]:
        """Send bytes; returns the head and the body of each answer."""
        self.writer.write(octets)
        return [await asyncio.wait_for(self._answer(), PATIENCE) for _ in range(answers)]

    async def _answer(self) -> tuple[bytes, bytes]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return head, await self.reader.readexactly(length)

    async def end(self) -> bytes:
        """Read until the server ends the connection."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE)


Connect = Callable[[VendorClient], Awaitable[Raw]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Open connections, which are closed behind the test."""
    made: list[Raw] = []

    async def open_one(served: VendorClient) -> Raw:
        server = served.client.server
        assert server.port is not None
        made.append(Raw(*await asyncio.open_connection(server.host, server.port)))
        return made[-1]

    yield open_one
    for each in made:
        each.writer.close()
        with suppress(ConnectionError):
            await each.writer.wait_closed()


async def entries(served: VendorClient) -> list[Entry]:
    return await served.tenants.state.journal.entries(None, 0)


@pytest.fixture
async def served(serve: ServeScenarios) -> VendorClient:
    """Serve a tenant that was read already: who asks first waits for its file."""
    found = await serve(acme=SCENARIO)
    await found.query()
    return found


async def test_a_plain_request_never_becomes_one_of_aiohttps(
    connect: Connect, served: VendorClient, through_aiohttp: list[str]
) -> None:
    connection = await connect(served)
    for _ in range(3):
        ((head, octets),) = await connection.ask(request())
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert json.loads(octets)["total"] == 2
    assert through_aiohttp == []
    *_, last = await entries(served)
    assert (last.outcome.how, last.outcome.sent) == ("complete", len(head) + len(octets))
    assert (last.peer.address, last.peer.requests) == ("127.0.0.1", 3)


NOT_PLAIN = {
    "the last of its connection": request("1", "Connection: close"),
    "of HTTP/1.0": request("1", version="1.0"),
    "in chunks": request("1", "Transfer-Encoding: chunked", octets=chunked(body("1"))),
    "compressed": request("1", "Content-Encoding: gzip", octets=gzip.compress(body("1"))),
    "for another protocol": request("1", "Upgrade: h2c", "Connection: Upgrade"),
    "that names another protocol": request("1", "Upgrade: h2c"),
}


@pytest.mark.parametrize("octets", NOT_PLAIN.values(), ids=NOT_PLAIN)
async def test_a_request_that_is_not_plain_goes_aiohttps_way_to_the_same_answer(
    connect: Connect, served: VendorClient, through_aiohttp: list[str], octets: bytes
) -> None:
    ((_, plain),) = await (await connect(served)).ask(request())
    assert through_aiohttp == []
    connection = await connect(served)
    ((_, answer),) = await connection.ask(octets)
    assert answer == plain
    assert through_aiohttp == [QUERY]


async def test_a_body_that_comes_later_than_its_head_goes_aiohttps_way(
    connect: Connect, served: VendorClient, through_aiohttp: list[str]
) -> None:
    connection = await connect(served)
    head, _, octets = request().partition(b"\r\n\r\n")
    connection.writer.write(head + b"\r\n\r\n" + octets[:5])
    await served.query(pageNum="2")  # so it is read by itself
    ((_, answer),) = await connection.ask(octets[5:])
    assert json.loads(answer)["total"] == 2
    assert through_aiohttp == [QUERY, QUERY]


async def test_answers_come_in_the_order_of_their_requests_whichever_way_each_goes(
    connect: Connect,
    served: VendorClient,
) -> None:
    pages = ["1", "2", "11", "3", "12", "2", "13"]
    octets = [request(page) for page in pages]
    octets[2] = request("11", "Transfer-Encoding: chunked", octets=chunked(body("11")))
    connection = await connect(served)
    for _ in range(3):
        answers = [found for _, found in await connection.ask(b"".join(octets), len(pages))]
        assert [len(found) > len(LARGE) - 1 for found in answers] == [page == "3" for page in pages]
    kept = [str(entry.request.document["pageNum"]) for entry in (await entries(served))[1:]]
    assert kept == pages * 3
    assert [entry.peer.requests for entry in (await entries(served))[1:]] == list(range(1, 22))


async def test_what_was_decided_already_is_not_decided_again(connect: Connect, served: VendorClient) -> None:
    connection = await connect(served)
    for page in ("2", "3"):
        await connection.ask(request(page))
    first, second = (await entries(served))[1:]
    assert (first.rule, second.rule) == ("slow", "large")
    assert (first.outcome.how, second.outcome.how) == ("complete", "complete")
    assert second.outcome.sent > len(LARGE)


async def test_a_script_that_ends_the_connection_goes_aiohttps_way(
    connect: Connect, served: VendorClient, through_aiohttp: list[str]
) -> None:
    connection = await connect(served)
    connection.writer.write(request() + request("4") + request("5"))
    assert (await connection.end()).count(b"HTTP/1.1") == 2
    assert through_aiohttp == [QUERY, QUERY]
    assert [entry.outcome.how for entry in (await entries(served))[1:]] == ["complete", "complete", "closed"]


@pytest.mark.parametrize(("number", "others"), [(MOST_AT_ONCE, 0), (MOST_AT_ONCE + 1, MOST_AT_ONCE + 1)])
async def test_many_pipelined_requests_take_turns_with_those_of_others(
    connect: Connect, served: VendorClient, through_aiohttp: list[str], number: int, others: int
) -> None:
    connection = await connect(served)
    assert len(await connection.ask(request() * number, number)) == number
    assert len(through_aiohttp) == others


async def test_hundreds_of_pipelined_requests_are_all_answered(
    connect: Connect, served: VendorClient
) -> None:
    connection = await connect(served)
    answers = await connection.ask(request() * 700, 700)
    assert {octets for _, octets in answers} == {answers[0][1]}
    assert len(await entries(served)) == 701


async def test_bytes_that_are_not_http_are_refused_behind_the_answers_before_them(
    connect: Connect,
    served: VendorClient,
) -> None:
    connection = await connect(served)
    connection.writer.write(request() + b"\0\0\r\n\r\n")
    found = await connection.end()
    assert found.count(b"HTTP/1.1 200") == found.count(b"HTTP/1.1 400") == 1
    assert found.index(b" 200 ") < found.index(b" 400 ")


async def test_a_client_that_asks_and_ends_its_half_is_waited_for(
    connect: Connect, served: VendorClient, through_aiohttp: list[str]
) -> None:
    connection = await connect(served)
    connection.writer.write(request())
    connection.writer.write_eof()
    assert (await connection.end()).count(b"HTTP/1.1 200") == 1
    assert (await entries(served))[-1].outcome.how == "complete"


class Plane(DataPlane):
    """A data plane on a given state, with a short patience."""

    idle_seconds = 5.0

    async def _make_runner(self, **kwargs: Any) -> web.BaseRunner:
        connections = ConnectionLimits(idle_seconds=self.idle_seconds, write_seconds=5.0)
        return data_plane(self._pipeline, self._limits, connections=connections)


def pipeline_on(state: Any) -> tuple[Pipeline, Tenants]:
    scenarios = {"acme": loader.loads(SCENARIO.encode(), "acme.yaml", "acme")}
    tenants = Tenants(scenarios, seed="0", error_status=200, state=state)
    return Pipeline(Router(bad_json_status=400), tenants, Journal(tenants.state)), tenants


async def test_an_idle_connection_is_closed_after_answers_at_once(
    connect: Connect, aiohttp_client: Any, through_aiohttp: list[str]
) -> None:
    pipeline, tenants = pipeline_on(MemoryState())
    server = Plane(pipeline, Limits(1 << 20, 5.0))
    server.idle_seconds = 0.3
    served = VendorClient(await aiohttp_client(server), tenants)
    await served.query()
    through_aiohttp.clear()
    connection = await connect(served)
    await connection.ask(request() + request(), 2)
    assert await connection.end() == b""
    assert through_aiohttp == []


async def test_a_decision_that_waits_is_made_once(connect: Connect, aiohttp_client: Any) -> None:
    pipeline, tenants = pipeline_on(suspending(MemoryState()))
    served = VendorClient(await aiohttp_client(Plane(pipeline, Limits(1 << 20, 5.0))), tenants)
    connection = await connect(served)
    answers = await connection.ask(request() + request("2") + request(), 3)
    assert answers[0][1] == answers[2][1]
    assert [entry.outcome.how for entry in await entries(served)] == ["complete"] * 3


async def test_a_client_that_leaves_amid_a_decision_leaves_nothing_behind(
    connect: Connect, aiohttp_client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def for_ever() -> None:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    pipeline, tenants = pipeline_on(suspending(MemoryState(), for_ever))
    served = VendorClient(await aiohttp_client(Plane(pipeline, Limits(1 << 20, 5.0))), tenants)
    connection = await connect(served)
    connection.writer.write(request())
    await asyncio.wait_for(asked.wait(), PATIENCE)
    connection.writer.transport.abort()
    await asyncio.wait_for(ended.wait(), PATIENCE)
    assert caplog.messages == []


async def test_a_connection_makes_no_timer_and_no_task_for_a_plain_request(
    connect: Connect, served: VendorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await connect(served)
    await connection.ask(request())
    made: list[str] = []
    loop = asyncio.get_running_loop()
    for name in ("call_at", "call_later", "create_task"):
        monkeypatch.setattr(type(loop), name, lambda *_, name=name, **__: made.append(name), raising=True)
    connection.writer.write(request())
    await connection._answer()
    monkeypatch.undo()
    assert made == []
