"""Entries in memory, bounded for each tenant and in all: the oldest go first, and their range is known."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import field
from heapq import merge
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Peer
from oifde_simulator.model.outcome import Outcome

NUMBER = attrgetter("number")

RELIEF = 15 / 16
"""To what share of the bound memory is brought back once it is reached; so it is reached seldom."""


class Bounds(NamedTuple):
    """How much is kept."""

    exchanges: int = 10_000
    """Entries of one tenant."""
    tenant_bytes: int = 16 << 20
    total_bytes: int = 128 << 20


@dataclass(slots=True)
class TenantEntries:
    """Entries of one tenant, or of requests that belong to none."""

    entries: deque[Entry] = field(default_factory=deque)
    charge: int = 0
    """Bytes of memory that they are charged with."""
    lost: int = 0
    """The number of the last entry that had to go; 0 for none."""
    lost_at: int = -1
    """The latest time of one that had to go, epoch milliseconds."""
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    """Outcomes by number that the entries do not have yet; most are never read."""

    def settle(self) -> None:
        """Give the entries their outcomes."""
        for number, outcome in self.outcomes.items():
            place = self.place(number)
            if place is not None:
                self.entries[place] = self.entries[place].finished(outcome)
        self.outcomes.clear()

    def drop(self) -> int:
        """Lose the oldest entry; its charge."""
        gone = self.entries.popleft()
        self.outcomes.pop(gone.number, None)
        self.charge -= gone.charge
        self.lost, self.lost_at = gone.number, max(self.lost_at, gone.at)
        return gone.charge

    def place(self, number: int) -> int | None:
        """Find the index of an entry by its number; None if it is not here. Numbers ascend."""
        entries = self.entries
        if not entries or not entries[0].number <= number <= entries[-1].number:
            return None
        # Exact if no other tenant had exchanges in between, else a lower bound.
        place = max(0, len(entries) - 1 - (entries[-1].number - number))
        if entries[place].number != number:
            place = bisect_left(entries, number, place, key=NUMBER)
        return place if entries[place].number == number else None


class EntryTable:
    """All entries, numbered from 1."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.charge = 0
        """Bytes of memory that the entries are charged with."""
        self.last = 0
        """The number of the newest entry; 0 when there was none."""
        self._ledgers: dict[str, TenantEntries] = {}

    def add(self, entry: Entry) -> Entry:
        """Keep `entry` under the next number and return it so numbered; older ones may have to go."""
        return self._keep(entry.numbered(self.last + 1))

    def repeat(self, like: Entry, at: int, peer: Peer, outcome: Outcome) -> Entry:
        """Keep an entry that is as another one, and whose outcome is known, and return it."""
        return self._keep(like.repeated(self.last + 1, at, peer, outcome))

    def _keep(self, entry: Entry) -> Entry:
        self.last = entry.number
        ledger = self._ledgers.get(entry.tenant)
        if ledger is None:
            ledger = self._ledgers[entry.tenant] = TenantEntries()
        entries, charge, bounds = ledger.entries, entry.charge, self.bounds
        entries.append(entry)
        ledger.charge += charge
        self.charge += charge
        while len(entries) > bounds.exchanges or ledger.charge > bounds.tenant_bytes:
            if len(entries) == 1:
                break  # the newest stays, however large
            self.charge -= ledger.drop()
        if self.charge > bounds.total_bytes:
            self._make_room(entry)
        return entry

    def finish(self, tenant: str, number: int, outcome: Outcome) -> None:
        """Keep the outcome of an entry; ignored if the entry is gone."""
        ledger = self._ledgers.get(tenant)
        if ledger is not None and ledger.entries and ledger.entries[0].number <= number:
            ledger.outcomes[number] = outcome

    def _make_room(self, newest: Entry) -> None:
        # The largest give first, so that a busy tenant does not cost a quiet one its entries.
        wanted = int(self.bounds.total_bytes * RELIEF)
        while self.charge > wanted:
            giving = [
                each for each in self._ledgers.values() if each.entries and each.entries[0] is not newest
            ]
            if not giving:
                return
            for ledger in sorted(giving, key=lambda each: each.charge, reverse=True):
                self._halve(ledger, wanted, newest)

    def _halve(self, ledger: TenantEntries, wanted: int, newest: Entry) -> None:
        half = ledger.charge // 2
        while self.charge > wanted and ledger.charge > half and ledger.entries[0] is not newest:
            self.charge -= ledger.drop()

    def entries(self, tenant: str | None, after: int) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest first."""
        newer = [_newer(after, ledger.entries) for ledger in self._of(tenant)]
        return newer[0] if len(newer) == 1 else list(merge(*newer, key=lambda entry: entry.number))

    def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers that are still there, in order."""
        wanted, before = frozenset(numbers), min(numbers, default=self.last + 1) - 1
        newer = (entry for ledger in self._of(tenant) for entry in _newer(before, ledger.entries))
        return sorted((entry for entry in newer if entry.number in wanted), key=lambda entry: entry.number)

    def truncated(self, tenant: str | None, after: int, at: int | None) -> bool:
        """Check that entries after a number, and of `at` (epoch milliseconds) or later, had to go."""
        return any(
            ledger.lost > after and (at is None or ledger.lost_at >= at) for ledger in self._of(tenant)
        )

    def _of(self, tenant: str | None) -> list[TenantEntries]:
        """The ledger of a tenant, `""` for none that is known, or all of them for None."""
        names = list(self._ledgers) if tenant is None else [tenant]
        found = [self._ledgers[name] for name in names if name in self._ledgers]
        for ledger in found:
            ledger.settle()
        return found

    def get(self, number: int) -> Entry | None:
        """The entry of this number; None where it is not there."""
        for ledger in self._ledgers.values():
            place = ledger.place(number)
            if place is not None:
                ledger.settle()
                return ledger.entries[place]
        return None

    def entry(self, tenant: str, number: int) -> Entry | None:
        """The entry of a tenant with this number; None where it is not there."""
        ledger = self._ledgers.get(tenant)
        place = None if ledger is None else ledger.place(number)
        if ledger is None or place is None:
            return None
        ledger.settle()
        return ledger.entries[place]

    def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many."""
        removed = 0
        for ledger in self._ledgers.values():
            gone = [entry for entry in ledger.entries if entry.number in numbers]
            if gone:
                ledger.entries = deque(entry for entry in ledger.entries if entry.number not in numbers)
                charge = sum(entry.charge for entry in gone)
                ledger.charge -= charge
                self.charge -= charge
                removed += len(gone)
        return removed

    def clear(self, tenant: str | None) -> int:
        """Forget the entries of a tenant, or all, and that any went before; how many."""
        gone = [name for name in self._ledgers if tenant is None or name == tenant]
        ledgers = [self._ledgers.pop(name) for name in gone]
        self.charge -= sum(ledger.charge for ledger in ledgers)
        return sum(len(ledger.entries) for ledger in ledgers)

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Tenants and how many entries each has."""
        return ((name, len(ledger.entries)) for name, ledger in self._ledgers.items())


def _newer(number: int, entries: deque[Entry]) -> list[Entry]:
    if number <= 0:
        return list(entries)
    # A reader of what is new asks for few of many.
    newer = list(takewhile(lambda entry: entry.number > number, reversed(entries)))
    newer.reverse()
    return newer
