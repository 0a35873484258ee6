"""What other replicas put on record, told here while somebody listens.

Rule: without listeners there is no subscription. Each entry is told once, in order; after a subscription was
lost, what was missed is read from the journal before anything newer is told.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from heapq import merge
from typing import Any, Protocol

from oifde_simulator.model.entry import Entry
from oifde_simulator.state.entry_codec import decode
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.interface.journal import ForgetEntries, HearEntry
from oifde_simulator.state.valkey.store import Store

log = logging.getLogger("oifde_simulator")

Unsubscribe = Callable[[], Awaitable[None]]


class Readable(Protocol):
    """The part of the journal that a feed needs."""

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        ...

    async def entries(self, tenant: str | None, after: int) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest first."""
        ...


class JournalFeed:
    """Subscriptions of this replica: one for each tenant that is listened to, however many listen."""

    def __init__(self, store: Store, journal: Readable) -> None:
        self._store = store
        self._journal = journal
        self._hearers: list[tuple[HearEntry, ForgetEntries]] = []
        self._listeners: Counter[str | None] = Counter()
        self._subscriptions: dict[str | None, Unsubscribe] = {}
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

    @asynccontextmanager
    async def listening(self, tenant: str | None) -> AsyncIterator[None]:
        """Hear of the entries of a tenant, or of all for None. Raises StoreGone."""
        self._listeners[tenant] += 1
        try:
            async with self._changing:
                await self._subscribe(tenant)
            yield
        finally:
            self._listeners[tenant] -= 1
            if not self._listeners[tenant]:
                del self._listeners[tenant]
                self._start(self._unsubscribe())

    async def close(self) -> None:
        """End all subscriptions, and what is being read for them."""
        self._listeners.clear()
        await self._unsubscribe()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _subscribe(self, tenant: str | None) -> None:
        if self._forgotten is None:
            self._forgotten = await self._store.subscribe(self._store.key("forgotten"), self._hear_forgotten)
            self._heard, self._behind = await self._journal.last(), False
        if tenant not in self._subscriptions:
            self._subscriptions[tenant] = await self._store.subscribe(
                self._channel(tenant), self._hear, self._tell_gap
            )

    async def _unsubscribe(self) -> None:
        """End the subscriptions that nobody needs any more."""
        async with self._changing:
            for tenant in [each for each in self._subscriptions if each not in self._listeners]:
                await self._subscriptions.pop(tenant)()
            if self._forgotten is not None and not self._subscriptions:
                end, self._forgotten = self._forgotten, None
                await end()

    def _channel(self, tenant: str | None) -> str:
        return self._store.key("heard" if tenant is None else f"heard:{tenant}")

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
        except StoreGone as gone:
            log.warning("the journal is read when the store is back: %s", gone)
        finally:
            self._reading = False

    async def _read_up(self) -> None:
        """Tell the entries up to the newest, which were not told yet."""
        last = await self._journal.last()
        after = self._heard if last >= self._heard else 0  # the store may have begun anew
        tenants = [None] if None in self._subscriptions else list(self._subscriptions)
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
