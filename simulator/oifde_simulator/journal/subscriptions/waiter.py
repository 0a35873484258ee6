"""A request that waits for exchanges: it counts them and remembers their numbers.

Rule: a waiter keeps no entry, since the journal's bounds would not hold for it; entries are looked up at
the end. A filter may ask how an exchange ended: such an entry is counted from when it fits, and no longer
than it does.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import field
from functools import partial

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.subscriptions.deletions import Deletions
from oifde_simulator.model.entry import Entry

MOST_ENDED = 500
"""Numbers of ended entries that one waiter keeps until it judges them again."""


@dataclass(slots=True, eq=False)
class Waiter:
    """A subscriber that waits until enough entries have come."""

    filter: Filter
    count: int
    """Number of entries that are enough."""
    wake: Callable[[], None]
    """Called whenever the waiting may be over."""
    found: int = 0
    """Number of entries that have come."""
    ended: bool = False
    """True after a shutdown: no more entries will come."""
    behind: bool = False
    """True if entries have come that the filter has yet to judge."""
    judged: int = 0
    """Number of the last entry that the filter has judged, of those it judges later."""
    searched: int = 0
    """Number up to which a search looks at all entries; from another replica, one may be told of after it."""
    _ended: array[int] = field(default_factory=partial(array, "Q"))
    """Numbers of entries that have ended since the filter judged them, or before it could."""
    _numbers: dict[str, array[int]] = field(default_factory=dict)
    """Numbers of the entries that have come, by tenant, ascending."""
    _deletions: Deletions | None = field(default_factory=Deletions)
    """Deletions before `add_earlier`; None after it."""

    @property
    def enough(self) -> bool:
        """Check that enough entries have come."""
        return self.found >= self.count

    def begin_search(self, last: int) -> None:
        """Begin to judge the entries up to number `last`; `add_earlier` ends it."""
        self.behind, self.judged, self.searched = False, last, last
        self._deletions = self._deletions or Deletions()
        del self._ended[:]

    def add_earlier(self, entries: Collection[Entry], judged: Iterable[Entry] = ()) -> None:
        """Count, once, entries that a search has found, without those deleted since it began.

        Of those that it has `judged`, the others are no longer counted if they were: they have ended.
        """
        deletions = self._deletions or Deletions()
        self._deletions = None
        deletions.numbers.update(self._ended)  # they are judged again
        fitting = {entry.number for entry in entries}
        for entry in judged:
            if entry.number not in fitting and not deletions.include(entry):
                self._uncount(entry)
        earlier: dict[str, array[int]] = {}
        heard = {number for numbers in self._numbers.values() for number in numbers}
        for entry in entries:
            if entry.number not in heard and not deletions.include(entry):
                earlier.setdefault(entry.tenant, array("Q")).append(entry.number)
                self.found += 1
        for tenant, numbers in earlier.items():
            self._numbers[tenant] = array("Q", sorted((*numbers, *self._numbers.get(tenant, ()))))
        self._wake_if_enough()

    def notify(self, entry: Entry) -> None:
        """Count a new entry, once; after a search, one that it has looked at comes too late."""
        if self._deletions is not None or entry.number > self.searched:
            self._count(entry)

    def notify_unjudged(self) -> None:
        """Remember that a new entry is to be judged."""
        self.behind = True
        self.wake()

    def notify_end(self, entry: Entry, *, fits: bool) -> None:
        """Count an entry that fits as it has ended, once; one that fits no longer is not counted any more."""
        if self._deletions is not None:
            self._deletions.numbers.add(entry.number)
        if fits:
            self._count(entry)
        else:
            self._uncount(entry)

    def notify_end_unjudged(self, entry: Entry) -> None:
        """Remember that an entry is to be judged again, since it has ended.

        Beyond MOST_ENDED of them, all entries from the oldest of them on are judged again.
        """
        self._ended.append(entry.number)
        if len(self._ended) > MOST_ENDED:
            self.judged = min(self.judged, min(self._ended) - 1)
            del self._ended[:]
        self.notify_unjudged()

    def to_judge(self) -> list[int]:
        """List the numbers of entries that have ended since they were judged."""
        return [number for number in self._ended if number <= self.judged]

    def look_again(self) -> None:
        """Judge what came meanwhile; all entries where some may have ended without notice."""
        if self.filter.needs_end:
            self.judged = 0
        self.notify_unjudged()

    def _count(self, entry: Entry) -> None:
        numbers = self._numbers.setdefault(entry.tenant, array("Q"))
        place = bisect_left(numbers, entry.number)
        if place == len(numbers) or numbers[place] != entry.number:
            numbers.insert(place, entry.number)
            self.found += 1
            self._wake_if_enough()

    def _uncount(self, entry: Entry) -> None:
        numbers = self._numbers.get(entry.tenant, array("Q"))
        place = bisect_left(numbers, entry.number)
        if place < len(numbers) and numbers[place] == entry.number:
            del numbers[place]
            self.found -= 1

    def forget(self, tenant: str | None, numbers: Collection[int] | None, last: int) -> None:
        """Uncount deleted entries up to `last`: of a tenant, or of all for None; only `numbers` if given."""
        if self._deletions is not None:
            self._deletions.add(tenant, numbers, last)
        gone = range(last + 1) if numbers is None else numbers
        for each in list(self._numbers) if tenant is None else [tenant]:
            kept = [one for one in self._numbers.get(each, ()) if one not in gone]
            self._numbers[each] = array("Q", kept)
        self.found = sum(map(len, self._numbers.values()))
        self.wake()  # the tenant may be gone

    def shutdown(self) -> None:
        """End the waiting."""
        self.ended = True
        self.wake()

    def numbers(self) -> list[int]:
        """List the numbers of the first entries that were waited for, ascending."""
        return sorted(number for each in self._numbers.values() for number in each)[: self.count]

    def _wake_if_enough(self) -> None:
        if self.enough:
            self.wake()
