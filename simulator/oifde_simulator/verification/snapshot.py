"""What is on record, as of one moment, for those who judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oifde_simulator.journal import Journal
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.journal import NearMiss, nearest
from oifde_simulator.model.entry import Entry

LOOKED_AT = 1000
"""Newest entries among which near misses are looked for."""
MOST_NUMBERS = 100
"""Entries that a result names."""


@dataclass(frozen=True, slots=True)
class Range:
    """The entries of one tenant, or of all."""

    entries: Sequence[Entry]
    """The oldest first; those before `since` too."""
    truncated: bool
    """Whether entries that are asked about had to go."""
    beheaded: bool
    """Whether any entries had to go."""


class Past:
    """The entries of some tenants; a journal that goes on does not change it."""

    def __init__(
        self, ranges: Mapping[str | None, Range], since: Since, handed_out: Mapping[str, str] | None = None
    ) -> None:
        """`ranges` by tenant: `""` for those who name none that is known, None for all."""
        self.since = since
        self._handed_out = handed_out or {}
        self._ranges = ranges

    @classmethod
    async def read(
        cls,
        journal: Journal,
        tenants: Iterable[str | None],
        since: Since,
        handed_out: Mapping[str, str] | None = None,
    ) -> Past:
        """Read what is on record of some tenants; `handed_out` has the fingerprints of their made tokens."""
        ranges: dict[str | None, Range] = {}
        for tenant in {*tenants, ""}:
            ranges[tenant] = Range(
                await journal.entries(tenant, Since()),
                await journal.truncated(tenant, since),
                await journal.truncated(tenant, Since()),
            )
        return cls(ranges, since, handed_out)

    def handed_out(self, tenant: str) -> str:
        """Fingerprint of the token that a tenant was made with; empty where it has none."""
        return self._handed_out.get(tenant, "")

    def of(self, tenant: str | None) -> Range:
        """What is on record of one of the tenants."""
        return self._ranges[tenant]

    def fitting(self, wanted: Filter) -> list[Entry]:
        """The entries that a filter accepts."""
        return [entry for entry in self._ranges[wanted.tenant].entries if wanted.accepts(entry)]

    def nearest(self, wanted: Filter, after: int = 0) -> list[NearMiss]:
        """What comes nearest among the tenant's entries and those that name no known tenant."""
        first = max(after, self.since.number)
        entries = [
            entry
            for tenant in ({None} if wanted.tenant is None else {wanted.tenant, ""})
            for entry in self._ranges[tenant].entries
            if entry.number > first and (self.since.at is None or entry.at >= self.since.at)
        ]
        entries.sort(key=lambda entry: entry.number)
        return nearest(wanted, entries[-LOOKED_AT:])


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one expectation."""

    passed: bool
    message: str
    found: int
    """How many exchanges it counted."""
    numbers: Sequence[int] = ()
    """The entries it rests on: those that fit, or those that break it."""
    near: Sequence[NearMiss] = ()
    truncated: bool = False
    """Whether entries that it asks about are gone."""
    more: dict[str, Any] = field(default_factory=dict)
    """What only this kind of expectation tells."""

    def as_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "passed": self.passed,
            "message": self.message,
            "found": self.found,
            "numbers": self.numbers[:MOST_NUMBERS],
            "truncated": self.truncated,
            "nearMisses": [_near(miss) for miss in self.near],
            **self.more,
        }


def _near(miss: NearMiss) -> dict[str, Any]:
    differences = [
        {"where": each.place, "expected": each.expected, "found": each.found} for each in miss.differences
    ]
    return {"number": miss.entry.number, "differences": differences}


GONE = "entries of that range are gone, so this cannot be confirmed; keep more of them, or ask sooner"


def hint(near: Sequence[NearMiss]) -> str:
    """The nearest miss as the end of a message; empty where there is none."""
    return f"; nearest is entry {near[0].entry.number}: {near[0].differences[0]}" if near else ""
