"""From a description of exchanges, as JSON, to a filter: names of the journal's filters, conditions of rules.

What is wrong is told with its place, all of it at once. Credentials are marked before anything else
is done with them, so neither filters nor messages have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from oifde_simulator.journal.filters import ATTRIBUTES, PARTS, Filter, Since
from oifde_simulator.journal.recorded_head import LONGEST_HEADER
from oifde_simulator.journal.redaction.redactor import PREFIX, Redaction
from oifde_simulator.oifde.operations import REQUEST_FIELDS
from oifde_simulator.rules.matching import Condition
from oifde_simulator.scenario.errors import Path, dotted
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.verification.conditions import complaint, secret, told

SECTIONS = tuple(PARTS.values())
"""Parts of an exchange that may hold conditions by name, as in a rule's match."""
MOST_CONDITIONS = 64
MOST_MISTAKES = 100
"""Mistakes of one body that are looked for."""
WORDS = ("tokensFetchedFirst",)
"""Names that look like a credential's and are ours."""


class Enough(Exception):
    """So many mistakes were found that no more are looked for."""


@dataclass(frozen=True, slots=True)
class Description:
    """Which exchanges are meant."""

    filter: Filter
    text: str
    """For messages."""

    def __str__(self) -> str:
        return f"({self.text})" if self.text else "(any)"


@dataclass(slots=True)
class Reader:
    """Reads descriptions; mistakes are gathered, not raised."""

    redaction: Redaction
    tenant: Any = None
    """The tenant of descriptions that name none, as a condition; None for any."""
    since: Since = field(default_factory=Since)
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, path: Path, message: str) -> None:
        """Remember a mistake and its place. Raises Enough."""
        self.mistakes.append(f"{dotted(path)}: {message}")
        if len(self.mistakes) >= MOST_MISTAKES:
            raise Enough

    def describe(self, *given: tuple[Path, Any]) -> Description:
        """The exchanges that all of these objects describe together."""
        tests: dict[str, Condition] = {} if self.tenant is None else {"tenant": Condition(self.tenant)}
        match: dict[str, Any] = {}
        seen: set[tuple[str, str]] = set()
        texts = []
        for path, part, name, wanted in self._conditions(given):
            if (part, name) in seen:
                self.wrong(path, "is there twice; expected each condition once")
            seen.add((part, name))
            condition = self._condition(path, part, name, wanted)
            if condition is None:
                continue
            texts.append(told(part, name, condition))
            if part:
                match.setdefault(part, {})[name] = condition.wanted
            else:
                tests[name] = condition
        if len(seen) > MOST_CONDITIONS:
            self.wrong(given[0][0], f"expected at most {MOST_CONDITIONS} conditions, found {len(seen)}")
        return Description(Filter(tests, match, self.since), ", ".join(texts))

    def _conditions(self, given: tuple[tuple[Path, Any], ...]) -> Iterator[tuple[Path, str, str, Any]]:
        """Each condition: its place, the part of the exchange (empty for the whole), the field, the value."""
        for path, members in given:
            if not isinstance(members, Mapping):
                self.wrong(path, "expected an object of conditions")
                continue
            if self._too_many(path, members):
                continue
            for name, wanted in members.items():
                yield from self._placed((*path, name), name, wanted)

    def _placed(self, path: Path, name: str, wanted: Any) -> Iterator[tuple[Path, str, str, Any]]:
        part, _, rest = name.partition(".")
        if name in ATTRIBUTES:
            yield path, "", name, wanted
        elif name in SECTIONS and isinstance(wanted, Mapping):
            if self._too_many(path, wanted):
                return
            yield from (((*path, inner), name, inner, value) for inner, value in wanted.items())
        elif name in SECTIONS:
            self.wrong(path, "expected an object of conditions by name")
        elif part in SECTIONS and rest:
            yield path, part, rest, wanted
        elif name in fields():
            yield path, "request", name, wanted
        else:
            known = (*ATTRIBUTES, *SECTIONS, *sorted(fields()))
            hint = did_you_mean(name, known) or f"; expected one of {', '.join(known)}, or request.NAME"
            self.wrong(path, f"nothing of an exchange is called {shown(name)}{hint}")

    def _too_many(self, path: Path, members: Mapping[str, Any]) -> bool:
        if len(members) > MOST_CONDITIONS:
            self.wrong(path, f"expected at most {MOST_CONDITIONS} conditions, found {len(members)}")
        return len(members) > MOST_CONDITIONS

    def _condition(self, path: Path, part: str, name: str, wanted: Any) -> Condition | None:
        """The condition that `wanted` says; None where it says none."""
        if mistake := complaint(part, name, wanted):
            self.wrong(path, mistake)
            return None
        try:
            return Condition(self._marked(part, name, wanted))
        except ValueError:
            self.wrong(path, "expected a JSON Schema of draft 2020-12, which this is not")
            return None

    def _marked(self, part: str, name: str, wanted: Any) -> Any:
        if isinstance(wanted, str):
            return self.mark(part, name, wanted)
        if not isinstance(wanted, Mapping) or not secret(part, name):
            return wanted
        return {word: self._all_marked(part, name, value) for word, value in wanted.items()}

    def _all_marked(self, part: str, name: str, value: Any) -> Any:
        values = [self.mark(part, name, each) for each in (value if isinstance(value, list) else [value])]
        return values if isinstance(value, list) else values[0]

    def mark(self, part: str, name: str, value: Any) -> Any:
        """A value as it is on record."""
        if not isinstance(value, str) or not value or value.startswith(PREFIX):
            return value
        if part == "headers":
            return self.redaction.header(name, value, LONGEST_HEADER)
        return self.redaction.mark(value) if secret(part, name) else value

    def clean(self, given: Any, part: str = "request") -> Any:
        """What was given, as JSON, without credentials."""
        if isinstance(given, list):
            return [self.clean(each, part) for each in given]
        if not isinstance(given, Mapping):
            return given
        return {name: self._clean_member(part, name, value) for name, value in given.items()}

    def _clean_member(self, part: str, name: str, value: Any) -> Any:
        section, _, rest = name.partition(".")
        if section in SECTIONS:
            return self._clean_member(section, rest, value) if rest else self.clean(value, section)
        if name in WORDS or not secret(part, name):
            return self.clean(value, part)
        return self._marked(part, name, value)


def fields() -> frozenset[str]:
    """List the request fields of all operations."""
    return REQUEST_FIELDS
