"""Free text in entries: what a person types who has seen some of an exchange somewhere.

Rule: the work for one entry is bounded by what is kept of it, and no exchange waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import orjson

from oifde_simulator.model.entry import Entry
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.text import shown


class TextCondition(Condition):
    """Condition that a text has another within, in capitals or not."""

    def __init__(self, wanted: str, *alternatives: str) -> None:
        """Look for `wanted`; `alternatives`, such as a fingerprint of it, are as good."""
        needles = [text.casefold() for text in (wanted, *alternatives)]
        self.wanted = wanted
        self.backtracks = True  # it may take long: whoever subscribes judges at leisure
        self.accepts = lambda value: _has_any(needles, value)

    def __str__(self) -> str:
        return f"a text with {shown(self.wanted)}"


def _has_any(needles: list[str], value: Any) -> bool:
    text = value.casefold()
    return any(needle in text for needle in needles)


def searchable_text(entry: Entry) -> str:
    """Join the texts of an entry that a search looks through, a line each."""
    return "\n".join(filter(None, _texts(entry)))


def _texts(entry: Entry) -> Iterator[str]:
    head, document, body = entry.request
    yield from (entry.tenant, entry.endpoint, head.method, head.target)
    if "%" in head.target:
        yield unquote(head.target)
    yield from _values(document)
    yield body
    yield str(entry.honest.get("errorMsg") or "")
    yield from entry.rules
    if entry.rule:  # what was sent in place of the honest answer
        yield entry.body.decode("utf-8", "replace")
    yield from (*entry.faults, *entry.problems, *entry.warnings, *entry.notes)


def _values(document: Mapping[str, Any]) -> Iterator[str]:
    for value in document.values():
        yield value if isinstance(value, str) else orjson.dumps(value).decode()
