"""Counts of one replica of several: they are added to those of the others, and begin anew then."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from oifde_simulator.engine.counting.metrics import DURATION, SECONDS, Meter
from oifde_simulator.engine.counting.recent_counts import BROKEN, KINDS, Counted, RecentCounts
from oifde_simulator.model.counted_requests import AddedCounts, CountedRequests
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome

Changes = dict[int, dict[str, list[int]]]
"""Changes of tallies by second and tenant."""


class SharedCounted:
    """A request that was counted, whose second may have been added to those of the others by now."""

    __slots__ = ("_counts", "_inner", "_number", "_second", "_tenant")

    def __init__(self, counts: SharedRecentCounts, inner: Counted, second: int, entry: Entry) -> None:
        self._counts = counts
        self._inner = inner
        self._second = second
        self._tenant = entry.tenant
        self._number = entry.number

    def end(self, outcome: Outcome) -> None:
        """Move the request to the broken ones: its answer did not leave whole."""
        self._inner.end(outcome)
        changes = self._counts.changes(self._second, self._tenant, self._number)
        changes[self._inner.kind] -= 1
        changes[BROKEN] += 1


class SharedRecentCounts(RecentCounts):
    """Requests of one replica in the last minutes, and what has changed since `take`."""

    def __init__(self, uptime: Callable[[], float] = monotonic) -> None:
        super().__init__(uptime)
        self._changes: Changes = {}
        self._last: dict[str, int] = {}

    def count(self, entry: Entry) -> Any:
        """Count a request whose answer is decided."""
        counted = super().count(entry)
        second = self._seconds[-1].at
        self.changes(second, entry.tenant, entry.number)[counted.kind] += 1
        return SharedCounted(self, counted, second, entry)

    def changes(self, second: int, tenant: str, number: int) -> list[int]:
        """Find the changes of a tenant in a second, for its entry `number`."""
        self._last[tenant] = max(self._last.get(tenant, 0), number)
        tenants = self._changes.setdefault(second, {})
        return tenants.get(tenant) or tenants.setdefault(tenant, [0] * len(KINDS))

    @property
    def has_changes(self) -> bool:
        """True where a request was counted, or has ended otherwise, since `take`."""
        return bool(self._changes)

    def take(self) -> tuple[Changes, dict[str, int]]:
        """Take the changes away, by age of their second, and the number of the last entry by tenant."""
        (changes, last), (self._changes, self._last) = (self._changes, self._last), ({}, {})
        now = int(self._uptime())
        return {now - second: tenants for second, tenants in changes.items()}, last


class SharedMeter(Meter):
    """Counts the exchanges of one replica since `take`."""

    recent: SharedRecentCounts

    def __init__(self, uptime: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self.recent = SharedRecentCounts(uptime)

    def take(self) -> AddedCounts:
        """Take the counts away, to be added to those of all replicas."""
        named = {f"{DURATION}{number}": count for number, count in enumerate(self.durations) if count}
        counted = CountedRequests(self._counts, self._fired, named | {SECONDS: self.seconds})
        self._counts, self._fired = {}, {}
        self.durations, self.seconds = [0] * len(self.durations), 0.0
        return AddedCounts(counted, *self.recent.take())
