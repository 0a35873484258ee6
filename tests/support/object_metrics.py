"""Counts of several replicas in one object: what the store does, without a store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from oifde_simulator.model.counted_requests import AddedCounts, AllCounts, CountedRequests, RecentTallies
from suspending_state import suspending


class CountsOfAll:
    """What all replicas have counted."""

    def __init__(self) -> None:
        self.kinds: dict[str, Counter[Any]] = defaultdict(Counter)
        self.fired: dict[str, Counter[str]] = defaultdict(Counter)
        self.named: Counter[Any] = Counter()
        self.totals: dict[int, Counter[int]] = defaultdict(Counter)
        self.gauges: dict[object, Mapping[str, float]] = {}


class ObjectMetrics:
    """Counts of all replicas, as one of them adds to them. Time does not pass."""

    def __init__(self, counts: CountsOfAll) -> None:
        self._counts = counts
        self._number = 0

    async def add(self, number: int, added: AddedCounts, gauges: Mapping[str, float]) -> None:
        """Add counts of this replica; a batch of the same number is added once."""
        self._counts.gauges[self] = gauges
        if number <= self._number:
            return
        self._number = number
        for tenant, kinds in added.counted.kinds.items():
            self._counts.kinds[tenant].update(kinds)
        for tenant, rules in added.counted.fired.items():
            self._counts.fired[tenant].update(rules)
        self._counts.named.update(added.counted.named)
        for tenants in added.seconds.values():
            for tally in tenants.values():
                self._counts.totals[0].update(dict(enumerate(tally)))

    async def all(self) -> AllCounts:
        """Read the counts of all replicas."""
        counts, gauges = self._counts, Counter[str]()
        for each in counts.gauges.values():
            gauges.update(each)  # type: ignore[arg-type]
        return AllCounts(CountedRequests(counts.kinds, counts.fired, counts.named), gauges)

    async def recent(self, seconds: int, tenant: str | None) -> RecentTallies:
        """Read the tallies of all tenants."""
        totals = {age: [tally[kind] for kind in range(4)] for age, tally in self._counts.totals.items()}
        return RecentTallies(True, totals)

    async def forget(self, tenant: str, last: int) -> None:
        """Forget the counts of a tenant."""
        self._counts.kinds.pop(tenant, None)
        self._counts.fired.pop(tenant, None)


class OneOfSeveral:
    """A state that several replicas share as one object, as one of them sees it."""

    def __init__(self, inner: Any, counts: CountsOfAll) -> None:
        self._inner = suspending(inner)
        self.metrics = ObjectMetrics(counts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
