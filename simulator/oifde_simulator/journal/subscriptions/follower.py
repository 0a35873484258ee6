"""A stream that follows the journal at its own speed.

Rule: nothing is queued for a follower. It is told that there is more and reads from the journal, within the
bounds of the journal; it is told if entries were lost before it read them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import complete, selected

BATCH = 1000
"""Entries that one read looks at, so that other tasks have their turn."""


class Batch(NamedTuple):
    """Entries of one read."""

    truncated: bool
    """True if entries were lost before they could be read."""
    entries: list[Entry]


class Readable(Protocol):
    """The part of the journal that a follower needs."""

    async def last(self) -> int:
        """Number of the newest entry; 0 if there was none."""
        ...

    async def entries(self, tenant: str | None, since: Since, most: int | None = None) -> list[Entry]:
        """List the entries of a tenant after a number, the oldest `most`."""
        ...

    async def truncated(self, tenant: str | None, since: Since) -> bool:
        """Check that entries of that range were lost."""
        ...


Judge = Callable[[Filter, Sequence[Entry]], Awaitable[list[Entry]]]
"""Chooses the entries that a filter accepts."""


async def judge_at_once(wanted: Filter, entries: Sequence[Entry]) -> list[Entry]:
    """Choose the entries that a filter accepts, without a turn for others."""
    return complete(selected(entries, wanted.accepts))


class Follower:
    """A subscriber that reads entries at its own speed; not safe to share between threads."""

    def __init__(
        self, journal: Readable, wanted: Filter, after: int, last: int, judge: Judge = judge_at_once
    ) -> None:
        """Read the entries after the number `after`; one beyond `last`, the newest, is another server's.

        `judge` chooses the entries that a filter accepts.
        """
        self._judge = judge
        self.filter = wanted
        self.ended = False
        """True after a shutdown: no more entries will come."""
        self._journal = journal
        self._foreign = after > last
        self._read = 0 if self._foreign else after
        self._more = asyncio.Event()

    @property
    def position(self) -> int:
        """Number up to which entries were read."""
        return self._read

    def notify(self, _entry: Entry) -> None:
        """Remember that the journal has more entries."""
        self._more.set()

    def notify_unjudged(self) -> None:
        """Remember that the journal has more entries, which `read` judges."""
        self._more.set()

    def forget(self, tenant: str | None, numbers: Collection[int] | None, last: int) -> None:
        """Ignore a deletion: a follower gets only the entries that are there when it reads."""

    def shutdown(self) -> None:
        """End the stream after the entries that are there."""
        self.ended = True
        self._more.set()

    async def wait(self, seconds: float) -> bool:
        """Wait until there may be more entries; returns False after `seconds` without any."""
        try:
            async with asyncio.timeout(seconds):
                await self._more.wait()
        except TimeoutError:
            return False
        return True

    async def read(self) -> Batch:
        """Read the entries since the last read, at most `BATCH` of the journal."""
        self._more.clear()
        journal, last = self._journal, await self._journal.last()
        if last < self._read:  # a store that has lost everything numbers from the beginning
            self._foreign, self._read = True, 0
        since = Since(self._read, self.filter.since.at)
        fresh = await journal.entries(self.filter.tenant, since, BATCH + 1)
        truncated = self._foreign or await journal.truncated(self.filter.tenant, since)
        self._foreign = False
        if len(fresh) > BATCH:
            del fresh[BATCH:]
            self._read = fresh[-1].number
            self._more.set()
        else:
            self._read = max(last, fresh[-1].number if fresh else 0)
        return Batch(truncated, await self._judge(self.filter, fresh))
