"""Whether the pages of each query were walked: 1 to the last, none left out, none asked again without need.

In any order, since a client may fetch them side by side. Pages behind the last are not judged: who
walks until an empty page asks for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from oifde_simulator.model.entry import Entry
from oifde_simulator.model.operation import Operation, Paging
from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.text import counted
from oifde_simulator.verification.describing import Description
from oifde_simulator.verification.snapshot import GONE, Past, Result

PAGED: Mapping[str, tuple[Operation, Paging]] = {
    each.name: (each, each.paging) for each in OPERATIONS if each.paging
}
"""Operations whose answers have pages."""
UNHEARD = ("closed", "reset", "client left")
"""Outcomes of an answer that did not arrive whole."""
MOST_TOLD = 10
"""Walks, and pages of one, that are told."""


@dataclass(slots=True)
class Walk:
    """All requests for one query."""

    endpoint: str
    query: Mapping[str, Any]
    """What it asks for, as text."""
    asked: dict[int, list[Entry]] = field(default_factory=dict)
    """By page."""
    total: int | None = None
    """Of the newest honest answer; None where there was none."""

    @property
    def last(self) -> int:
        """The number of the last page."""
        size = _number(self.query[PAGED[self.endpoint][1].size]) or 1
        return max(1, -(-(self.total or 0) // size))

    def missing(self) -> list[int]:
        """Pages that no good answer came for."""
        answered = {page for page, entries in self.asked.items() if any(map(_good, entries))}
        return [page for page in range(1, self.last + 1) if page not in answered]

    def repeated(self) -> list[int]:
        """Pages that were asked for again after a good answer that no rule had touched."""
        return [page for page in sorted(self.asked) if any(map(_plain, self.asked[page][:-1]))]

    def as_json(self) -> dict[str, Any]:
        """The walk for machines."""
        return {
            "query": self.query,
            "pages": self.last,
            "missing": self.missing()[:MOST_TOLD],
            "repeated": self.repeated()[:MOST_TOLD],
        }


@dataclass(frozen=True, slots=True)
class PagesWalked:
    """The pages of each query were walked."""

    description: Description
    """Which requests are judged."""

    @property
    def tenant(self) -> str | None:
        """Whose entries are looked at."""
        return self.description.filter.tenant

    def judge(self, past: Past) -> Result:
        """Whether they were; where nothing was asked, they were not."""
        entries = [entry for entry in past.fitting(self.description.filter) if entry.endpoint in PAGED]
        truncated = past.of(self.tenant).truncated
        every = walks(entries)
        broken = [walk for walk in every if walk.missing() or walk.repeated()]
        near = () if every else past.nearest(self.description.filter)
        return Result(
            passed=bool(every) and not broken and not truncated,
            message=self._told(every, broken) + (f"; {GONE}" if truncated else ""),
            found=len(every),
            numbers=[entry.number for entry in entries],
            near=near,
            truncated=truncated,
            more={"walks": [walk.as_json() for walk in broken[:MOST_TOLD]]},
        )

    def _told(self, every: Sequence[Walk], broken: Sequence[Walk]) -> str:
        if not every:
            return f"expected a walk, found no {' or '.join(PAGED)} {self.description}"
        if not broken:
            pages = counted(sum(walk.last for walk in every), "page")
            return f"{pages} of {counted(len(every), 'walk')}, each asked for"
        return f"{len(broken)} of {counted(len(every), 'walk')} not whole: {_broken(broken[0])}"


def walks(entries: Iterable[Entry]) -> list[Walk]:
    """The walks that these entries are, in the order in which they began."""
    found: dict[bytes, Walk] = {}
    for entry in entries:
        query = _query(entry)
        key = orjson.dumps((entry.tenant, entry.endpoint, query), option=orjson.OPT_SORT_KEYS)
        walk = found.setdefault(key, Walk(entry.endpoint, query))
        walk.asked.setdefault(_page(entry), []).append(entry)
        total = PAGED[entry.endpoint][1].total
        if entry.honest.get("errorCode") == 0 and total in entry.honest:
            walk.total = entry.honest[total]
    return list(found.values())


def _query(entry: Entry) -> dict[str, Any]:
    """What an entry asks for, without the page."""
    operation, paging = PAGED[entry.endpoint]
    defaults = {paging.size: operation.request_defaults[paging.size]}
    apart = (paging.number, operation.token_field)  # may differ between the pages of one query
    sent = {name: value for name, value in entry.asked.document.items() if value not in (None, "")}
    return {name: _text(value) for name, value in (defaults | sent).items() if name not in apart}


def _page(entry: Entry) -> int:
    operation, paging = PAGED[entry.endpoint]
    sent = _number(_text(entry.asked.document.get(paging.number)))
    return sent or int(operation.request_defaults[paging.number])


def _text(value: Any) -> Any:
    """A number as text, since a setting lets clients send either."""
    return str(value) if type(value) is int else value


def _number(text: Any) -> int:
    """A page's number or size; 0 for what is none."""
    good = isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 9
    return int(text) if good else 0


def _good(entry: Entry) -> bool:
    """Whether what was sent is an answer with records, as far as can be known."""
    return entry.status < 300 and not entry.error_code and entry.outcome.how not in UNHEARD


def _plain(entry: Entry) -> bool:
    """Whether there was no reason to ask again."""
    return _good(entry) and not entry.rule


def _broken(walk: Walk) -> str:
    """What is wrong with a walk, in a line."""
    tenant = PAGED[walk.endpoint][0].tenant_field
    query = ", ".join(f"{name} {value}" for name, value in walk.query.items() if name != tenant)
    missing, repeated = walk.missing(), walk.repeated()
    said = [f"of {query} ({counted(walk.last, 'page')})"]
    if missing:
        said.append(f"{_pages(missing)} not answered")
    if missing and missing[0] in walk.asked:
        number = walk.asked[missing[0]][-1].number
        said.append(f"entry {number} asked for page {missing[0]} and was answered with an error")
    if repeated:
        numbers = ", ".join(str(entry.number) for entry in walk.asked[repeated[0]][:MOST_TOLD])
        said.append(f"{_pages(repeated)} asked for again, page {repeated[0]} by entries {numbers}")
    return ", ".join(said)


def _pages(pages: Sequence[int]) -> str:
    more = ", ..." if len(pages) > MOST_TOLD else ""
    words = ("page", "was") if len(pages) == 1 else ("pages", "were")
    return f"{words[0]} {', '.join(map(str, pages[:MOST_TOLD]))}{more} {words[1]}"
