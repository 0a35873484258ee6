"""The journal: searched, counted and cleared."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal import Journal
from oifde_simulator.journal.filter_parameters import WrongParameter
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.journal import NearMiss, search_nearest
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import selected
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.query import wrong_parameter

if TYPE_CHECKING:
    from oifde_simulator.verification.snapshot import JournalSnapshot


NUMBER = attrgetter("number")
NO_OUTCOME_YET = (
    "outcome: an exchange is told here when it comes, and its outcome is known when its answer has ended; "
    "wait for it with GET /journal/wait"
)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Entries that a filter accepts, as of one moment."""

    entries: list[Entry]
    """Entries, the oldest first."""
    truncated: bool
    """True where entries of the range had to go."""
    last: int
    """Number of the newest entry on record; 0 when there was none."""

    def summary(self, count: int) -> dict[str, Any]:
        """Make the members that every answer about a search has; `count` is the number of entries."""
        return {"count": count, "truncated": self.truncated, "last": self.last}


@dataclass(frozen=True, slots=True)
class JournalSize:
    """Size of the journal."""

    exchanges: dict[str, int]
    """Number of entries by tenant; `""` stands for no known tenant."""
    bytes: int
    """Bytes of memory that the entries are charged with."""


class JournalService:
    """Work on the journal of one server."""

    def __init__(self, journal: Journal, evaluations: Evaluations) -> None:
        self._journal = journal
        self._evaluations = evaluations

    @property
    def redaction(self) -> Redactor:
        """Maker of the fingerprints that stand for credentials."""
        return self._journal.redaction

    def filter(self, parameters: Iterable[tuple[str, str]]) -> Filter:
        """Make the filter that query parameters describe. Raises Problem."""
        try:
            return self._journal.filter(parameters)
        except WrongParameter as error:
            raise wrong_parameter(str(error)) from None

    def filter_of_arrivals(self, parameters: Iterable[tuple[str, str]]) -> Filter:
        """Make a filter of exchanges as they come, which have no outcome yet. Raises Problem."""
        wanted = self.filter(parameters)
        if wanted.needs_end:
            raise wrong_parameter(NO_OUTCOME_YET)
        return wanted

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        return await self._journal.last()

    async def get(self, number: int) -> Entry | None:
        """Find an entry by its number; None where it is not on record."""
        return await self._journal.get(number)

    async def entries(self, tenant: str | None = None) -> list[Entry]:
        """List all entries, or those of a tenant, the oldest first."""
        return await self._journal.entries(tenant, Since())

    async def has_entries(self, tenant: str) -> bool:
        """Check that a tenant has entries."""
        return bool(await self._journal.entries(tenant, Since(), 1))

    async def comparable(self, wanted: Filter) -> list[Entry]:
        """List the entries in the range of a filter that may be near misses, the oldest first.

        Those of other tenants are none: they belong to other tests.
        """
        if not wanted.tenant:
            return await self._journal.entries(wanted.tenant, wanted.since)
        own = await self._journal.entries(wanted.tenant, wanted.since)
        unknown = await self._journal.entries("", wanted.since)
        return sorted([*own, *unknown], key=lambda entry: entry.number)

    async def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """List the entries of these numbers that are still on record, in order."""
        return await self._journal.some(tenant, numbers)

    async def search(self, wanted: Filter, before: int | None = None) -> SearchResult:
        """Find the entries that a filter accepts, only those `before` a number where one is given.

        Other requests are answered in between.
        """
        entries = await self._journal.entries(wanted.tenant, wanted.since)
        if before is not None:
            del entries[bisect_left(entries, before, key=NUMBER) :]
        return await self.result(wanted, await self.accepted(wanted, entries))

    async def accepted(self, wanted: Filter, entries: Sequence[Entry]) -> list[Entry]:
        """Choose the entries that a filter accepts. Raises Problem where that takes too long."""
        return await self._evaluations.run(selected(entries, wanted.accepts))

    async def nearest(self, wanted: Filter, entries: Sequence[Entry]) -> list[NearMiss]:
        """Find the entries that a filter nearly accepts. Raises Problem where that takes too long."""
        return await self._evaluations.run(search_nearest(wanted, entries))

    async def result(self, wanted: Filter, entries: list[Entry]) -> SearchResult:
        """Tell how entries that a filter accepts stand to the journal as it is now."""
        truncated = await self._journal.truncated(wanted.tenant, wanted.since)
        return SearchResult(entries, truncated, await self._journal.last())

    async def snapshot(
        self, tenants: Iterable[str | None], since: Since, initial_tokens: Mapping[str, str]
    ) -> JournalSnapshot:
        """Copy the entries of some tenants (None: of all) for a verdict.

        `initial_tokens` has fingerprints of tokens that tenants were made with, by tenant.
        """
        from oifde_simulator.verification.snapshot import JournalSnapshot  # only wanted by verification

        return await JournalSnapshot.read(self._journal, tenants, since, initial_tokens)

    async def has_lost_entries(self) -> bool:
        """Check that entries had to go to keep the bounds."""
        return await self._journal.truncated(None, Since())

    async def clear(self, tenant: str | None = None) -> int:
        """Forget the entries of a tenant (`""`: of no known tenant), or all for None; count them."""
        return await self._journal.clear(tenant)

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; count them."""
        return await self._journal.remove(numbers)

    async def size(self) -> JournalSize:
        """Measure the journal."""
        return JournalSize(dict(await self._journal.sizes()), await self._journal.charge())
