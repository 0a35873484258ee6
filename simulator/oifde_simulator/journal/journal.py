"""The journal: takes each exchange before its first byte leaves, and finds it again."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge, nsmallest
from itertools import takewhile
from typing import TYPE_CHECKING

from oifde_simulator.journal import log_line
from oifde_simulator.journal.entry_factory import EntryFactory
from oifde_simulator.journal.filter_parameters import parse
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.journal.subscriptions.index import SubscriptionIndex
from oifde_simulator.journal.subscriptions.waiter import Waiter
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.view import Mismatch
from oifde_simulator.state.memory.journal_store import Bounds, Ledgers

if TYPE_CHECKING:
    from oifde_simulator.journal.subscriptions.follower import Follower

BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An entry that is nearly what was asked for."""

    entry: Entry
    differences: list[Mismatch]


class Journal:
    """Every exchange of one server, within bounds."""

    def __init__(self, bounds: Bounds = BOUNDS, *, seed: str = "0") -> None:
        self.waiters: SubscriptionIndex[Waiter] = SubscriptionIndex()
        self.followers: SubscriptionIndex[Follower] = SubscriptionIndex()
        self._ledgers = Ledgers(bounds)
        self.redaction = Redactor(seed)
        """Makes of credentials what stands for them on record."""
        self._factory = EntryFactory(self.redaction)

    def record(self, exchange: Exchange) -> Entry:
        """Put `exchange` on record, and log it."""
        number = self._ledgers.next_number()
        entry = self._factory.make(exchange, number)
        self._ledgers.add(entry)
        exchange.outcome.report_to(self._ledgers.finish, number)
        if self.waiters.index:
            self.waiters.publish(entry)
        if self.followers.index:
            self.followers.publish(entry)
        log_line.log_exchange(exchange, entry)
        return entry

    def finish(self, number: int, outcome: Outcome) -> None:
        """Put the outcome of an entry on record."""
        self._ledgers.finish(number, outcome)

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 when there was none."""
        return self._ledgers.last

    def filter(self, parameters: Iterable[tuple[str, str]]) -> Filter:
        """The filter that parameters of a URL describe. Raises WrongParameter."""
        return parse(parameters, self.redaction.fingerprint)

    def entries(self, tenant: str | None, since: Since) -> list[Entry]:
        """Those of a tenant (`""` for none known; None for all) after a number, the oldest first."""
        newer = [_after(since.number, ledger.entries) for ledger in self._ledgers.of(tenant)]
        return newer[0] if len(newer) == 1 else list(merge(*newer, key=lambda entry: entry.number))

    def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Those of these numbers of a tenant (`""` for none known; None for all) that are there, in order."""
        wanted, before = frozenset(numbers), min(numbers, default=self.last + 1) - 1
        newer = (entry for ledger in self._ledgers.of(tenant) for entry in _after(before, ledger.entries))
        return sorted((entry for entry in newer if entry.number in wanted), key=lambda entry: entry.number)

    def truncated(self, tenant: str | None, since: Since) -> bool:
        """Whether entries of that range had to go."""
        return any(
            ledger.lost > since.number and (since.at is None or ledger.lost_at >= since.at)
            for ledger in self._ledgers.of(tenant)
        )

    def get(self, number: int) -> Entry | None:
        """The entry of this number; None where it is not there."""
        return self._ledgers.get(number)

    def clear(self, tenant: str | None = None) -> int:
        """Forget the entries of a tenant (`""` for none known), or all; how many. Numbers go on."""
        cleared = self._ledgers.clear(tenant)
        self.waiters.forget(tenant)
        return cleared

    def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many. That is no loss: nothing becomes truncated."""
        removed = self._ledgers.remove(numbers)
        if removed:
            self.waiters.forget(None, frozenset(numbers))
        return removed

    @property
    def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        return self._ledgers.charge

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        return self._ledgers.sizes()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._ledgers)


def _after(number: int, entries: deque[Entry]) -> list[Entry]:
    if number <= 0:
        return list(entries)
    # Most readers ask for the newest few of many entries.
    newer = list(takewhile(lambda entry: entry.number > number, reversed(entries)))
    newer.reverse()
    return newer


def nearest(wanted: Filter, entries: Iterable[Entry], count: int = 3) -> list[NearMiss]:
    """The entries that fit `wanted` all but for the fewest differences."""
    misses = [NearMiss(entry, found) for entry in entries if (found := wanted.difference(entry))]
    return nsmallest(count, misses, key=lambda miss: (len(miss.differences), -miss.entry.number))
