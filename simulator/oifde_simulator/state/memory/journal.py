"""The journal of the state in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from oifde_simulator.model.entry import Entry
from oifde_simulator.state.interface.journal import ForgetEntries, HearEntry, LookAgain
from oifde_simulator.state.memory.journal_store import EntryTable


class MemoryJournal:
    """Exchanges on record."""

    def __init__(self, table: EntryTable, hearers: list[HearEntry], end_hearers: list[HearEntry]) -> None:
        """`hearers` are told of entries, and `end_hearers` of their ends."""
        self._table = table
        self._hearers = hearers
        self._forgetters: list[ForgetEntries] = []
        self._end_hearers = end_hearers
        self._idle_end_hearers: list[HearEntry] = []
        self._listeners_to_ends = 0

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        return self._table.last

    async def entries(self, tenant: str | None, after: int, most: int | None = None) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest `most`."""
        return self._table.entries(tenant, after)[:most]

    async def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers that are still there, in order."""
        return self._table.some(tenant, numbers)

    async def get(self, number: int) -> Entry | None:
        """The entry of a number; None where it is not there."""
        return self._table.get(number)

    async def truncated(self, tenant: str | None, after: int, at: int | None) -> bool:
        """Check that entries after a number, and of `at` (epoch milliseconds) or later, had to go."""
        return self._table.truncated(tenant, after, at)

    async def clear(self, tenant: str | None) -> int:
        """Forget the entries of a tenant, or all; how many. Numbers go on."""
        cleared = self._table.clear(tenant)
        self._tell_forgotten(tenant, None)
        return cleared

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many."""
        if removed := self._table.remove(numbers):
            self._tell_forgotten(None, frozenset(numbers))
        return removed

    async def sizes(self) -> list[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        return list(self._table.sizes())

    async def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        return self._table.charge

    def listen(self, hear: HearEntry, forget: ForgetEntries) -> None:
        """Call `hear` with each entry that is put on record, and `forget` with what is deleted."""
        self._hearers.append(hear)
        self._forgetters.append(forget)

    def listen_to_ends(self, hear: HearEntry, look_again: LookAgain) -> None:  # noqa: ARG002
        """Call `hear` with each entry that gets its outcome; none is missed."""
        self._idle_end_hearers.append(hear)

    @asynccontextmanager
    async def listening(self, tenant: str | None, *, ends: bool = False) -> AsyncIterator[None]:  # noqa: ARG002
        """Tell of ends, of all tenants, while in the context; entries are told of anyway."""
        self._listen_to_ends(int(ends))
        try:
            yield
        finally:
            self._listen_to_ends(-int(ends))

    def _listen_to_ends(self, more: int) -> None:
        """Count those who listen to ends; without any, the end of an exchange has nobody to tell."""
        self._listeners_to_ends += more
        self._end_hearers[:] = self._idle_end_hearers if self._listeners_to_ends else ()

    def _tell_forgotten(self, tenant: str | None, numbers: Collection[int] | None) -> None:
        for forget in self._forgetters:
            forget(tenant, numbers, self._table.last)
