"""Those who follow the journal: each is told that there is more, and reads on from where it was.

Nothing is queued for them. What a slow reader has not read yet is in the journal, within its bounds; what
had to go meanwhile it has missed, and is told so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import NamedTuple, Protocol

from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.model.entry import Entry

AT_ONCE = 1000
"""Entries that are looked at before others have their turn."""


class News(NamedTuple):
    """What has come."""

    truncated: bool
    """Whether entries had to go before they were read."""
    entries: list[Entry]


class Readable(Protocol):
    """The journal as a follower reads it."""

    last: int

    def entries(self, tenant: str | None, since: Since) -> list[Entry]:
        """Entries of a tenant after a number, the oldest first."""
        ...

    def truncated(self, tenant: str | None, since: Since) -> bool:
        """Check that entries of that range had to go."""
        ...


class Follower:
    """One who reads what comes, at its own speed. Not to be shared between threads."""

    def __init__(self, journal: Readable, wanted: Filter, after: int) -> None:
        """Entries after the number `after` are read; a number that is yet to come is another server's."""
        self.filter = wanted
        self.ended = False
        """Whether nothing more comes."""
        self._journal = journal
        self._foreign = after > journal.last
        self._read = 0 if self._foreign else after
        self._more = asyncio.Event()

    def take(self, entry: Entry) -> None:  # noqa: ARG002  it is in the journal
        """There is more."""
        self._more.set()

    def forget(self, tenant: str | None, numbers: Collection[int] | None = None) -> None:
        """What was deleted is no news."""

    def let_go(self) -> None:
        """Nothing more comes."""
        self.ended = True
        self._more.set()

    async def wait(self, seconds: float) -> bool:
        """Whether there may be more, within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._more.wait()
        except TimeoutError:
            return False
        return True

    def read(self) -> News:
        """What came since the last time, at most so much that others need not wait long."""
        self._more.clear()
        journal, since = self._journal, Since(self._read, self.filter.since.at)
        fresh = journal.entries(self.filter.tenant, since)
        truncated = self._foreign or journal.truncated(self.filter.tenant, since)
        self._foreign = False
        if len(fresh) > AT_ONCE:
            del fresh[AT_ONCE:]
            self._read = fresh[-1].number
            self._more.set()
        else:
            self._read = journal.last
        return News(truncated, [entry for entry in fresh if self.filter.accepts(entry)])
