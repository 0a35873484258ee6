"""The end of an exchange is told with its entry, to those who listen to ends and to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from test_entries import record
from test_journal_feed import SECONDS, BrokenLine, Past, Replicas, replicas, settled, until

from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.state.entry_codec import encode
from oifde_simulator.state.interface import State
from oifde_simulator.state.valkey.journal.feed import JournalFeed
from state_forms import entry

__all__ = ["replicas"]
LEFT, DONE = Outcome("client left", 7, 0.5), Outcome("complete", 9, 0.25)


class Heard:
    """Ends that a state has told of."""

    def __init__(self, state: State) -> None:
        self.ends: list[tuple[str, int, Outcome]] = []
        self._event = asyncio.Event()
        state.journal.listen_to_ends(self._hear, lambda: None)

    def _hear(self, entry: Entry) -> None:
        self.ends.append((entry.tenant, entry.number, entry.outcome))
        self._event.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so, which may be after each of them."""
        await until(self._event, reached)


async def test_the_end_of_an_entry_is_told_and_of_one_that_is_gone_is_not(state: State) -> None:
    heard = Heard(state)
    before, first, gone, second = [await record(state) for _ in range(4)]
    state.exchanges.finish("acme", before, DONE)
    await asyncio.sleep(0)
    async with state.journal.listening("acme", ends=True):
        await state.journal.remove([gone])
        state.exchanges.finish("", 0, DONE)
        state.exchanges.finish("acme", gone, DONE)
        state.exchanges.finish("acme", first, LEFT)
        await asyncio.sleep(0)
        state.exchanges.finish("acme", 99, DONE)
        state.exchanges.finish("acme", second, DONE)
        await heard.until(lambda: len(heard.ends) == 2)
    assert heard.ends == [("acme", first, LEFT), ("acme", second, DONE)]


async def test_who_listens_to_entries_alone_hears_of_no_end(state: State) -> None:
    heard = Heard(state)
    async with state.journal.listening("acme"):
        state.exchanges.finish("acme", await record(state), DONE)
        await asyncio.sleep(0)
    last = await record(state)
    async with state.journal.listening("acme", ends=True):
        state.exchanges.finish("acme", last, LEFT)
        await heard.until(lambda: bool(heard.ends))
    state.exchanges.finish("acme", await record(state), DONE)
    await asyncio.sleep(0)
    await state.journal.last()
    assert heard.ends == [("acme", last, LEFT)]


@pytest.mark.parametrize("tenant", ["", "a\nb c", "\ud800", "ended:acme"], ids=ascii)
async def test_an_end_is_told_at_other_replicas(replicas: Replicas, tenant: str) -> None:
    asked, listening = replicas
    heard, every = Heard(listening), Heard(asked)
    async with listening.journal.listening(tenant, ends=True), asked.journal.listening(None, ends=True):
        numbers = [await record(asked, each) for each in (tenant, "other", tenant)]
        for each, number in zip((tenant, "other", tenant), numbers, strict=True):
            asked.exchanges.finish(each, number, LEFT)
        await heard.until(lambda: len(heard.ends) == 2)
        await every.until(lambda: len(every.ends) == 3)
    assert heard.ends == [(tenant, numbers[0], LEFT), (tenant, numbers[2], LEFT)]
    assert sorted(every.ends) == sorted([*heard.ends, ("other", numbers[1], LEFT)])


async def test_channels_are_as_many_as_topics(replicas: Replicas) -> None:
    asked, listening = replicas
    store = asked._store

    async def channels() -> list[bytes]:
        return sorted(await store.command("PUBSUB", "CHANNELS", store.key("*")))

    async with listening.journal.listening("acme", ends=True):
        async with listening.journal.listening("acme", ends=True):
            pass
        names = [store.key(name).encode() for name in ("ended:acme", "forgotten", "heard:acme")]
        assert await channels() == names
    async with asyncio.timeout(SECONDS):
        while await channels():
            pass


class Order(BrokenLine):
    """Notes the beginnings and ends of subscriptions."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    async def subscribe(self, channel: str, *hearers: Any) -> Callable[[], Awaitable[None]]:
        self.noted.append(f"+{channel}")
        end = await super().subscribe(channel, *hearers)

        async def noting() -> None:
            self.noted.append(f"-{channel}")
            await end()

        return noting


async def test_who_listens_to_ends_is_seen_by_the_channel_that_a_finish_asks_for() -> None:
    line = Order()
    feed = JournalFeed(line, Past())  # type: ignore[arg-type]
    async with feed.listening("acme", ends=True):
        pass
    await settled(feed)
    assert (line.noted[0], line.noted[-1]) == ("+forgotten", "-forgotten")
    assert set(line.noted[1:-1]) == {"+heard:acme", "+ended:acme", "-heard:acme", "-ended:acme"}


async def test_ends_that_were_missed_are_looked_for_when_the_line_is_whole_again() -> None:
    line, past = BrokenLine(), Past()
    feed = JournalFeed(line, past)  # type: ignore[arg-type]
    found: list[str] = []
    feed.add_end_hearer(
        lambda each: found.append(f"{each.number} {each.outcome.how}"), lambda: found.append("again")
    )

    def end(number: int) -> None:
        line.hear["ended:acme"](b'%d ["reset",7,0.5,""]\n%b' % (number, encode(entry("acme"))))

    past.kept = [entry("acme").numbered(number) for number in (1, 2, 3)]
    async with feed.listening("acme", ends=True):
        end(1)
        past.gone = True
        assert line.gap
        line.gap()
        await settled(feed)
        assert found == ["1 reset"]  # the store cannot be read yet
        past.gone = False
        end(2)  # the next message shows that it can
        await settled(feed)
        end(3)
    assert found == ["1 reset", "again", "3 reset"]
