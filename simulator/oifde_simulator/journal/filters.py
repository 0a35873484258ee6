"""Filters of the journal: conditions on entries, the same as those of rules.

Rule: `difference` explains a filter, field by field; an entry without a difference, and not too old, is
accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.outcome_condition import OUTCOME, ending
from oifde_simulator.journal.text_search import searchable_text
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.view import ABSENT, Mismatch
from oifde_simulator.oifde.operations import TENANT_FIELDS
from oifde_simulator.rules.conditions.matching import Condition, Matcher
from oifde_simulator.text import shown

ATTRIBUTES: Mapping[str, Callable[[Entry], Any]] = {
    "tenant": lambda entry: entry.tenant or ABSENT,
    "endpoint": lambda entry: entry.endpoint or ABSENT,
    "rule": lambda entry: entry.rules or ABSENT,
    "status": lambda entry: entry.status,
    "errorCode": lambda entry: ABSENT if entry.error_code is None else entry.error_code,
    "client": lambda entry: entry.peer.address or ABSENT,
    "connection": lambda entry: entry.peer.connection or ABSENT,
    "warnings": lambda entry: entry.warnings or ABSENT,
    "spoiled": lambda entry: entry.rule or ABSENT,
    OUTCOME: ending,
    "text": searchable_text,
}
"""Attributes of an entry that a filter can test; of several values in a tuple one has to fit."""
NUMBERS = ("status", "errorCode", "connection")
"""Attributes whose values are numbers."""
YES_OR_NO = ("spoiled",)
"""Attributes that are there or not, and have no values to choose from."""
FREE_TEXT = "text"
"""Attribute of which a part is looked for."""

IndexKey = tuple[str, Any]
"""Name and value by which subscribers are indexed; a field of the request is called `request.NAME`."""
ANY_ENTRY: IndexKey = ("", None)
"""Key of every entry."""
INDEXED = ("errorCode", "status", "endpoint")
"""Attributes that are index keys, as each rule is; tenants have an index of their own."""


@dataclass(frozen=True, slots=True)
class Since:
    """Beginning of a range of entries: after a number, and not before a time."""

    number: int = 0
    at: int | None = None
    """Epoch milliseconds on the tenant's clock; None for any time."""
    given: bool = False
    """True if a client has set the beginning."""


class Filter:
    """A test of entries."""

    def __init__(self, tests: Mapping[str, Condition], match: Mapping[str, Any], since: Since) -> None:
        """`tests` are conditions by attribute; `match` has conditions by part and field, as in a rule."""
        self.since = since
        self._tests = [(name, ATTRIBUTES[name], condition) for name, condition in tests.items()]
        self._matcher = Matcher(match) if match else None
        self.tenant = _only_tenant(tests.get("tenant"))
        """Id of the only tenant whose entries can fit, `""` for unknown tenants; None for any tenant."""
        wanted = match.get("request", {}).items()
        self._field = next(((name, value) for name, value in wanted if type(value) is str), ("", ""))
        self.rule = _only_text(tests.get("rule"))
        """Name of the only rule that is wanted; empty for any rule, or none."""
        self.index_keys = tuple(_wanted_keys(tests, match)) or (ANY_ENTRY,)
        """Keys of which every accepted entry has each."""
        self._given = tests, match

    @property
    def needs_end(self) -> bool:
        """Check that a condition is about the end of an exchange, which is unknown when the entry is made."""
        return OUTCOME in self._given[0]

    @property
    def backtracks(self) -> bool:
        """Check that a condition has a regular expression that may take long."""
        return any(each.backtracks for _, _, each in self._tests) or (
            self._matcher is not None and self._matcher.backtracks
        )

    @cached_property
    def canonical(self) -> str:
        """Text that is equal for filters that accept the same entries by the same conditions."""
        tests, match = self._given
        parts = [(part, sorted(fields.items())) for part, fields in sorted(match.items())]
        return repr((sorted((name, each.wanted) for name, each in tests.items()), parts, self.since))

    def accepts(self, entry: Entry) -> bool:
        """Check that an entry fits."""
        since = self.since
        if entry.number <= since.number or (since.at is not None and entry.at < since.at):
            return False
        if not all(_fits(condition, value(entry)) for _, value, condition in self._tests):
            return False
        name, text = self._field
        if name and entry.request.document.get(name) != text:  # a cheap test that most entries fail
            return False
        return self._matcher is None or self._matcher.matches(entry.view())

    def difference(self, entry: Entry) -> list[Mismatch]:
        """List the reasons why an entry does not fit; its age is not one of them."""
        found = [
            Mismatch(name, str(condition), self._found(name, value, entry))
            for name, value, condition in self._tests
            if not _fits(condition, value(entry))
        ]
        if self.why_idle(entry):
            found.sort(key=lambda each: each.place != "rule")  # the reason is what is asked for
        return found + (self._matcher.difference(entry.view()) if self._matcher else [])

    def why_idle(self, entry: Entry) -> str:
        """Say why the one rule that the filter wants did not fire though it matched; empty where unknown."""
        if not self.rule or self.rule in entry.rules:
            return ""
        held = (why for rule, why in entry.held_back if rule == self.rule)
        noted = (note for note in entry.notes if note.startswith(f"{self.rule}: "))
        return next(held, "") or next(noted, "").removeprefix(f"{self.rule}: ")

    def _found(self, name: str, value: Callable[[Entry], Any], entry: Entry) -> str:
        if name == "tenant":
            return _shown_tenant(entry)
        if name == OUTCOME:
            return shown(entry.outcome.how)
        why = self.why_idle(entry) if name == "rule" else ""
        return f"{_shown(value(entry))}; it matched but did not fire: {why}" if why else _shown(value(entry))


def entry_keys(entry: Entry) -> Iterator[IndexKey]:
    """List the index keys of an entry."""
    yield ANY_ENTRY
    for name in INDEXED:
        yield name, ATTRIBUTES[name](entry)
    for rule in entry.rules:
        yield "rule", rule
    for name, value in entry.request.document.items():
        if type(value) is str:
            yield f"request.{name}", value


def _wanted_keys(tests: Mapping[str, Condition], match: Mapping[str, Any]) -> Iterator[IndexKey]:
    for name, value in match.get("request", {}).items():
        if type(value) is str:
            yield f"request.{name}", value
    for name in ("rule", *INDEXED):
        if name in tests and type(tests[name].wanted) in (str, int):
            yield name, tests[name].wanted


def _only_tenant(condition: Condition | None) -> str | None:
    wanted = condition.wanted if condition else None
    return "" if wanted is False else wanted if isinstance(wanted, str) else None


def _only_text(condition: Condition | None) -> str:
    """Return the one text that a condition wants; empty where it wants another thing."""
    wanted = condition.wanted if condition else None
    return wanted if isinstance(wanted, str) else ""


def _shown_tenant(entry: Entry) -> str:
    """Format the tenant of an entry, or the name in its request if no tenant has that name."""
    if entry.tenant:
        return shown(entry.tenant)
    document = entry.request.document
    named = next((document[name] for name in TENANT_FIELDS if name in document), ABSENT)
    return "nothing" if named is ABSENT else f"{shown(named)}, which is no tenant"


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(shown, value))
    return "nothing" if value is ABSENT else shown(value)


def _fits(condition: Condition, value: Any) -> bool:
    """Check that a value fits, or one of several."""
    return any(map(condition.accepts, value)) if type(value) is tuple else condition.accepts(value)
