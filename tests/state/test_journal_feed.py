"""Entries of every replica are heard at each that listens: once, in order, and none is missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any

import pytest

import valkey_server
from oifde_simulator.journal import Journal
from oifde_simulator.journal.filter_parameters import parse
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.subscriptions.follower import Follower
from oifde_simulator.journal.subscriptions.waiter import Waiter
from oifde_simulator.model.entry import Entry
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.valkey.journal.feed import JournalFeed
from oifde_simulator.state.valkey.state import ValkeyState
from oifde_simulator.web.control_plane.services.subscriptions import SubscriptionService
from state_forms import Uptime, entry, read, replica

Replicas = tuple[ValkeyState, ValkeyState]
ACME, ANY = (parse(pairs, str) for pairs in ([("tenant", "acme")], []))
SECONDS = 20
"""Deadline of each wait; far beyond what any needs."""


@pytest.fixture
async def replicas() -> AsyncIterator[Replicas]:
    """Two replicas on one store."""
    prefix = valkey_server.prefix()
    made = tuple(replica(prefix, Bounds(), Uptime()) for _ in range(2))
    for each in made:
        await each.adopt()
    yield made[0], made[1]
    for each in made:
        await each.close()


async def record(state: ValkeyState, tenant: str = "acme") -> int:
    """Put an exchange on record."""
    return (await state.exchanges.record(await read(state, tenant), entry(tenant), begun=True)).number


async def judge(wanted: Filter, entries: Collection[Entry]) -> list[Entry]:
    """Judge entries at once."""
    return [each for each in entries if wanted.accepts(each)]


def service(state: ValkeyState) -> SubscriptionService:
    """Make the subscriptions of a replica."""
    return SubscriptionService(Journal(state, quiet=True), judge)  # type: ignore[arg-type]


async def until(wake: asyncio.Event, reached: Callable[[], bool]) -> None:
    """Wait until something is so; `wake` is set when it may be."""
    async with asyncio.timeout(SECONDS):
        while not reached():
            await wake.wait()
            wake.clear()


async def test_a_waiter_is_woken_by_a_request_at_another_replica(replicas: Replicas) -> None:
    asked, waiting = replicas
    wake = asyncio.Event()
    waiter = Waiter(ACME, 3, wake.set)
    await record(asked)
    async with service(waiting).waiting(waiter) as present:
        waiter.add_earlier(present)
        await record(asked, "other")
        numbers = [1, await record(asked), await record(waiting)]
        await until(wake, lambda: waiter.enough)
    assert waiter.numbers() == numbers


@pytest.mark.parametrize(
    "tenant", ["", "a\nb c", "* ?", "\ud800", "heard:acme", "\N{PILCROW SIGN}"], ids=ascii
)
async def test_a_tenant_of_any_name_is_heard_and_no_other(replicas: Replicas, tenant: str) -> None:
    asked, listening = replicas
    heard: list[Entry] = []
    listening.journal.listen(heard.append, lambda *_: None)
    news = News(listening)
    async with listening.journal.listening(tenant):
        await record(asked)
        await record(asked, tenant)
        await news.until(lambda: bool(heard))
    assert [(each.tenant, each.number) for each in heard] == [(tenant, 2)]


async def test_an_entry_that_comes_while_a_search_runs_counts_once(replicas: Replicas) -> None:
    asked, waiting = replicas
    wake = asyncio.Event()
    waiter = Waiter(ACME, 4, wake.set)
    async with service(waiting).waiting(waiter) as present:
        early = [await record(asked) for _ in range(2)]
        found = await waiting.journal.entries("acme", 0)  # also those of which messages are on the way
        waiter.add_earlier([*present, *found])
        late = [await record(asked) for _ in range(2)]
        await until(wake, lambda: waiter.enough)
    assert (waiter.numbers(), waiter.found) == ([*early, *late], 4)


async def test_entries_that_are_deleted_at_another_replica_count_no_more(replicas: Replicas) -> None:
    asked, waiting = replicas
    subscriptions, news = service(waiting), News(waiting)
    waiter = Waiter(ACME, 3, lambda: None)
    async with subscriptions.waiting(waiter) as present:
        waiter.add_earlier(present)
        first = [await record(asked) for _ in range(2)]
        await news.until(lambda: waiter.found == 2)
        await asked.journal.remove({first[0]})
        await news.until(lambda: waiter.found == 1)
        await asked.journal.clear("acme")
        await news.until(lambda: waiter.found == 0)
        await record(asked)
        await news.until(lambda: waiter.found == 1)


class News:
    """Says when a replica has heard something."""

    def __init__(self, state: ValkeyState) -> None:
        self._event = asyncio.Event()
        state.journal.listen(lambda _: self._event.set(), lambda *_: self._event.set())

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so, which may be after each of them."""
        await until(self._event, reached)


async def test_a_follower_reads_all_in_order_while_two_replicas_record(replicas: Replicas) -> None:
    following, other = replicas
    found: list[int] = []
    async with service(following).following(ANY, 0, 0) as follower:
        work = [asyncio.ensure_future(record(replicas[n % 2], f"t{n % 5}")) for n in range(300)]
        while len(found) < 300 and await follower.wait(SECONDS):
            found += [each.number for each in (await follower.read()).entries]
        await asyncio.gather(*work)
    assert found == list(range(1, 301))
    assert await other.journal.last() == 300


