"""What one replica announces is done at all, also where a message of it was lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

import valkey_server
from oifde_simulator.state.errors import CommandRefused, StoreGone
from oifde_simulator.state.interface.replicas import Announcement
from oifde_simulator.state.valkey.replicas.announcements import DONE, ValkeyAnnouncements
from oifde_simulator.state.valkey.replicas.replicas import Replicas
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument
from valkey_stores import LazyStore


class FaultyStore(LazyStore):
    """A store that loses messages, and answers some calls otherwise, while a test says so."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self.loses_messages = False
        self.before_done: Callable[[str], Awaitable[None]] | None = None
        """Called with the topic before a replica says that it has acted."""

    async def run(self, script: Script, *arguments: Argument) -> Any:
        if script is DONE and self.before_done:
            await self.before_done(str(arguments[2]))
        return await super().run(script, *arguments)

    async def subscribe(
        self, channel: str, hear: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], Awaitable[None]]:
        def hear_unless_lost(message: bytes) -> None:
            if not self.loses_messages:
                hear(message)

        return await super().subscribe(channel, hear_unless_lost, on_gap)


class Member:
    """A replica that keeps what it was told."""

    def __init__(self, prefix: str, name: str) -> None:
        self.store = FaultyStore(prefix)
        self.announcements = ValkeyAnnouncements(self.store, name)
        self.replicas = Replicas(self.store, name)
        self.done: dict[str, Any] = {}
        self.news = asyncio.Event()
        for topic in ("listener", "delay"):
            self.announcements.hear(topic, self._keep(topic))

    def _keep(self, topic: str) -> Callable[[Announcement], Awaitable[None]]:
        async def keep(announced: Announcement) -> None:
            self.done[topic] = announced.value
            self.news.set()

        return keep

    async def beat(self) -> None:
        """Do what a heartbeat does about announcements."""
        await self.announcements.catch_up((await self.replicas.beat("")).announced)

    async def until(self, topic: str, value: Any) -> None:
        """Wait until a value was acted on."""
        async with asyncio.timeout(20):
            while self.done.get(topic) != value:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def members() -> AsyncIterator[tuple[Member, Member]]:
    """Two replicas of one store, of which only the first is waited for."""
    prefix = valkey_server.prefix()
    made = Member(prefix, "one"), Member(prefix, "other")
    for each in made:
        await each.announcements.start()
    await made[0].beat()
    yield made
    for each in made:
        each.store.before_done = None
        await each.announcements.close()
        await each.store.close()


async def test_a_lost_message_is_found_at_the_heartbeat_whatever_was_heard_after_it(
    members: tuple[Member, Member],
) -> None:
    one, other = members
    await one.announcements.announce("delay", 1)
    await other.until("delay", 1)
    other.store.loses_messages = True
    await one.announcements.announce("listener", "closed")
    other.store.loses_messages = False
    await one.announcements.announce("delay", 2)
    await other.until("delay", 2)
    assert "listener" not in other.done
    await other.beat()
    assert other.done == {"delay": 2, "listener": "closed"}


async def test_a_replica_that_heard_all_asks_for_no_values(members: tuple[Member, Member]) -> None:
    one, other = members
    await other.beat()
    for value in range(3):
        await one.announcements.announce("delay", value)
        await other.until("delay", value)
    await other.beat()  # numbers begin at a time, so that the first is not known to be the next
    await one.announcements.announce("delay", 3)
    await other.until("delay", 3)
    await other.store.command("DEL", other.store.key("announcements"))
    other.done.clear()
    await other.beat()
    assert other.done == {}


async def test_nobody_waits_for_a_replica_that_another_has_reported_dead(
    members: tuple[Member, Member],
) -> None:
    one, dead = members
    await dead.beat()
    await dead.announcements.close()  # it leaves no word
    announcing = asyncio.ensure_future(one.announcements.announce("delay", 1))
    await one.until("delay", 1)
    assert not announcing.done()
    await one.replicas.forget("other")
    await announcing
    assert list((await one.replicas.beat("")).living) == ["one"]


async def test_what_was_said_meanwhile_is_not_said_again(members: tuple[Member, Member]) -> None:
    one, _ = members
    saying, go_on = asyncio.Event(), asyncio.Event()

    async def refuse(_: str) -> None:
        raise StoreGone("no answer")

    async def hold(topic: str) -> None:
        if topic == "listener":
            saying.set()
            await go_on.wait()

    one.store.before_done = refuse
    for topic in ("listener", "delay"):
        announcing = asyncio.ensure_future(one.announcements.announce(topic, 1))
        await one.until(topic, 1)
        announcing.cancel()
        await asyncio.wait([announcing])
    one.store.before_done = hold
    beating = asyncio.ensure_future(one.beat())
    await saying.wait()
    await one.announcements.announce("delay", 2)
    go_on.set()
    await beating


async def test_a_defect_while_acting_does_not_end_the_hearing(
    members: tuple[Member, Member], caplog: pytest.LogCaptureFixture
) -> None:
    one, other = members

    async def refuse(_: str) -> None:
        other.store.before_done = None
        raise CommandRefused("a defect")

    other.store.before_done = refuse
    await one.announcements.announce("delay", 1)
    await other.until("delay", 1)
    await one.announcements.announce("delay", 2)
    await other.until("delay", 2)
    assert [each.levelno for each in caplog.records] == [logging.ERROR]
