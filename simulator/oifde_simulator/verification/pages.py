"""The pages of each query: 1 to the last, each asked for, none asked for again without need."""

from __future__ import annotations

from collections.abc import Sequence

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.filters import Filter
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import counted
from oifde_simulator.verification.descriptions import Description
from oifde_simulator.verification.snapshot import GONE, JournalSnapshot, Result
from oifde_simulator.verification.walks import MOST_LISTED, PAGED, Walk, find_walks


@dataclass(frozen=True, slots=True)
class PagesWalked:
    """The pages of each query were all asked for, none twice without need."""

    description: Description
    """Requests that are verified."""

    @property
    def tenant(self) -> str | None:
        """Tenant whose entries are searched; None for all."""
        return self.description.filter.tenant

    @property
    def filters(self) -> Sequence[Filter]:
        """Filters of the exchanges that are looked for."""
        return (self.description.filter,)

    def verify(self, snapshot: JournalSnapshot) -> Steps[Result]:
        """Find the walks and check each; without any walk the expectation fails."""
        matching = yield from snapshot.matching(self.description.filter)
        entries = [entry for entry in matching if entry.endpoint in PAGED]
        truncated = snapshot.range_of(self.tenant).truncated
        every = find_walks(entries)
        broken = [walk for walk in every if walk.missing() or walk.repeated()]
        near = () if every else (yield from snapshot.nearest(self.description.filter))
        return Result(
            passed=bool(every) and not broken and not truncated,
            message=self._message(every, broken) + (f"; {GONE}" if truncated else ""),
            found=len(every),
            numbers=[entry.number for entry in entries],
            near=near,
            truncated=truncated,
            more={"walks": [walk.as_json() for walk in broken[:MOST_LISTED]]},
        )

    def _message(self, every: Sequence[Walk], broken: Sequence[Walk]) -> str:
        if not every:
            return f"expected a walk, found no {' or '.join(PAGED)} {self.description}"
        if not broken:
            pages = counted(sum(walk.last for walk in every), "page")
            return f"{pages} of {counted(len(every), 'walk')}, each asked for"
        return f"{len(broken)} of {counted(len(every), 'walk')} not whole: {_format_broken(broken[0])}"


def _format_broken(walk: Walk) -> str:
    """Format the errors of a walk in one line."""
    tenant = PAGED[walk.endpoint][0].tenant_field
    query = ", ".join(f"{name} {value}" for name, value in walk.query.items() if name != tenant)
    missing, repeated = walk.missing(), walk.repeated()
    parts = [f"of {query} ({counted(walk.last, 'page')})"]
    if missing:
        parts.append(f"{_format_pages(missing)} not answered")
    if missing and missing[0] in walk.pages:
        number = walk.pages[missing[0]][-1].number
        parts.append(f"entry {number} asked for page {missing[0]} and was answered with an error")
    if repeated:
        numbers = ", ".join(str(entry.number) for entry in walk.pages[repeated[0]][:MOST_LISTED])
        parts.append(f"{_format_pages(repeated)} asked for again, page {repeated[0]} by entries {numbers}")
    return ", ".join(parts)


def _format_pages(pages: Sequence[int]) -> str:
    more = ", ..." if len(pages) > MOST_LISTED else ""
    words = ("page", "was") if len(pages) == 1 else ("pages", "were")
    return f"{words[0]} {', '.join(map(str, pages[:MOST_LISTED]))}{more} {words[1]}"
