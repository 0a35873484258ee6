"""Exchanges on record in the store.

Rule: what may be many is read in pages, each of them bounded, so that the store answers others in between.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from heapq import merge
from typing import Any

from oifde_simulator.model.entry import Entry
from oifde_simulator.state.interface.journal import ForgetEntries, HearEntry, LookAgain
from oifde_simulator.state.valkey.journal.feed import JournalFeed
from oifde_simulator.state.valkey.journal.stored_entry import stored_entry
from oifde_simulator.state.valkey.names import packed, unpacked
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store

CALLS = script("common", "journal/journal", "journal/journal_calls")

MOST_TENANTS = 500
"""Tenants that one page looks at."""
MOST_CLEARED = 200
"""Tenants whose entries one step forgets."""
LARGEST = 2**53
"""Largest number that an entry may have."""
MOST_LOOKUPS = 1000
"""Entries that one page looks up by their numbers."""


class ValkeyJournal:
    """Exchanges on record."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._feed = JournalFeed(store, self)

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        return await self._total("last")

    async def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        return await self._total("charge")

    async def entries(self, tenant: str | None, after: int, most: int | None = None) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest `most`."""
        after, last = max(0, after), await self.last()
        if most is None:
            return await self._between(tenant, after, last)
        found: list[Entry] = []
        step = most
        while after < last and len(found) < most:
            upto = min(last, after + step)
            found += await self._between(tenant, after, upto)
            after, step = upto, 2 * step  # of those that are left, few may be the tenant's
        return found[:most]

    async def _between(self, tenant: str | None, after: int, last: int) -> list[Entry]:
        """Entries of a tenant, or of all, after a number up to another, the oldest first."""
        if after >= last:
            return []
        tenants = [packed(tenant)] if tenant is not None else await self._with_newer(after)
        by_tenant: list[list[Entry]] = []
        for some in _parts(tenants, MOST_TENANTS):
            by_tenant += [found async for found in self._read(some, after, last)]
        return list(merge(*by_tenant, key=lambda entry: entry.number))

    async def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers that are still there, in order."""
        if tenant is None:
            wanted = _possible(numbers)
            near = await self._between(None, wanted[0] - 1, wanted[-1]) if wanted else []
            return [entry for entry in near if entry.number in numbers]
        found: list[Entry] = []
        for some in _parts(_possible(numbers), MOST_TENANTS):
            found += _decoded(await self._run("some", packed(tenant), *some))
        return found

    async def get(self, number: int) -> Entry | None:
        """The entry of a number; None where it is not there."""
        for some in _parts(await self._with_newer(number - 1), MOST_TENANTS):
            if found := _decoded(await self._run("get", number, *some)):
                return found[0]
        return None

    async def truncated(self, tenant: str | None, after: int, at: int | None) -> bool:
        """Check that entries after a number, and of `at` (epoch milliseconds) or later, had to go."""
        whose = () if tenant is None else (packed(tenant),)
        return bool(await self._run("truncated", after, "" if at is None else at, *whose))

    async def clear(self, tenant: str | None) -> int:
        """Forget the entries of a tenant, or all that are there now; how many. Numbers go on."""
        if tenant is not None:
            return int(await self._run("clear", json.dumps([tenant, None]), packed(tenant)))
        last, cleared, is_more = await self.last(), 0, 1
        while is_more:
            some, is_more = await self._run("clear_some", last, MOST_CLEARED)
            cleared += some
        await self._run("tell", last, json.dumps([None, None]))
        return cleared

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many."""
        wanted, removed = _possible(numbers), 0
        tenants = await self._with_newer(wanted[0] - 1) if wanted else []
        for some in _parts(tenants, MOST_TENANTS):
            for each in _parts(wanted, max(1, MOST_LOOKUPS // len(some))):
                removed += await self._run("remove", json.dumps([None, each]), len(each), *each, *some)
        return removed

    async def sizes(self) -> list[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        tenants = await self._store.command("ZRANGE", self._store.key("jt"), 0, -1)
        counts: list[int] = []
        for some in _parts(tenants, MOST_TENANTS):
            counts += await self._run("sizes", *some)
        return [(unpacked(tenant), count) for tenant, count in zip(tenants, counts, strict=True)]

    def listen(self, hear: HearEntry, forget: ForgetEntries) -> None:
        """Call `hear` with each entry put on record, and `forget` with what is deleted, at any replica."""
        self._feed.add(hear, forget)

    def listen_to_ends(self, hear: HearEntry, look_again: LookAgain) -> None:
        """Call `hear` with each entry that gets its outcome, at any replica; `look_again` after a gap."""
        self._feed.add_end_hearer(hear, look_again)

    def listening(self, tenant: str | None, *, ends: bool = False) -> AbstractAsyncContextManager[None]:
        """Hear of the entries of a tenant, or of all for None, while in the context; with `ends` of those."""
        return self._feed.listening(tenant, ends=ends)

    async def close(self) -> None:
        """End what is heard."""
        await self._feed.close()

    async def _with_newer(self, after: int) -> list[bytes]:
        """List the tenants whose newest entry has a number after `after`."""
        name = self._store.key("jn")
        return list(await self._store.command("ZRANGEBYSCORE", name, f"({after}", "+inf"))

    async def _read(self, tenants: Sequence[bytes], after: int, last: int) -> AsyncIterator[list[Entry]]:
        """Read the entries of tenants from `after` to `last`, page by page; each list ascends."""
        begin = after
        while tenants:
            place, reached, found = await self._run("read", last, begin, after, *tenants)
            for each in _ascending(_decoded(found)):
                yield each
            tenants, begin = tenants[place - 1 :] if place else (), int(reached)

    async def _total(self, name: str) -> int:
        return int(await self._store.command("HGET", self._store.key("j"), name) or 0)

    async def _run(self, call: str, *words: Argument) -> Any:
        return await self._store.run(CALLS, "", call, *words)


def _possible(numbers: Collection[int]) -> list[int]:
    """Sort the numbers that an entry may have."""
    return sorted({number for number in numbers if 0 < number <= LARGEST})


def _decoded(found: Sequence[bytes]) -> list[Entry]:
    return [
        stored_entry(int(number), entry, outcome)
        for number, entry, outcome in zip(found[::3], found[1::3], found[2::3], strict=True)
    ]


def _ascending(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Split entries of several tenants, one after the other, into lists that ascend."""
    first = 0
    for place in range(1, len(entries) + 1):
        if place == len(entries) or entries[place].number < entries[place - 1].number:
            yield entries[first:place]
            first = place


def _parts(values: Sequence[Any], most: int) -> Iterator[Sequence[Any]]:
    return (values[first : first + most] for first in range(0, len(values), most))
