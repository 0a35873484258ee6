"""A store that is gone, hangs, is slow or loses a reply: nothing is carried out twice, and all goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha1

import pytest
import uvloop

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client import pipeline
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Store
from store_servers import PROGRAMS, StoreServer, Watched, connected, store_server
from tcp_proxy import TcpProxy, proxy

COUNT = ("INCR", "test:count")
SOURCE = "return redis.call('INCR', KEYS[1] .. 'count')"
ADD = Script("add", SOURCE, sha1(SOURCE.encode(), usedforsecurity=False).hexdigest())
LARGE = bytes(3 << 20)
SHORT = 0.3
"""Seconds of a deadline that a test lets pass."""


@pytest.fixture(scope="module", params=PROGRAMS)
def server(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    with store_server(request.param) as running:
        yield running


@pytest.fixture
async def between(server: StoreServer) -> AsyncIterator[TcpProxy]:
    async with proxy(server.path) as running:
        yield running


@pytest.fixture
async def store(between: TcpProxy) -> AsyncIterator[Store]:
    store = await connected(url(between))
    await store.command("FLUSHALL")
    yield store
    await store.close()


def url(between: TcpProxy) -> str:
    return f"valkey://127.0.0.1:{between.port}"


async def test_a_call_whose_reply_is_lost_is_not_sent_again(store: Store, between: TcpProxy) -> None:
    watched = Watched(store)
    between.lose_reply(b"INCR")
    with pytest.raises(StoreGone, match=f"no answer from the store at {url(between)}/0: "):
        await store.command(*COUNT)
    await watched.found()
    assert await store.command("GET", "test:count") == b"1"


async def test_all_calls_of_a_cut_connection_fail_and_none_is_repeated(
    store: Store, between: TcpProxy
) -> None:
    watched = Watched(store)
    between.lose_reply(b"INCR")
    replies = await asyncio.gather(*(store.command(*COUNT) for _ in range(5)), return_exceptions=True)
    assert [type(reply) for reply in replies] == [StoreGone] * 5
    await watched.found()
    assert await store.command("GET", "test:count") == b"5"


async def test_calls_made_just_after_a_cut_are_carried_out_once(store: Store, between: TcpProxy) -> None:
    watched = Watched(store)
    between.cut()
    assert not (await watched.next()).is_connected
    assert await asyncio.gather(*(store.command(*COUNT) for _ in range(3))) == [1, 2, 3]
    assert store.is_connected


async def test_a_caller_that_gave_up_while_calls_were_held_counts_nothing(
    store: Store, between: TcpProxy
) -> None:
    watched = Watched(store)
    between.cut()
    await watched.next()
    given_up = asyncio.ensure_future(store.command(*COUNT))
    await asyncio.sleep(0)
    given_up.cancel()
    await watched.found()
    assert await store.command("GET", "test:count") is None


async def test_calls_fail_at_once_while_the_store_is_gone(
    store: Store, between: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "GRACE", 0.0)
    watched = Watched(store)
    await between.refuse()
    lost = await watched.next()
    assert not lost.is_connected
    assert lost.text.startswith(f"no store at {url(between)}/0: ")
    with pytest.raises(StoreGone, match="no store at"):
        await store.command(*COUNT)
    begun = asyncio.get_running_loop().time()
    for _ in range(100):
        with pytest.raises(StoreGone):
            await store.command(*COUNT)
    assert asyncio.get_running_loop().time() - begun < 1
    assert not store.condition.is_connected
    await between.listen()
    assert (await watched.found()).text == f"the store at {url(between)}/0 answers"
    assert await store.command(*COUNT) == 1


async def test_held_calls_fail_when_the_grace_is_over(
    store: Store, between: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "GRACE", 0.05)
    watched = Watched(store)
    await between.refuse()
    await watched.next()
    replies = await asyncio.gather(*(store.command(*COUNT) for _ in range(3)), return_exceptions=True)
    assert [type(reply) for reply in replies] == [StoreGone] * 3
    assert "Connection refused" in str(replies[0]) or "Connect call failed" in str(replies[0])
    await between.listen()
    await watched.found()
    assert await store.command("GET", "test:count") is None


async def test_a_posted_call_is_dropped_while_the_store_is_gone(
    store: Store, between: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "GRACE", 0.0)
    watched = Watched(store)
    await between.refuse()
    await watched.next()
    with pytest.raises(StoreGone):
        await store.command(*COUNT)
    store.post(ADD)
    await between.listen()
    await watched.found()
    assert await store.command(*COUNT) == 1


async def test_a_slow_store_is_waited_for_and_calls_share_the_trip(store: Store, between: TcpProxy) -> None:
    between.delay = 0.2
    begun = asyncio.get_running_loop().time()
    replies = await asyncio.gather(*(store.command(*COUNT) for _ in range(50)))
    assert replies == list(range(1, 51))
    assert 0.2 <= asyncio.get_running_loop().time() - begun < 2


async def test_a_store_that_hangs_fails_calls_at_the_deadline(server: StoreServer, between: TcpProxy) -> None:
    store = await connected(url(between), deadline=SHORT)
    watched = Watched(store)
    between.hold()
    with pytest.raises(StoreGone, match="no reply came within the deadline"):
        await store.command("SET", "test:hung", "x")
    assert not (await watched.next()).is_connected
    between.release()
    await watched.found()
    assert await store.command("PING") == b"PONG"
    await store.close()


async def test_a_frozen_server_is_noticed_and_found_again(server: StoreServer) -> None:
    store = await connected(server.url, deadline=SHORT)
    watched = Watched(store)
    server.freeze()
    with pytest.raises(StoreGone, match="no reply came within the deadline"):
        await store.command("PING")
    server.thaw()
    assert not (await watched.found()).is_restarted
    assert await store.command("PING") == b"PONG"
    await store.close()


@pytest.mark.slow(seconds=1)
@pytest.mark.parametrize(
    "new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
def test_replies_that_came_while_this_process_was_stopped_are_read(
    server: StoreServer, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def stop_for_a_moment() -> object:
        store = await connected(server.url, deadline=SHORT)
        await store.command("SET", "test:large", LARGE)
        call = asyncio.ensure_future(store.command("GET", "test:large"))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(threading.Event().wait, 2 * SHORT)
        reply = await call
        await store.close()
        return reply

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(stop_for_a_moment()) == LARGE


async def test_close_does_not_wait_longer_than_the_deadline(between: TcpProxy) -> None:
    store = await connected(url(between), deadline=SHORT)
    between.hold()
    call = asyncio.ensure_future(store.command("PING"))
    await asyncio.sleep(0)
    await store.close()
    with pytest.raises(StoreGone):
        await call


async def test_a_closed_store_refuses_calls(between: TcpProxy) -> None:
    store = await connected(url(between))
    await store.close()
    with pytest.raises(StoreGone, match="closed"):
        await store.command("PING")
    await store.close()


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_restarted_server_is_told_and_scripts_work_again(program: str) -> None:
    with store_server(program) as server:
        store = await connected(server.url)
        watched = Watched(store)
        assert [await store.run(ADD), await store.run(ADD)] == [1, 2]
        server.kill()
        assert not (await watched.next()).is_connected
        server.start()
        found = await watched.found()
        assert found.is_restarted
        assert await store.run(ADD) == 1
        await store.close()
