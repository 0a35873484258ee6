"""A request that waits for exchanges: it counts them and remembers their numbers.

Rule: a waiter keeps no entry, since the journal's bounds would not hold for it; entries are looked up at
the end.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import field

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.filters import Filter
from oifde_simulator.model.entry import Entry


@dataclass(slots=True)
class Deletions:
    """Deletions since a waiter was subscribed, for a search that is still running."""

    everything: int = 0
    """Number up to which all entries were deleted; 0 for none."""
    tenants: dict[str, int] = field(default_factory=dict)
    """Tenants whose entries were all deleted, and up to which number."""
    numbers: set[int] = field(default_factory=set)
    """Numbers of single entries that were deleted."""

    def add(self, tenant: str | None, numbers: Collection[int] | None, last: int) -> None:
        """Remember one deletion."""
        if numbers is not None:
            self.numbers.update(numbers)
        elif tenant is None:
            self.everything = max(self.everything, last)
        else:
            self.tenants[tenant] = max(self.tenants.get(tenant, 0), last)

    def include(self, entry: Entry) -> bool:
        """Check that an entry from before was deleted."""
        cleared = max(self.everything, self.tenants.get(entry.tenant, 0))
        return entry.number <= cleared or entry.number in self.numbers


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

    def add_earlier(self, entries: Iterable[Entry]) -> None:
        """Count, once, entries that a search has found, without those deleted since it began."""
        deletions = self._deletions or Deletions()
        self._deletions = None
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
        """Count a new entry; once the search is done, one that it has looked at comes too late."""
        numbers = self._numbers.setdefault(entry.tenant, array("Q"))
        if self._deletions is None and entry.number <= max(self.searched, numbers[-1] if numbers else 0):
            return
        numbers.append(entry.number)
        self.found += 1
        self._wake_if_enough()

    def notify_unjudged(self) -> None:
        """Remember that a new entry is to be judged."""
        self.behind = True
        self.wake()

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
