"""Walks through the pages of a query.

Rule: pages may come in any order, since a client may fetch them side by side. Pages after the last are
ignored, since a client that walks until an empty page asks for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

import orjson

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.operation import Operation, Paging
from oifde_simulator.oifde.operations import OPERATIONS

PAGED: Mapping[str, tuple[Operation, Paging]] = {
    each.name: (each, each.paging) for each in OPERATIONS if each.paging
}
"""Operations whose answers have pages."""
NOT_ARRIVED = ("closed", "reset", "client left")
"""Endings of answers that did not arrive whole."""
MOST_LISTED = 10
"""Walks that a result lists, and pages of each."""


@dataclass(slots=True)
class Walk:
    """The requests of one query."""

    endpoint: str
    query: Mapping[str, Any]
    """Fields of the query as text, without the page."""
    pages: dict[int, list[Entry]] = field(default_factory=dict)
    """Entries by page number."""
    total: int | None = None
    """Total in the newest honest answer; None if there was none."""

    @property
    def last(self) -> int:
        """Number of the last page."""
        size = _number(self.query[PAGED[self.endpoint][1].size]) or 1
        return max(1, -(-(self.total or 0) // size))

    def missing(self) -> list[int]:
        """List the pages without a good answer."""
        answered = {page for page, entries in self.pages.items() if any(map(_is_good, entries))}
        return [page for page in range(1, self.last + 1) if page not in answered]

    def repeated(self) -> list[int]:
        """List the pages that were asked for again after a good and honest answer."""
        return [page for page in sorted(self.pages) if any(map(_is_honest, self.pages[page][:-1]))]

    def as_json(self) -> dict[str, Any]:
        """Render the walk as JSON."""
        return {
            "query": self.query,
            "pages": self.last,
            "missing": self.missing()[:MOST_LISTED],
            "repeated": self.repeated()[:MOST_LISTED],
        }


def find_walks(entries: Iterable[Entry]) -> list[Walk]:
    """Group entries into walks, in the order in which they began."""
    found: dict[bytes, Walk] = {}
    for entry in entries:
        query = _query(entry)
        key = orjson.dumps((entry.tenant, entry.endpoint, query), option=orjson.OPT_SORT_KEYS)
        walk = found.setdefault(key, Walk(entry.endpoint, query))
        walk.pages.setdefault(_page(entry), []).append(entry)
        total = PAGED[entry.endpoint][1].total
        if entry.honest.get("errorCode") == 0 and total in entry.honest:
            walk.total = entry.honest[total]
    return list(found.values())


def _query(entry: Entry) -> dict[str, Any]:
    """Read the fields of a query as text, without the page."""
    operation, paging = PAGED[entry.endpoint]
    defaults = {paging.size: operation.request_defaults[paging.size]}
    apart = (paging.number, operation.token_field)  # may differ between the pages of one query
    sent = {name: value for name, value in entry.request.document.items() if value not in (None, "")}
    return {name: _text(value) for name, value in (defaults | sent).items() if name not in apart}


def _page(entry: Entry) -> int:
    operation, paging = PAGED[entry.endpoint]
    sent = _number(_text(entry.request.document.get(paging.number)))
    return sent or int(operation.request_defaults[paging.number])


def _text(value: Any) -> Any:
    """Convert a number to text, since a setting lets clients send either."""
    return str(value) if type(value) is int else value


def _number(text: Any) -> int:
    """Parse the number or size of a page; 0 if it is not a number."""
    good = isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 9
    return int(text) if good else 0


def _is_good(entry: Entry) -> bool:
    """Check that the answer was no error and may have arrived."""
    return entry.status < 300 and not entry.error_code and entry.outcome.how not in NOT_ARRIVED


def _is_honest(entry: Entry) -> bool:
    """Check that the answer was good and no rule spoiled it, so that there was no reason to ask again."""
    return _is_good(entry) and not entry.rule
