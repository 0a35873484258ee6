"""Requests that are known by their bytes: however they come in pieces, each gets its own answer."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ACME, QUERY, TOKEN, DataPlane
from examples import examples
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.oifde.router import Router
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.data_plane.known_heads import KnownHeads
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.request_parser import RequestParser

PATIENCE = 20
RECORDS = {1: 2, 2: 1}
"""Records of users; others have none."""


def request(number: int, *headers: str) -> bytes:
    """Write a query for a user; all have the same head."""
    fields = {"tenantId": "acme", "authToken": TOKEN, "userMobile": f"1800000000{number}"}
    body = json.dumps(fields).encode()
    lines = (f"POST {QUERY} HTTP/1.1", "Host: x", "Content-Type: application/json", *headers)
    return "\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode() + body


class Wire:
    """One connection, to which pieces of data are given as the event loop would."""

    def __init__(self, feed: Callable[[bytes], None], reader: asyncio.StreamReader) -> None:
        self._feed, self._reader = feed, reader

    async def give(self, *pieces: bytes) -> None:
        """Give pieces, with a turn of the event loop after each."""
        for piece in pieces:
            self._feed(piece)
            await asyncio.sleep(0)

    async def answer(self) -> tuple[bytes, int]:
        """Read the next answer: its status line, and how many records it has."""
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), PATIENCE)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = json.loads(await asyncio.wait_for(self._reader.readexactly(length), PATIENCE))
        return head.partition(b"\r\n")[0], len(body["recordList"])


@asynccontextmanager
async def wired() -> AsyncIterator[Wire]:
    """Serve a tenant that was asked before, and connect."""
    scenarios = {"acme": loader.loads(ACME.encode(), "acme.yaml", "acme")}
    tenants = Tenants(scenarios, seed="0", error_status=200)
    pipeline = Pipeline(Router(bad_json_status=400), tenants, Journal(tenants.state))
    server = DataPlane(pipeline, Limits(1 << 20, 5.0))
    await server.start_server()
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        writer.write(request(1))
        first = Wire(lambda _: None, reader)
        await first.answer()
        (connection,) = server.runner.server.connections  # type: ignore[union-attr]
        for _ in range(10):  # turns in which aiohttp finishes the first answer, and waits for a request
            await asyncio.sleep(0)
        assert connection.is_open_and_idle()
        yield Wire(connection.data_received, reader)
    finally:
        writer.close()
        await server.close()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """List the data that is parsed."""
    found: list[bytes] = []
    feed_data = RequestParser.feed_data

    def counted(self: RequestParser, data: bytes) -> Any:
        found.append(data)
        return feed_data(self, data)

    monkeypatch.setattr(RequestParser, "feed_data", counted)
    return found


async def test_a_head_that_came_twice_is_not_parsed_again(parsed: list[bytes]) -> None:
    async with wired() as wire:
        for number in range(1, 7):
            await wire.give(request(number))
            assert (await wire.answer())[1] == RECORDS.get(number, 0)
    assert len(parsed) == 2  # the first query, with the same head, and one more


async def test_a_request_that_came_twice_is_not_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    routed: list[object] = []
    route = Router.route
    monkeypatch.setattr(Router, "route", lambda self, asked: routed.append(asked) or route(self, asked))
    async with wired() as wire:
        for _ in range(5):
            await wire.give(request(1))
            assert await wire.answer() == (b"HTTP/1.1 200 OK", 2)
    assert len(routed) == 3  # the first one goes aiohttp's way, as its tenant is read from a file


async def test_requests_with_other_heads_between_are_parsed(parsed: list[bytes]) -> None:
    async with wired() as wire:
        for headers in ([], [], ["X-A: 1"], [], ["Connection: keep-alive"]):
            await wire.give(request(2, *headers))
            assert (await wire.answer())[1] == 1
    assert len(parsed) == 4


@pytest.mark.parametrize("name", ["CL twice", "both framings", "no end"])
async def test_what_the_parser_refuses_is_refused_each_time(name: str) -> None:
    bad = {
        "CL twice": request(1, "Content-Length: 1"),
        "both framings": request(1, "Transfer-Encoding: chunked"),
        "no end": request(1).replace(b"\r\nHost", b"\nHost"),
    }[name]
    for _ in range(3):
        async with wired() as wire:
            await wire.give(request(1), request(1), request(1))
            for _ in range(3):
                await wire.answer()
            await wire.give(bad)
            head = await asyncio.wait_for(wire._reader.readuntil(b"\r\n"), PATIENCE)
            assert b" 400 " in head


async def _assert_each_has_its_answer(numbers: list[int], cuts: list[int]) -> None:
    sent = b"".join(map(request, numbers))
    places = sorted({0, len(sent), *(cut % len(sent) for cut in cuts)})
    async with wired() as wire:
        await wire.give(*(sent[first:last] for first, last in pairwise(places)))
        found = [await wire.answer() for _ in numbers]
    assert found == [(b"HTTP/1.1 200 OK", RECORDS.get(number, 0)) for number in numbers]


WHOLE = len(request(1))


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.sampled_from([1, 1, 2, 3]), min_size=2, max_size=8),
    st.lists(st.integers(1, 8).map(lambda count: count * WHOLE) | st.integers(0, 3000), max_size=6),
)
def test_requests_in_any_pieces_have_their_answers_in_order(numbers: list[int], cuts: list[int]) -> None:
    asyncio.run(_assert_each_has_its_answer(numbers, cuts))


@pytest.mark.parametrize("cut", [10, 60, WHOLE - 5])
async def test_a_part_of_a_known_request_behind_a_packed_body_is_waited_for(cut: int) -> None:
    """The size of a body is that on the wire, where it is smaller than what is in it."""
    packed = gzip.compress(request(1).partition(b"\r\n\r\n")[2] + b" " * 2000)
    head = (
        f"POST {QUERY} HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    )
    async with wired() as wire:
        await wire.give(request(1), request(1), request(1))
        found = [await wire.answer() for _ in range(3)]
        await wire.give(head.encode() + packed + request(2)[:cut], request(2)[cut:], request(1))
        statuses = [(await wire.answer())[0] for _ in range(3)]
    assert found == [(b"HTTP/1.1 200 OK", 2)] * 3
    assert statuses[1:] == [b"HTTP/1.1 200 OK"] * 2


def test_nothing_is_found_for_a_part_of_a_known_request() -> None:
    heads, whole = KnownHeads(), request(1)

    class Message:
        method, path, headers, version = "POST", QUERY, {}, (1, 1)  # type: ignore[var-annotated]

    message: Any = Message
    for _ in range(2):
        heads.note(whole, message)
    assert heads.find(whole) is not None
    assert not any(heads.find(whole[:length]) for length in range(len(whole)))
    assert heads.find(whole + b" ") is None
    assert heads.find(b"\r\n\r\n" + whole) is None
