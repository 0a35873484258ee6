"""What other replicas put on record, told here while somebody listens.

Rule: without listeners there is no subscription. Each entry is told once, in order; after a subscription was
lost, what was missed is read from the journal before anything newer is told. The end of an exchange is told
after its entry, perhaps twice; where ends were missed, listeners are told to look again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from heapq import merge
from typing import Any, NamedTuple, Protocol

from oifde_simulator.model.entry import Entry
from oifde_simulator.state.entry_codec import decode
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.interface.journal import ForgetEntries, HearEntry, LookAgain
from oifde_simulator.state.valkey.journal.stored_entry import stored_entry
from oifde_simulator.state.valkey.store import Store

log = logging.getLogger("oifde_simulator")

Unsubscribe = Callable[[], Awaitable[None]]


class Topic(NamedTuple):
    """What is listened to."""

    kind: str
    """`heard` for entries, `ended` for ends of exchanges: the name of their channel."""
    tenant: str | None
    """None for all tenants."""


class Readable(Protocol):
    """The part of the journal that a feed needs."""

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        ...

    async def entries(self, tenant: str | None, after: int) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest first."""
        ...


class JournalFeed:
    """Subscriptions of this replica: one for each topic that is listened to, however many listen."""

    def __init__(self, store: Store, journal: Readable) -> None:
        self._store = store
        self._journal = journal
        self._hearers: list[tuple[HearEntry, ForgetEntries]] = []
        self._end_hearers: list[tuple[HearEntry, LookAgain]] = []
        self._listeners: Counter[Topic] = Counter()
        self._subscriptions: dict[Topic, Unsubscribe] = {}
        self._forgotten: Unsubscribe | None = None
        self._changing = asyncio.Lock()
        self._heard = 0
        """Number of the last entry that was told, or that was there before anybody listened."""
        self._behind = False
        """Whether messages may have been missed, so that the journal is to be read."""
        self._more = False
        """Whether messages have come since that reading began."""
        self._reading = False
        self._tasks: set[asyncio.Task[Any]] = set()

    def add(self, hear: HearEntry, forget: ForgetEntries) -> None:
        """Call `hear` with each entry from now on, and `forget` with what is deleted."""
        self._hearers.append((hear, forget))

    def add_end_hearer(self, hear: HearEntry, look_again: LookAgain) -> None:
        """Call `hear` with each entry that gets its outcome, and `look_again` where some were missed."""
        self._end_hearers.append((hear, look_again))

    @asynccontextmanager
    async def listening(self, tenant: str | None, *, ends: bool = False) -> AsyncIterator[None]:
        """Hear of the entries of a tenant, or of all for None, and of their `ends`. Raises StoreGone."""
        topics = [Topic("heard", tenant), Topic("ended", tenant)][: 1 + ends]
        self._listeners.update(topics)
        try:
            async with self._changing:
                for topic in topics:
                    await self._subscribe(topic)
            yield
        finally:
            self._listeners.subtract(topics)
            gone = [topic for topic in topics if not self._listeners[topic]]
            for topic in gone:
                del self._listeners[topic]
            if gone:
                self._start(self._unsubscribe())

    async def close(self) -> None:
        """End all subscriptions, and what is being read for them."""
        self._listeners.clear()
        await self._unsubscribe()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _subscribe(self, topic: Topic) -> None:
        """Subscribe to `forgotten`, by which finish.lua sees that somebody listens, and then to a topic."""
        if self._forgotten is None:
            self._forgotten = await self._store.subscribe(self._store.key("forgotten"), self._hear_forgotten)
            self._heard, self._behind = await self._journal.last(), False
        if topic not in self._subscriptions:
            hear = self._hear if topic.kind == "heard" else self._hear_end
            self._subscriptions[topic] = await self._store.subscribe(
                self._channel(topic), hear, self._tell_gap
            )

    async def _unsubscribe(self) -> None:
        """End the subscriptions that nobody needs any more."""
        async with self._changing:
            for topic in [each for each in self._subscriptions if each not in self._listeners]:
                await self._subscriptions.pop(topic)()
            if self._forgotten is not None and not self._subscriptions:
                end, self._forgotten = self._forgotten, None
                await end()

    def _channel(self, topic: Topic) -> str:
        kind, tenant = topic
        return self._store.key(kind if tenant is None else f"{kind}:{tenant}")

    def _hear(self, message: bytes) -> None:
        number, _, octets = message.partition(b" ")
        if self._behind:
            self._more = True
            self._catch_up()
        elif int(number) > self._heard:
            self._tell(decode(octets).numbered(int(number)))

    def _tell(self, entry: Entry) -> None:
        self._heard = entry.number
        for hear, _ in self._hearers:
            hear(entry)

    def _hear_end(self, message: bytes) -> None:
        if self._behind:
            self._more = True
            self._catch_up()
            return
        number, _, rest = message.partition(b" ")
        outcome, _, octets = rest.partition(b"\n")
        entry = stored_entry(int(number), octets, outcome)
        for hear, _ in self._end_hearers:
            hear(entry)

    def _hear_forgotten(self, message: bytes) -> None:
        last, _, what = message.partition(b" ")
        tenant, numbers = json.loads(what)
        for _, forget in self._hearers:
            forget(tenant, None if numbers is None else frozenset(numbers), int(last))

    def _tell_gap(self) -> None:
        self._behind = self._more = True
        self._catch_up()

    def _catch_up(self) -> None:
        """Begin to read what was missed, unless that is being done."""
        if not self._reading:
            self._reading = True
            self._start(self._read_missed())

    async def _read_missed(self) -> None:
        """Tell what was missed, until no message has come meanwhile; where the store is gone, later."""
        try:
            while self._more:
                self._more = False
                await self._read_up()
            self._behind = False
            for _, look_again in self._end_hearers:
                look_again()
        except StoreGone as gone:
            log.warning("the journal is read when the store is back: %s", gone)
        finally:
            self._reading = False

    async def _read_up(self) -> None:
        """Tell the entries up to the newest, which were not told yet."""
        last = await self._journal.last()
        after = self._heard if last >= self._heard else 0  # the store may have begun anew
        heard = [topic.tenant for topic in self._subscriptions if topic.kind == "heard"]
        tenants = [None] if None in heard else heard
        found = await asyncio.gather(*(self._journal.entries(each, after) for each in tenants))
        self._heard = after
        for entry in merge(*found, key=lambda entry: entry.number):
            if entry.number <= last:
                self._tell(entry)
        self._heard = last

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
