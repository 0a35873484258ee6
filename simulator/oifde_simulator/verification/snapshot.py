"""A snapshot of the journal, and the results that are computed from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal import Journal
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.journal import NearMiss, search_nearest
from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import Steps, selected

SEARCHED = 1000
"""Newest entries that are searched for near misses."""
MOST_NUMBERS = 100
"""Entries that a result lists."""


@dataclass(frozen=True, slots=True)
class Range:
    """Entries of one tenant, or of all."""

    entries: Sequence[Entry]
    """Entries, the oldest first, including those before `since`."""
    truncated: bool
    """True if entries since `since` were lost."""
    any_lost: bool
    """True if any entries were lost."""


class JournalSnapshot:
    """Entries of some tenants; later exchanges do not change them."""

    def __init__(
        self,
        ranges: Mapping[str | None, Range],
        since: Since,
        initial_tokens: Mapping[str, str] | None = None,
    ) -> None:
        """`ranges` by tenant: `""` for unknown tenants, None for all."""
        self.since = since
        self._initial_tokens = initial_tokens or {}
        self._ranges = ranges

    @classmethod
    async def read(
        cls,
        journal: Journal,
        tenants: Iterable[str | None],
        since: Since,
        initial_tokens: Mapping[str, str] | None = None,
    ) -> JournalSnapshot:
        """Read entries; `initial_tokens` has fingerprints of the tokens that tenants were made with."""
        ranges = {
            tenant: Range(
                await journal.entries(tenant, Since()),
                await journal.truncated(tenant, since),
                await journal.truncated(tenant, Since()),
            )
            for tenant in {*tenants, ""}
        }
        return cls(ranges, since, initial_tokens)

    def initial_token(self, tenant: str) -> str:
        """Get the fingerprint of the token that a tenant was made with; empty if it has none."""
        return self._initial_tokens.get(tenant, "")

    def range_of(self, tenant: str | None) -> Range:
        """Get the entries of one of the tenants."""
        return self._ranges[tenant]

    def matching(self, wanted: Filter) -> Steps[list[Entry]]:
        """List the entries that a filter accepts, a step each."""
        return selected(self._ranges[wanted.tenant].entries, wanted.accepts)

    def nearest(
        self, wanted: Filter, after: int = 0, endpoints: Collection[str] = ()
    ) -> Steps[list[NearMiss]]:
        """List the nearest misses among the entries of the filter's tenant and of unknown tenants.

        With `endpoints` these alone are looked at.
        """
        first = max(after, self.since.number)
        entries = [
            entry
            for tenant in ({None} if wanted.tenant is None else {wanted.tenant, ""})
            for entry in self._ranges[tenant].entries
            if entry.number > first
            and (self.since.at is None or entry.at >= self.since.at)
            and (not endpoints or entry.endpoint in endpoints)
        ]
        entries.sort(key=lambda entry: entry.number)
        return search_nearest(wanted, entries[-SEARCHED:])


@dataclass(frozen=True, slots=True)
class Result:
    """Result of one expectation."""

    passed: bool
    message: str
    found: int
    """Number of exchanges that were counted."""
    numbers: Sequence[int] = ()
    """Entries that the result rests on: those that fit, or those that break the expectation."""
    near: Sequence[NearMiss] = ()
    """Nearest misses, the nearest first."""
    truncated: bool = False
    """True if entries that matter were lost."""
    more: dict[str, Any] = field(default_factory=dict)
    """Additional members for this kind of expectation."""

    def as_json(self) -> dict[str, Any]:
        """Render the result as JSON."""
        return {
            "passed": self.passed,
            "message": self.message,
            "found": self.found,
            "numbers": self.numbers[:MOST_NUMBERS],
            "truncated": self.truncated,
            "nearMisses": [_near_miss(miss) for miss in self.near],
            **self.more,
        }


def _near_miss(miss: NearMiss) -> dict[str, Any]:
    differences = [
        {"where": each.place, "expected": each.expected, "found": each.found} for each in miss.differences
    ]
    return {"number": miss.entry.number, "differences": differences}


GONE = "entries of that range are gone, so this cannot be confirmed; keep more of them, or ask sooner"
"""End of a message where lost entries make the result uncertain."""


def hint(near: Sequence[NearMiss]) -> str:
    """Format the nearest miss as the end of a message; empty if there is none."""
    return f"; nearest is entry {near[0].entry.number}: {near[0].differences[0]}" if near else ""
