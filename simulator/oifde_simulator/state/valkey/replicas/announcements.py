"""Announcements between replicas: a value for each topic in the store, told by a channel, acted on by all.

Rule: a replica that hears nothing finds the present values at its next heartbeat, so a lost message is late
and never lost. Values of a topic are acted on in the order of their numbers; the newest is enough.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from oifde_simulator.state.errors import NotCarriedOut, StoreGone
from oifde_simulator.state.interface.replicas import Act, Announcement
from oifde_simulator.state.valkey.replicas.messages import Message
from oifde_simulator.state.valkey.replicas.replicas import LAPSE_MS, StoreTime, server_time
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Store

log = logging.getLogger("oifde_simulator")

ANNOUNCE = script("common", "replicas/announce")
ANNOUNCED = script("common", "replicas/announced")
DONE = script("common", "replicas/done")
UNDONE = script("common", "replicas/undone")
PATIENCE = 15.0
"""Seconds that replicas have to act: more than one that fell silent is waited for."""
CHECK_SECONDS = 0.5
"""Seconds after which it is looked again who has not acted, should a message be lost."""
LONGEST_ERROR = 300
"""Characters of an error that are told to other replicas."""


class ValkeyAnnouncements:
    """What all replicas are to do at once, for one of them."""

    def __init__(self, store: Store, replica: str, time: StoreTime = server_time) -> None:
        """Announce as `replica`; `time` tells the store's time."""
        self._store = store
        self._replica = replica
        self._time = time
        self._acts: dict[str, list[Act]] = defaultdict(list)
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._acted: dict[str, int] = {}
        self._complete = 0
        """Number up to which no announcement was missed."""
        self._failures: dict[str, tuple[int, Exception]] = {}
        self._unsaid: dict[str, tuple[int, str]] = {}
        self._news: dict[str, Message] = {}
        self._wake = asyncio.Event()
        self._waiting: set[asyncio.Event] = set()
        self._ends: list[Callable[[], Awaitable[None]]] = []
        self._worker: asyncio.Task[None] | None = None

    def hear(self, topic: str, act: Act) -> None:
        """Call `act` with each value of a topic from now on."""
        self._acts[topic].append(act)

    async def start(self) -> None:
        """Hear what other replicas announce. Raises StoreGone."""
        self._ends.append(await self._store.subscribe(self._store.key("announcements"), self._note_news))
        self._ends.append(await self._store.subscribe(self._store.key("done"), self._note_done))
        self._worker = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Hear no more."""
        if self._worker is not None:
            self._worker.cancel()
        while self._ends:
            with suppress(StoreGone):
                await self._ends.pop()()

    async def announce(self, topic: str, value: Any) -> None:
        """Replace the value of a topic, and wait until every replica has acted on it.

        Raises what this process's own `act` raises, NotCarriedOut for another replica's, and StoreGone.
        """
        number = int(await self._store.run(ANNOUNCE, self._time(), topic, json.dumps(value)))
        await self._act(Message(number, 0, topic, value), 0.0)
        failed, error = self._failures.get(topic, (0, None))
        if failed == number and error is not None:
            raise error
        await self._wait_for_others(topic, number)

    async def catch_up(self, announced: int, *, is_new: bool = False) -> None:
        """Act on what was announced unheard, up to number `announced`. Raises StoreGone.

        A store that `is_new` knows of no earlier value: topics that it does not have are as at the start.
        """
        if is_new:
            self._acted.clear()  # its numbers have nothing to do with those of before
            self._complete = 0
        await self._say_again()
        if not is_new and announced <= self._complete:
            return
        now, messages = await self._store.run(ANNOUNCED, self._time())
        present = [Message.read(each) for each in messages]
        for message in present:
            await self._act(message, max(0, int(now) - message.at) / 1000)
        if is_new:
            for topic in self._acts.keys() - {each.topic for each in present}:
                await self._restore(topic)
        self._complete = max(self._complete, announced)

    def _note_news(self, octets: bytes) -> None:
        message = Message.read(octets)
        if message.number == self._complete + 1:
            self._complete = message.number
        before = self._news.get(message.topic)
        if before is None or before.number < message.number:
            self._news[message.topic] = message
        self._wake.set()

    def _note_done(self, _: bytes) -> None:
        for waiting in self._waiting:
            waiting.set()

    async def _work(self) -> None:
        """Act on what is heard."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._news:
                try:
                    await self._act(self._news.popitem()[1], 0.0)
                except Exception:
                    log.exception("a defect of the simulator: an announcement; the next one is heard")

    async def _act(self, message: Message, age: float) -> None:
        """Act on a message that is news, and say so."""
        number, _, topic, value = message
        async with self._locks[topic]:
            if number <= self._acted.get(topic, 0):
                return
            error = await self._perform(topic, Announcement(value, age, number))
            self._acted[topic] = number
            if error is not None:
                self._failures[topic] = (number, error)
            self._unsaid[topic] = (number, "" if error is None else str(error)[:LONGEST_ERROR])
        with suppress(StoreGone):  # it is said again at a heartbeat
            await self._say(topic)

    async def _perform(self, topic: str, announced: Announcement) -> Exception | None:
        try:
            for act in self._acts[topic]:
                await act(announced)
        except Exception as error:  # noqa: BLE001  the one who announced it is told
            log.warning("%s: this replica could not do what was announced: %s", topic, error)
            return error
        return None

    async def _restore(self, topic: str) -> None:
        async with self._locks[topic]:
            await self._perform(topic, Announcement(None))

    async def _say(self, topic: str) -> None:
        if topic not in self._unsaid:  # it was said meanwhile
            return
        number, error = self._unsaid[topic]
        await self._store.run(DONE, self._time(), self._replica, topic, number, error)
        if self._unsaid.get(topic) == (number, error):
            del self._unsaid[topic]

    async def _say_again(self) -> None:
        for topic in list(self._unsaid):
            await self._say(topic)

    async def _wait_for_others(self, topic: str, number: int) -> None:
        """Wait until every live replica has acted up to a number. Raises NotCarriedOut and StoreGone."""
        done, deadline = asyncio.Event(), asyncio.get_running_loop().time() + PATIENCE
        self._waiting.add(done)
        try:
            while True:
                done.clear()
                undone, wrong = await self._store.run(UNDONE, self._time(), topic, number, LAPSE_MS)
                others = [each.decode() for each in undone if each.decode() != self._replica]
                if not others:
                    return _check(wrong)
                if asyncio.get_running_loop().time() > deadline:
                    raise NotCarriedOut(
                        f"replica {others[0]} lives and has not done it in {PATIENCE:g} s; its log says why"
                    )
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK_SECONDS):
                        await done.wait()
        finally:
            self._waiting.discard(done)


def _check(wrong: list[bytes]) -> None:
    """Raise NotCarriedOut for the first of the replicas that could not."""
    if wrong:
        replica, _, why = wrong[0].decode(errors="replace").partition(" ")
        raise NotCarriedOut(f"replica {replica}: {why}")
