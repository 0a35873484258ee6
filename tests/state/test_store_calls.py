"""Calls to the store, on real servers: their order, their round trips, scripts and texts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from hashlib import sha1

import pytest
import uvloop

from oifde_simulator.state.errors import CommandRefused, StoreGone
from oifde_simulator.state.valkey.client import pipeline
from oifde_simulator.state.valkey.client.store import ValkeyStore
from oifde_simulator.state.valkey.connect import connect
from oifde_simulator.state.valkey.scripts import Script
from store_servers import PROGRAMS, StoreServer, connected, store_server
from tcp_proxy import proxy


def script(source: str) -> Script:
    """Make a script that no other test has."""
    return Script("test", source, sha1(source.encode(), usedforsecurity=False).hexdigest())


ECHO = script("return {KEYS[1], unpack(ARGV)}")
COUNT = script("return redis.call('INCR', KEYS[1] .. ARGV[1])")
NOTE = script("return redis.call('RPUSH', KEYS[1] .. 'notes', ARGV[1])")


@pytest.fixture(scope="module", params=PROGRAMS)
def server(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    with store_server(request.param) as running:
        yield running


@pytest.fixture
async def store(server: StoreServer) -> AsyncIterator[ValkeyStore]:
    store = await connected(server.url)
    await store.command("FLUSHALL")
    await store.command("SCRIPT", "FLUSH")
    yield store
    await store.close()


async def test_a_script_is_run_with_the_prefix_and_its_arguments(store: ValkeyStore) -> None:
    assert await store.run(ECHO, "", 1, 2.5, b"\x00\r\n\xff") == [
        b"test:",
        b"",
        b"1",
        b"2.5",
        b"\x00\r\n\xff",
    ]


async def test_replies_are_bytes_numbers_none_and_lists(store: ValkeyStore) -> None:
    assert await store.run(script("return {1, 'a', {2, {}}}")) == [1, b"a", [2, []]]
    assert await store.run(script("return false")) is None
    assert await store.command("SET", store.key("a"), "b") == b"OK"


async def test_every_byte_comes_back(store: ValkeyStore) -> None:
    large = bytes(range(256)) * 20_000
    assert (await store.run(ECHO, large))[1] == large


async def test_keys_begin_with_the_prefix(store: ValkeyStore) -> None:
    assert store.key("version") == "test:version"


async def test_calls_of_one_turn_share_a_write_and_keep_their_order(server: StoreServer) -> None:
    async with proxy(server.path) as between:
        store = await connected(f"valkey://127.0.0.1:{between.port}")
        await store.run(NOTE, "first")
        await store.command("DEL", store.key("notes"))
        before = len(between.writes)
        calls = [store.run(NOTE, number) for number in range(3)]
        store.post(NOTE, "posted")
        counts = await asyncio.gather(*calls, store.command("LRANGE", store.key("notes"), 0, -1))
        assert counts == [2, 3, 4, [b"posted", b"0", b"1", b"2"]]
        assert len(between.writes) == before + 1
        await store.close()


async def test_a_posted_call_is_carried_out_before_the_store_is_closed(server: StoreServer) -> None:
    store, other = await connected(server.url), await connected(server.url)
    await other.command("DEL", other.key("notes"))
    store.post(NOTE, "last")
    await store.close()
    assert await other.command("LRANGE", other.key("notes"), 0, -1) == [b"last"]
    await other.close()


async def test_a_script_is_sent_once_and_then_known(server: StoreServer) -> None:
    async with proxy(server.path) as between:
        store = await connected(f"valkey://127.0.0.1:{between.port}")
        for _ in range(3):
            await asyncio.gather(store.run(COUNT, "known"), store.run(COUNT, "known"))
        assert b"".join(between.writes).count(COUNT.source.encode()) == 1
        await store.close()


async def test_a_script_that_the_server_forgot_runs_once_all_the_same(store: ValkeyStore) -> None:
    assert await store.run(COUNT, "forgotten") == 1
    await store.command("SCRIPT", "FLUSH")
    counts = await asyncio.gather(*(store.run(COUNT, "forgotten") for _ in range(5)))
    assert counts == [2, 3, 4, 5, 6]
    store.post(COUNT, "forgotten")
    assert await store.run(COUNT, "forgotten") == 8


async def test_a_script_that_is_forgotten_in_the_same_turn_runs_once(store: ValkeyStore) -> None:
    await store.run(COUNT, "flushed")
    _, count = await asyncio.gather(store.command("SCRIPT", "FLUSH"), store.run(COUNT, "flushed"))
    assert count == 2


async def test_a_script_that_cannot_be_read_is_refused_with_the_servers_words(store: ValkeyStore) -> None:
    broken = script("return (")
    with pytest.raises(CommandRefused, match="unexpected symbol near"):
        await store.run(broken)
    with pytest.raises(CommandRefused, match="unexpected symbol near"):
        await store.run(broken)


async def test_a_script_that_fails_is_refused_and_others_go_on(store: ValkeyStore) -> None:
    failing, counted = await asyncio.gather(
        store.run(script("error('no such tenant')")), store.run(COUNT, "others"), return_exceptions=True
    )
    assert isinstance(failing, CommandRefused)
    assert "no such tenant" in str(failing)
    assert counted == 1


async def test_a_posted_script_that_fails_is_logged(
    store: ValkeyStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.post(script("error('no such tenant')"))
    await store.command("PING")
    assert "no such tenant" in caplog.text


async def test_a_cancelled_caller_does_not_shift_the_answers_of_others(store: ValkeyStore) -> None:
    given_up = asyncio.ensure_future(store.run(ECHO, "given up"))
    kept = asyncio.ensure_future(store.run(ECHO, "kept"))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await kept == [b"test:", b"kept"]
    assert given_up.cancelled()


async def test_calls_that_wait_are_bounded_in_number(
    store: ValkeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_CALLS", 2)
    replies = await asyncio.gather(*(store.run(ECHO, n) for n in range(3)), return_exceptions=True)
    assert isinstance(replies[2], StoreGone)
    assert "is too slow: 2 calls" in str(replies[2])
    assert await store.run(ECHO, "later") == [b"test:", b"later"]


async def test_calls_that_wait_are_bounded_in_bytes(
    store: ValkeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_BYTES", 3000)
    replies = await asyncio.gather(*(store.run(ECHO, "x" * 2000) for _ in range(2)), return_exceptions=True)
    assert isinstance(replies[1], StoreGone)
    assert await store.run(ECHO, "later") == [b"test:", b"later"]


async def test_another_database_is_chosen(server: StoreServer) -> None:
    store, other = await connected(server.url), await connected(server.url + "?db=3")
    await other.command("SET", other.key("only"), "in 3")
    assert await store.command("GET", store.key("only")) is None
    assert await other.command("GET", other.key("only")) == b"in 3"
    await store.close()
    await other.close()


def test_calls_work_on_the_event_loop_of_serve(server: StoreServer) -> None:
    async def talk() -> list[object]:
        store = await connect(server.url, "uvloop:", environment={})
        replies = await asyncio.gather(*(store.run(COUNT, "loop") for _ in range(3)))
        await store.close()
        return replies

    assert uvloop.run(talk()) == [1, 2, 3]
