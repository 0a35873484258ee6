"""Subscriptions to the journal: requests that wait for entries, and clients that follow it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from oifde_simulator.journal import Journal
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.subscriptions.follower import Follower, Judge
from oifde_simulator.model.entry import Entry

if TYPE_CHECKING:
    from oifde_simulator.journal.subscriptions.waiter import Waiter


class SubscriptionService:
    """Subscriptions to the journal of one server."""

    def __init__(self, journal: Journal, judge: Judge) -> None:
        """`judge` chooses the entries that a filter accepts."""
        self._journal = journal
        self._judge = judge

    @property
    def waiters(self) -> int:
        """Number of requests that wait for entries."""
        return len(self._journal.waiters)

    @asynccontextmanager
    async def waiting(self, waiter: Waiter) -> AsyncIterator[list[Entry]]:
        """Tell a waiter of each entry that comes, and list those of its range that are there already.

        An entry may be told of and listed too. Raises CapacityExceeded where too many different filters wait.
        """
        self._journal.waiters.add(waiter)
        try:
            async with self._journal.listening(waiter.filter.tenant, ends=waiter.filter.needs_end):
                waiter.begin_search(await self._journal.last())
                yield await self._journal.entries(waiter.filter.tenant, waiter.filter.since)
        finally:
            self._journal.waiters.remove(waiter)

    async def unjudged(self, waiter: Waiter) -> list[Entry]:
        """List the entries that a waiter has yet to judge, and begin its search of them."""
        tenant, last = waiter.filter.tenant, await self._journal.last()
        since = Since(max(waiter.judged, waiter.filter.since.number))
        ended = waiter.to_judge()
        waiter.begin_search(last)
        again = await self._journal.some(tenant, ended) if ended else []
        return again + await self._journal.entries(tenant, since)

    @property
    def followers(self) -> int:
        """Number of clients that follow the journal."""
        return len(self._journal.followers)

    @asynccontextmanager
    async def following(self, wanted: Filter, after: int, last: int) -> AsyncIterator[Follower]:
        """Follow the entries after number `after`; `last` is that of the newest."""
        follower = Follower(self._journal, wanted, after, last, self._judge)
        self._journal.followers.add(follower)
        try:
            async with self._journal.listening(wanted.tenant):
                yield follower
        finally:
            self._journal.followers.remove(follower)

    def shutdown(self) -> None:
        """End every wait and every stream."""
        self._journal.waiters.shutdown()
        self._journal.followers.shutdown()
