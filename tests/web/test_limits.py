"""What clients can take of the server's memory and places, on both planes, and that others notice nothing."""

from __future__ import annotations

import asyncio
import json
import select
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp.streams import StreamReader
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.web.body_receiver import BodyEvicted, BodyOverflow, BodyReceiver
from oifde_simulator.web.byte_budget import CEILING, GRACE_SECONDS, ByteBudget
from oifde_simulator.web.control_plane import server as control_server
from oifde_simulator.web.data_plane import request_handler
from oifde_simulator.web.data_plane.unsent import Unsent
from serving import PATIENCE, Peer, fetch, head, post, running

SHORT = 0.5


class Holder:
    """Somebody whose bytes are counted."""

    evicted = False

    def evict(self) -> None:
        self.evicted = True


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def budget(now: list[float]) -> ByteBudget:
    return ByteBudget(100, lambda: now[0])


def test_the_one_that_stood_still_longest_gives_way(budget: ByteBudget, now: list[float]) -> None:
    holders = [Holder() for _ in range(4)]
    for holder in holders[:3]:
        budget.hold(holder, 30)
    budget.hold(holders[0], 30)
    now[0] = GRACE_SECONDS
    budget.hold(holders[3], 30)
    assert [holder.evicted for holder in holders] == [False, True, False, False]
    assert budget.held == 90


def test_nobody_gives_way_at_once_until_the_ceiling(budget: ByteBudget) -> None:
    holders = [Holder() for _ in range(100)]
    for holder in holders:
        budget.hold(holder, 30)
    assert budget.held <= CEILING * budget.limit
    assert [holder.evicted for holder in holders] == sorted((h.evicted for h in holders), reverse=True)


def test_one_alone_may_have_more_than_the_limit(budget: ByteBudget, now: list[float]) -> None:
    alone = Holder()
    budget.hold(alone, 10_000)
    now[0] = 10 * GRACE_SECONDS
    budget.hold(alone, 9_000)
    assert (alone.evicted, budget.held) == (False, 9_000)
    budget.release(alone)
    budget.release(alone)
    assert budget.held == 0


@given(st.lists(st.binary(max_size=20)), st.integers(1, 30))
def test_slices_joined_are_the_whole(pieces: list[bytes], most: int) -> None:
    unsent = Unsent()
    for piece in pieces:
        unsent.append(piece)
    slices = []
    while len(unsent):
        slices.append(unsent.take(most))
    assert b"".join(slices) == b"".join(pieces)
    assert all(len(piece) == most for piece in slices[:-1])


def stream(octets: bytes) -> StreamReader:
    reader = StreamReader(Mock(_reading_paused=False), 1 << 16, loop=asyncio.get_running_loop())
    reader.feed_data(octets)
    return reader


async def test_a_body_that_stands_still_gives_way_to_one_that_comes() -> None:
    receiver = BodyReceiver(100)
    still = stream(b"x" * 300)
    waiting = asyncio.ensure_future(receiver.receive(still, 1000, 60))
    await asyncio.sleep(0)
    coming = stream(b"y" * 300)
    coming.feed_eof()
    assert await receiver.receive(coming, 1000, 60) == b"y" * 300
    with pytest.raises(BodyEvicted):
        await waiting


async def test_a_body_is_bounded_in_size_and_time() -> None:
    receiver = BodyReceiver(100)
    with pytest.raises(BodyOverflow):
        await receiver.receive(stream(b"x" * 11), 10, 60)
    with pytest.raises(TimeoutError):
        await receiver.receive(stream(b"x"), 10, 0)