async def test_a_thousand_waiters_cost_one_subscription_and_the_last_ends_it(replicas: Replicas) -> None:
    asked, waiting = replicas
    subscriptions = service(waiting)
    store = asked._store

    async def channels() -> list[bytes]:
        return sorted(await store.command("PUBSUB", "CHANNELS", store.key("*")))

    news = News(waiting)
    waiters = [Waiter(ACME, 1, lambda: None) for _ in range(1000)]
    contexts = [subscriptions.waiting(each) for each in waiters]
    for waiter, present in zip(
        waiters, await asyncio.gather(*(each.__aenter__() for each in contexts)), strict=True
    ):
        waiter.add_earlier(present)
    assert await channels() == [store.key("forgotten").encode(), store.key("heard:acme").encode()]
    await record(asked)
    await news.until(lambda: all(each.enough for each in waiters))
    for each in contexts:
        await each.__aexit__(None, None, None)
    async with asyncio.timeout(SECONDS):
        while await channels():
            pass


async def test_an_entry_of_a_tenant_and_of_all_is_heard_once(replicas: Replicas) -> None:
    asked, listening = replicas
    heard: list[int] = []
    listening.journal.listen(lambda each: heard.append(each.number), lambda *_: None)
    news = News(listening)
    async with listening.journal.listening("acme"), listening.journal.listening(None):
        await record(asked)
        await record(asked, "other")
        await record(asked)
        await news.until(lambda: len(heard) == 3)
    assert heard == [1, 2, 3]


class BrokenLine:
    """A store of which only subscriptions are asked, whose messages a test sends or withholds."""

    def __init__(self) -> None:
        self.hear: dict[str, Callable[[bytes], None]] = {}
        self.gap: Callable[[], None] | None = None

    def key(self, name: str) -> str:
        return name

    async def subscribe(
        self, channel: str, hear: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], Awaitable[None]]:
        self.hear[channel], self.gap = hear, on_gap or self.gap

        async def end() -> None:
            del self.hear[channel]

        return end


class Past:
    """A journal whose entries a test puts there, and that may be gone."""

    def __init__(self) -> None:
        self.kept: list[Entry] = []
        self.gone = False

    async def last(self) -> int:
        if self.gone:
            raise StoreGone("no answer")
        return self.kept[-1].number if self.kept else 0

    async def entries(self, _tenant: str | None, after: int) -> list[Entry]:
        await asyncio.sleep(0)
        return [each for each in self.kept if each.number > after]


async def test_what_was_missed_while_the_line_was_broken_is_read_first() -> None:
    from oifde_simulator.state.entry_codec import encode

    line, past = BrokenLine(), Past()
    feed = JournalFeed(line, past)  # type: ignore[arg-type]
    heard: list[int] = []
    feed.add(lambda each: heard.append(each.number), lambda *_: None)

    def put(number: int, *, sent: bool) -> None:
        past.kept.append(entry("acme").numbered(number))
        if sent:
            line.hear["heard:acme"](b"%d %b" % (number, encode(entry("acme"))))

    put(1, sent=False)
    async with feed.listening("acme"):
        put(2, sent=True)
        put(3, sent=False)
        assert line.gap
        past.gone = True
        line.gap()
        await settled(feed)
        assert heard == [2]  # the store cannot be read yet
        past.gone = False
        put(4, sent=True)  # the next message shows that it can
        put(5, sent=True)
        await settled(feed)
        put(6, sent=True)
    assert heard == [2, 3, 4, 5, 6]


async def test_the_end_does_not_wait_for_a_reading_of_a_slow_store() -> None:
    class Slow(Past):
        reading = asyncio.Event()

        async def entries(self, _tenant: str | None, after: int) -> list[Entry]:
            self.reading.set()
            return await asyncio.get_running_loop().create_future()

    line, past = BrokenLine(), Slow()
    feed = JournalFeed(line, past)  # type: ignore[arg-type]
    async with feed.listening("acme"):
        assert line.gap
        line.gap()
        await past.reading.wait()
        async with asyncio.timeout(SECONDS):
            await feed.close()
    assert not line.hear


async def settled(feed: JournalFeed) -> None:
    """Wait until a feed has no work."""
    tasks: set[asyncio.Task[Any]] = feed._tasks
    if tasks:
        await asyncio.wait(tasks)


async def test_a_follower_of_a_store_that_began_anew_reads_from_its_beginning() -> None:
    class Anew(Past):
        async def truncated(self, _tenant: str | None, _since: Since) -> bool:
            return False

        async def entries(  # type: ignore[override]
            self, tenant: str | None, since: Since, most: int | None = None
        ) -> list[Entry]:
            return (await super().entries(tenant, since.number))[:most]

    past = Anew()
    past.kept = [entry().numbered(number) for number in (1, 2)]
    follower = Follower(past, ANY, 40, 40)
    batch = await follower.read()
    assert ([each.number for each in batch.entries], batch.truncated) == ([1, 2], True)
