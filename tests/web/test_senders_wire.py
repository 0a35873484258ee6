"""Who sends a request is known of each: address, connection, number there; and how many are in flight."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from conftest import QUERY, TOKEN, ServeScenarios, VendorClient
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Peer
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.state.memory.exchanges import MemoryExchanges
from oifde_simulator.web.peer import address_of
from serving import PATIENCE, needs_ipv6

WORLD = f'tenant: {{tokens: ["{TOKEN}"]}}\n'
BODY = json.dumps({"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}).encode()
ASK = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (QUERY.encode(), len(BODY), BODY)


class Client:
    """A client of plain bytes with one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def status(self) -> int:
        """Read an answer and tell its status."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        length = next(
            (line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), b":0"
        )
        await self.reader.readexactly(int(length.split(b":")[1]))
        return int(head.split()[1])

    async def ask(self, octets: bytes = ASK) -> int:
        """Send a request and tell the status of its answer."""
        self.writer.write(octets)
        return await self.status()

    def leave(self) -> None:
        """Break the connection off."""
        self.writer.transport.abort()


@asynccontextmanager
async def connected(served: VendorClient, host: str = "127.0.0.1") -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection(host, served.client.port))
    try:
        yield client
    finally:
        client.leave()


async def entries(served: VendorClient) -> list[Entry]:
    return await served.tenants.state.journal.entries(None, 0)


async def peers(served: VendorClient) -> list[Peer]:
    return [entry.peer for entry in await entries(served)]


async def test_connections_and_their_requests_are_numbered(serve: ServeScenarios) -> None:
    served = await serve(acme=WORLD)
    async with connected(served) as one, connected(served) as other:
        assert [await each.ask() for each in (one, other, one)] == [200, 200, 200]
    assert await peers(served) == [Peer("127.0.0.1", 1, 1), Peer("127.0.0.1", 2, 1), Peer("127.0.0.1", 1, 2)]


async def test_pipelined_requests_count_in_order(serve: ServeScenarios) -> None:
    served = await serve(acme=WORLD)
    async with connected(served) as client:
        client.writer.write(3 * ASK + b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        assert [await client.status() for _ in range(4)] == [200, 200, 200, 404]
    assert [(each.connection, each.requests) for each in await peers(served)] == [(1, n) for n in range(1, 5)]


async def test_bytes_that_are_no_request_and_bodies_that_never_come_have_a_sender(
    serve: ServeScenarios, ends: asyncio.Queue[Outcome]
) -> None:
    served = await serve(acme=WORLD)
    async with connected(served) as client:
        assert await client.ask() == 200
        assert await client.ask(b"\x16\x03\x01 hello\r\n\r\n") == 400
    async with connected(served) as client:
        client.writer.write(ASK[:-5])
        await client.writer.drain()
        client.writer.write_eof()
        for _ in range(3):
            await asyncio.wait_for(ends.get(), PATIENCE)
    assert await peers(served) == [Peer("127.0.0.1", 1, 1), Peer("127.0.0.1", 1, 2), Peer("127.0.0.1", 2, 1)]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[Outcome]:
    """Outcomes of the exchanges that have ended."""
    queue: asyncio.Queue[Outcome] = asyncio.Queue()
    before = MemoryExchanges.finish

    def finish(self: MemoryExchanges, *given: Any) -> None:
        before(self, *given)
        queue.put_nowait(given[2])

    monkeypatch.setattr(MemoryExchanges, "finish", finish)
    return queue


async def test_the_first_request_of_each_connection_fails(serve: ServeScenarios) -> None:
    by_match = "rules: [{match: {connection: {requests: 1}}, respond: {status: 503}}]"
    by_count = "rules: [{per: [connection], times: 1, respond: {status: 503}}]"
    for rules in (by_match, by_count):
        served = await serve(acme=WORLD + rules)
        async with connected(served) as one, connected(served) as other:
            assert [await each.ask() for each in (one, one, other, one, other)] == [503, 200, 503, 200, 200]


async def test_each_address_meets_another_behaviour(serve: ServeScenarios) -> None:
    rules = 'rules: [{match: {client: [10.0.0.0/8, "127.0.0.0/30"]}, respond: {status: 503}}]'
    served = await serve(acme=WORLD + rules)
    async with connected(served) as client:
        assert await client.ask() == 503
    served = await serve(acme=WORLD + rules.replace("127.0.0.0/30", "::1"))
    async with connected(served) as client:
        assert await client.ask() == 200
    missed = (await entries(served))[0]
    assert missed.peer == Peer("127.0.0.1", 1, 1)


async def test_the_first_request_of_each_trace_fails(serve: ServeScenarios) -> None:
    served = await serve(acme=WORLD + "rules: [{per: [headers.x-trace], times: 1, respond: {status: 503}}]")
    async with connected(served) as client:
        statuses = [
            await client.ask(ASK.replace(b"Host", b"X-Trace: %b\r\nHost" % trace))
            for trace in (b"a", b"b", b"a")
        ]
    assert statuses == [503, 503, 200]


async def test_exactly_one_of_six_slow_clients_is_refused(
    serve: ServeScenarios, ends: asyncio.Queue[Outcome]
) -> None:
    served = await serve(
        acme=WORLD
        + "rules: [{name: busy, over: {in_flight: 5}, respond: {status: 503}},"
        + " {name: slow, match: {request: {pageNum: false}}, faults: [{latency: 60s}]}]"
    )
    clients = [Client(*await asyncio.open_connection("127.0.0.1", served.client.port)) for _ in range(6)]
    for client in clients:
        client.writer.write(ASK)
    done, _ = await asyncio.wait(
        [asyncio.create_task(client.status()) for client in clients],
        return_when=asyncio.FIRST_COMPLETED,
        timeout=PATIENCE,
    )
    assert [task.result() for task in done] == [503]
    assert [entry.rule for entry in await entries(served)] == ["slow"] * 5 + ["busy"]
    for client in clients:
        client.leave()
    for _ in clients:
        await asyncio.wait_for(ends.get(), PATIENCE)
    async with connected(served) as client:
        client.writer.write(ASK)
        await client.writer.drain()
        fast = ASK.replace(b'"userMobile"', b'"pageNum": "1", "userMobile"').replace(
            b": %d" % len(BODY), b": %d" % (len(BODY) + 16)
        )
        async with connected(served) as other:
            assert await other.ask(fast) == 200
    assert (await entries(served))[-1].held_back == (("busy", "over: 2 of 5 in flight"),)


FAULTS = {
    "complete": "[{latency: 1ms}]",
    "closed": "[{cut: {bytes: 10}}]",
    "reset": "[reset]",
}


@pytest.mark.parametrize("how", [*FAULTS, "client left", "stopped"])
async def test_each_end_on_the_wire_gives_the_place_back(
    serve: ServeScenarios, ends: asyncio.Queue[Outcome], how: str
) -> None:
    rules = "rules: [{name: busy, over: {in_flight: 1}, respond: {status: 503}}, {name: f, faults: FAULTS}]"
    served = await serve(acme=WORLD + rules.replace("FAULTS", FAULTS.get(how, "[{latency: 60s}]")))
    await served.tenants.resolver.find("acme")  # a client that leaves while this is read is on no record
    async with connected(served) as client:
        client.writer.write(ASK)
        await client.writer.drain()
        if how == "client left":
            await served.client.get("/nowhere")  # by then the request has come
            await asyncio.wait_for(ends.get(), PATIENCE)
            client.leave()
        elif how == "stopped":
            await served.client.get("/nowhere")
            await asyncio.wait_for(ends.get(), PATIENCE)
            await served.client.server.close()
        outcome = await asyncio.wait_for(ends.get(), PATIENCE)
    assert how in ("stopped", outcome.how)
    state: Any = served.tenants.state
    assert len(state.exchanges._tables.counts["acme"].rules.leases) == 0


class _Transport:
    def __init__(self, name: object) -> None:
        self._name = name

    def get_extra_info(self, _key: str) -> object:
        return self._name


ADDRESSES: dict[str, tuple[object, str]] = {
    "IPv4": (("10.0.0.7", 80), "10.0.0.7"),
    "IPv6": (("2001:DB8::1", 80, 0, 0), "2001:db8::1"),
    "IPv4 that came mapped into IPv6": (("::ffff:10.0.0.7", 80, 0, 0), "10.0.0.7"),
    "a zone": (("fe80::1%eth0", 80, 0, 2), "fe80::1"),
    "a Unix socket": ("/run/x", ""),
    "a Unix socket without name": ("", ""),
    "a client that has left": (None, ""),
    "no address": (("localhost", 80), ""),
}


@pytest.mark.parametrize(("name", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_has_neither_port_nor_zone(name: object, address: str) -> None:
    transport: Any = _Transport(name)
    assert address_of(transport) == address


@needs_ipv6
def test_the_loopback_of_ipv6_is_an_address() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as bound:
        assert address_of(_Transport(bound.getsockname())) == "::1"  # type: ignore[arg-type]