class Watched(ByteBudget):
    """A budget that notes the most that it held."""

    peak = 0

    def hold(self, holder: Any, count: int) -> None:
        super().hold(holder, count)
        Watched.peak = max(Watched.peak, self.held)


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario whose answers have 4 MiB, on a server that may have 2 MiB unread."""
    monkeypatch.setattr(request_handler, "UNREAD_BYTES", 2 << 20)
    monkeypatch.setattr(request_handler, "ByteBudget", Watched)
    monkeypatch.setattr(Watched, "peak", 0)
    scenario = tmp_path / "acme.yaml"
    scenario.write_text(f"tenant: {{tokens: any}}\nrules:\n  - respond: {{body: {'x' * (4 << 20)}}}\n")
    return scenario


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize("tls", ["off", "auto"], ids=["plain", "TLS"])
def test_answers_that_nobody_reads_are_bounded_over_all_connections(large: Path, tls: str) -> None:
    body = json.dumps({"tenantId": "acme", "authToken": "x", "userMobile": "1"}).encode()
    with running(scenarios=(large,), no_bundled=True, tls=tls) as simulator, ExitStack() as clients:
        for _ in range(20):
            client = Peer(simulator.data_url, simulator.ca_pem, receive_buffer=4096)
            clients.enter_context(client).send(post(body))
        with Peer(simulator.data_url, simulator.ca_pem) as reader:
            reader.send(post(body))
            assert len(reader.answer().body) == 4 << 20
        found = json.loads(fetch(f"{simulator.control_url}/journal?tenant=acme")[2])["entries"]
        assert sum(entry["outcome"]["how"] == "reset" for entry in found) > 0
    assert 0 < Watched.peak <= CEILING * (2 << 20)


def call(target: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")).encode()


@pytest.fixture
def control() -> Iterator[str]:
    with running() as simulator:
        yield simulator.control_url


@pytest.fixture
def impatient() -> Iterator[str]:
    deadlines = {"idle_timeout": SHORT, "body_timeout": SHORT, "write_timeout": SHORT}
    with running(**deadlines) as simulator:
        yield simulator.control_url


@pytest.mark.parametrize("octets", [b"", b"GET /li"], ids=["silent", "half a head"])
def test_the_control_plane_does_not_wait_for_a_head_for_ever(impatient: str, octets: bytes) -> None:
    with Peer(impatient) as client:
        client.send(octets)
        assert client.hangs_up()


@pytest.mark.slow(seconds=1)
def test_the_control_plane_does_not_wait_for_a_body_for_ever(impatient: str) -> None:
    with Peer(impatient) as client:
        client.send(call("/tenants", "Content-Length: 1000", method="POST") + b"{")
        answer = client.answer()
        assert (answer.status, "--body-timeout" in answer.json["detail"]) == (408, True)
        assert client.hangs_up()


def test_the_control_plane_drops_a_client_that_reads_nothing(impatient: str) -> None:
    with Peer(impatient, receive_buffer=4096) as client:
        client.send(call("/openapi.json") * 1000)
        dropped = select.poll()
        dropped.register(client.socket, 0)
        assert dropped.poll(PATIENCE * 1000)


@pytest.mark.parametrize(
    ("encoding", "status"), [("utf-8", 201), ("utf-8-sig", 201), ("utf-16", 400), ("utf-16-le", 400)]
)
def test_the_control_plane_reads_json_as_windows_writes_it(control: str, encoding: str, status: int) -> None:
    found, _, body = fetch(f"{control}/tenants", '{"scenario": "outage"}'.encode(encoding))
    assert (found, b"UTF-16" in body) == (status, status == 400)


def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(control: str) -> None:
    with Peer(control) as client:
        client.send(call("/tenants", "Content-Length: 100000000", method="POST"))
        assert client.answer().status == 413


def test_where_there_are_too_many_connections_one_that_asks_nothing_gives_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control_server, "MAX_CONNECTIONS", 3)
    with running() as simulator, ExitStack() as clients:
        waits = clients.enter_context(Peer(simulator.control_url))
        waits.send(call("/journal/wait?userMobile=1&timeout=20s"))
        idle = [clients.enter_context(Peer(simulator.control_url)) for _ in range(5)]
        assert fetch(f"{simulator.control_url}/livez")[0] == 200
        assert all(client.hangs_up() for client in idle[:3])
        body = json.dumps({"tenantId": "tenant001", "authToken": "x", "userMobile": "1"}).encode()
        fetch(simulator.data_url + "/oifde/rest/api/queryRecordHistory", body)
        assert waits.answer().status == 200


def test_half_a_tls_handshake_ends_with_the_idle_timeout() -> None:
    tls = running(tls="auto", idle_timeout=SHORT)
    with tls as simulator, Peer(simulator.data_url.replace("https", "http")) as client:
        client.send(b"\x16\x03\x01\x02\x00\x01")
        assert client.hangs_up()


def test_a_client_of_http_1_0_gets_no_interim_answer() -> None:
    body = b'{"tenantId": "tenant001"}'
    with running() as simulator, Peer(simulator.data_url) as client:
        client.send(head(f"Content-Length: {len(body)}", "Expect: 100-continue", version="1.0"))
        with Peer(simulator.data_url) as other:
            other.send(post(body))
            other.answer()
        client.send(body)
        assert client.answer().status == 200
