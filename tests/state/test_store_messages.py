"""Messages of channels: heard from the subscription on, again after a gap, and never by mistake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.store import Store
from store_servers import PROGRAMS, StoreServer, connected, store_server
from tcp_proxy import TcpProxy, proxy


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
    store = await connected(f"valkey://127.0.0.1:{between.port}")
    yield store
    await store.close()


class Heard:
    """Messages and gaps, in the order in which they came."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[bytes | None] = asyncio.Queue()

    def message(self, message: bytes) -> None:
        self.events.put_nowait(message)

    def gap(self) -> None:
        self.events.put_nowait(None)

    async def next(self) -> bytes | None:
        """Wait for the next message; None is a gap."""
        async with asyncio.timeout(20):
            return await self.events.get()


async def test_messages_are_heard_from_the_return_on(store: Store) -> None:
    heard = Heard()
    await store.subscribe("test:news", heard.message)
    for message in (b"one", b"\x00\r\n\xff"):
        await store.command("PUBLISH", "test:news", message)
    assert [await heard.next(), await heard.next()] == [b"one", b"\x00\r\n\xff"]


async def test_only_the_channel_asked_for_is_heard(store: Store) -> None:
    heard, other = Heard(), Heard()
    await store.subscribe("test:news", heard.message)
    await store.subscribe("test:other", other.message)
    await store.command("PUBLISH", "test:other", b"other")
    await store.command("PUBLISH", "test:news", b"news")
    assert (await heard.next(), await other.next()) == (b"news", b"other")
    assert heard.events.empty()


async def test_each_listener_of_a_channel_hears_until_it_ends(store: Store) -> None:
    first, second = Heard(), Heard()
    end = await store.subscribe("test:news", first.message)
    await store.subscribe("test:news", second.message)
    await store.command("PUBLISH", "test:news", b"both")
    assert [await first.next(), await second.next()] == [b"both", b"both"]
    await end()
    await end()
    await store.command("PUBLISH", "test:news", b"one")
    assert await second.next() == b"one"
    assert first.events.empty()


async def test_the_same_listener_twice_hears_twice_and_each_ends_on_its_own(store: Store) -> None:
    heard = Heard()
    end = await store.subscribe("test:news", heard.message)
    await store.subscribe("test:news", heard.message)
    await store.command("PUBLISH", "test:news", b"two")
    assert [await heard.next(), await heard.next()] == [b"two", b"two"]
    await end()
    await end()
    await store.command("PUBLISH", "test:news", b"one")
    await store.command("PUBLISH", "test:news", b"last")
    assert [await heard.next(), await heard.next()] == [b"one", b"last"]


async def test_nobody_listens_any_more_when_the_last_listener_has_ended(store: Store) -> None:
    heard = Heard()
    await (await store.subscribe("test:news", heard.message))()
    await store.subscribe("test:other", heard.message)
    assert await store.command("PUBLISH", "test:news", b"unheard") == 0
    await store.subscribe("test:news", heard.message)
    assert await store.command("PUBLISH", "test:news", b"heard") == 1
    assert await heard.next() == b"heard"


async def test_after_a_cut_channels_are_heard_again_and_the_gap_is_told(
    store: Store, between: TcpProxy
) -> None:
    heard = Heard()
    await store.subscribe("test:news", heard.message, heard.gap)
    await store.command("PUBLISH", "test:news", b"before")
    assert await heard.next() == b"before"
    between.cut()
    assert await heard.next() is None
    await store.command("PUBLISH", "test:news", b"after")
    assert await heard.next() == b"after"


async def test_a_first_subscription_is_no_gap(store: Store) -> None:
    heard = Heard()
    await store.subscribe("test:news", heard.message, heard.gap)
    await store.command("PUBLISH", "test:news", b"first")
    assert await heard.next() == b"first"


@pytest.mark.slow(seconds=1)
async def test_a_dead_connection_is_noticed_without_traffic(between: TcpProxy) -> None:
    store = await connected(f"valkey://127.0.0.1:{between.port}", deadline=0.2)
    heard = Heard()
    await store.subscribe("test:news", heard.message, heard.gap)
    between.hold()
    await between.next_connection()
    between.release()
    assert await heard.next() is None
    await store.close()


async def test_a_listener_that_fails_disturbs_no_other(store: Store) -> None:
    reports: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reports.append(context))
    heard = Heard()
    await store.subscribe("test:news", lambda message: [][0])
    await store.subscribe("test:news", heard.message)
    await store.command("PUBLISH", "test:news", b"one")
    assert await heard.next() == b"one"
    assert [str(report["exception"]) for report in reports] == ["list index out of range"]


async def test_a_subscription_is_refused_while_the_store_is_gone(store: Store, between: TcpProxy) -> None:
    heard = Heard()
    await between.refuse()
    with pytest.raises(StoreGone, match="no store at valkey://"):
        await store.subscribe("test:news", heard.message)
    await between.listen()
    await store.subscribe("test:news", heard.message)
    await store.command("PUBLISH", "test:news", b"now")
    assert await heard.next() == b"now"


async def test_a_subscription_that_gets_no_answer_is_given_up(between: TcpProxy) -> None:
    store = await connected(f"valkey://127.0.0.1:{between.port}", deadline=0.2)
    heard = Heard()
    await store.subscribe("test:other", heard.message)
    between.hold()
    with pytest.raises(StoreGone, match="no reply came within the deadline"):
        await store.subscribe("test:news", heard.message)
    between.release()
    await store.close()
