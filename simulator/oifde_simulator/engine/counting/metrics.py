"""Counts of what was answered, kept as plain numbers; whoever wants them makes metrics of them.

One dictionary entry a kind of exchange, so that counting costs a request next to nothing.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from oifde_simulator.engine.counting.recent_counts import Counted, RecentCounts
from oifde_simulator.model.counted_requests import MOST_KINDS, OTHER, CountedRequests, KindKey, other_kind
from oifde_simulator.model.entry import Entry

log = logging.getLogger("oifde_simulator")

BOUNDS = (25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3)
"""Upper bounds of the classes of decisions, seconds; one more class has what took longer."""
SECONDS = "decision_seconds"
"""Name of the count of seconds that all decisions took."""
DURATION = "decisions:"
"""Prefix of the name of a count of decisions; the number of their class follows."""


class Kind(NamedTuple):
    """What exchanges have in common that are counted together."""

    endpoint: str
    status: int
    error_code: int | None
    rule: str
    faults: tuple[str, ...]


class Meter:
    """Counts the exchanges of one server."""

    def __init__(self) -> None:
        self.recent = RecentCounts()
        """Requests of the last minutes, second by second."""
        self._counts: dict[str, dict[KindKey, int]] = {}
        self._fired: dict[str, dict[str, int]] = {}
        self.durations = [0] * (len(BOUNDS) + 1)
        """How many decisions took so long, by class."""
        self.seconds = 0.0
        """What all decisions took together."""

    def note(self, entry: Entry, seconds: float) -> Counted | None:
        """Count an exchange on record, also among those of the last minutes; a count that fails is logged."""
        try:
            self.count(entry, seconds)
            return self.recent.count(entry)
        except Exception:
            log.exception("a defect of the simulator: exchange %d is not counted", entry.number)
            return None

    def count(self, entry: Entry, seconds: float) -> None:
        """One more, whose decision took so long."""
        kinds = self._counts.get(entry.tenant)
        if kinds is None:
            kinds = self._counts[entry.tenant] = {}
        kind = (entry.endpoint, entry.status, entry.error_code, entry.rule, entry.faults)
        number = kinds.get(kind)
        if number is None and len(kinds) >= MOST_KINDS:
            kind = other_kind(kind)
            number = kinds.get(kind)
        kinds[kind] = (number or 0) + 1
        if entry.rule:
            self._count_rules(entry)
        self.durations[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def _count_rules(self, entry: Entry) -> None:
        """Count each rule that has fired, those that went along too."""
        fired = self._fired.setdefault(entry.tenant, {})
        for rule in entry.rules:
            name = rule if rule in fired or len(fired) < MOST_KINDS else OTHER
            fired[name] = fired.get(name, 0) + 1

    def fired(self) -> Iterator[tuple[str, str, int]]:
        """Tenant, rule, and how often it has fired."""
        for tenant, rules in self._fired.items():
            for rule, number in rules.items():
                yield tenant, rule, number

    @classmethod
    def of(cls, counted: CountedRequests) -> Meter:
        """Make a meter that stands at given counts."""
        meter = cls()
        meter._counts = {tenant: dict(kinds) for tenant, kinds in counted.kinds.items()}
        meter._fired = {tenant: dict(rules) for tenant, rules in counted.fired.items()}
        classes = range(len(meter.durations))
        meter.durations = [int(counted.named.get(f"{DURATION}{number}", 0)) for number in classes]
        meter.seconds = counted.named.get(SECONDS, 0.0)
        return meter

    def forget(self, tenant: str) -> None:
        """The tenant is gone, and with it what was counted for it."""
        self._counts.pop(tenant, None)
        self._fired.pop(tenant, None)
        self.recent.forget(tenant)

    def __iter__(self) -> Iterator[tuple[str, Kind, int]]:
        """Tenant, kind and number; the tenant is empty where none was known."""
        for tenant, kinds in self._counts.items():
            for kind, number in kinds.items():
                yield tenant, Kind(*kind), number
