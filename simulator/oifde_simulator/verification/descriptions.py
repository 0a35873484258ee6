"""Descriptions of exchanges from JSON: names of the journal's filters, conditions of rules.

Rule: errors are gathered with their places, so that all of them can be reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.client_condition import CLIENT, NetworkCondition
from oifde_simulator.journal.filters import ATTRIBUTES, FREE_TEXT, Filter, Since
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.journal.text_search import TextCondition
from oifde_simulator.oifde.operations import REQUEST_FIELDS
from oifde_simulator.rules.conditions.certificate_conditions import PART, field_error
from oifde_simulator.rules.conditions.matching import Condition
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import KeyPath, did_you_mean, dotted, shown
from oifde_simulator.verification.conditions import condition_error, format_condition
from oifde_simulator.verification.expected_redaction import SECTIONS, is_credential, redact_condition

MOST_CONDITIONS = 64
"""Conditions of one description."""
MOST_ERRORS = 100
"""Errors after which the reading of a body stops."""


class ReadingStopped(Exception):
    """The reader has errors and reads no further."""


@dataclass(frozen=True, slots=True)
class Description:
    """A description of exchanges."""

    filter: Filter
    text: str
    """Conditions as messages show them."""

    def __str__(self) -> str:
        return f"({self.text})" if self.text else "(any)"


@dataclass(slots=True)
class DescriptionReader:
    """Reads descriptions and gathers errors."""

    redactor: Redactor
    tenant: Any = None
    """Condition on the tenant for descriptions that name none; None for any tenant."""
    since: Since = field(default_factory=Since)
    """Beginning of the range that all descriptions share."""
    errors: list[str] = field(default_factory=list)
    """Errors with their places."""

    def add_error(self, path: KeyPath, message: str) -> None:
        """Add an error with its place. Raises ReadingStopped if there are too many."""
        self.errors.append(f"{dotted(path)}: {message}")
        if len(self.errors) >= MOST_ERRORS:
            raise ReadingStopped

    def describe(self, *given: tuple[KeyPath, Any]) -> Steps[Description]:
        """Read objects of conditions, each with its place, as one description; a step a condition."""
        tests: dict[str, Condition] = {} if self.tenant is None else {"tenant": Condition(self.tenant)}
        match: dict[str, Any] = {}
        seen: set[tuple[str, str]] = set()
        texts = []
        for path, part, name, wanted in self._conditions(given):
            if (part, name) in seen:
                self.add_error(path, "is there twice; expected each condition once")
            seen.add((part, name))
            condition = self._condition(path, part, name, wanted)
            yield
            if condition is None:
                continue
            texts.append(format_condition(part, name, condition))
            if part:
                match.setdefault(part, {})[name] = condition.wanted
            else:
                tests[name] = condition
        if len(seen) > MOST_CONDITIONS:
            self.add_error(given[0][0], f"expected at most {MOST_CONDITIONS} conditions, found {len(seen)}")
        return Description(Filter(tests, match, self.since), ", ".join(texts))

    def _conditions(self, given: tuple[tuple[KeyPath, Any], ...]) -> Iterator[tuple[KeyPath, str, str, Any]]:
        """List the conditions: place, part of the exchange (empty for an attribute), name, value."""
        for path, members in given:
            if not isinstance(members, Mapping):
                self.add_error(path, "expected an object of conditions")
                continue
            if self._too_many(path, members):
                continue
            for name, wanted in members.items():
                for found in self._placed((*path, name), name, wanted):
                    if self._is_known(found[0], *found[1:3]):
                        yield found

    def _placed(self, path: KeyPath, name: str, wanted: Any) -> Iterator[tuple[KeyPath, str, str, Any]]:
        part, _, rest = name.partition(".")
        if name in ATTRIBUTES:
            yield path, "", name, wanted
        elif name in SECTIONS and isinstance(wanted, Mapping):
            if self._too_many(path, wanted):
                return
            yield from (((*path, inner), name, inner, value) for inner, value in wanted.items())
        elif name == PART and isinstance(wanted, bool):
            yield path, PART, "subject", wanted
        elif name in SECTIONS:
            self.add_error(path, "expected an object of conditions by name")
        elif part in SECTIONS and rest:
            yield path, part, rest, wanted
        elif name in REQUEST_FIELDS:
            yield path, "request", name, wanted
        else:
            known = (*ATTRIBUTES, *SECTIONS, *sorted(REQUEST_FIELDS))
            hint = did_you_mean(name, known) or f"; expected one of {', '.join(known)}, or request.NAME"
            self.add_error(path, f"nothing of an exchange is called {shown(name)}{hint}")

    def _is_known(self, path: KeyPath, part: str, name: str) -> bool:
        """Check that a certificate has such a field; other parts may have any."""
        error = field_error(name) if part == PART else ""
        if error:
            self.add_error(path, error)
        return not error

    def _too_many(self, path: KeyPath, members: Mapping[str, Any]) -> bool:
        if len(members) > MOST_CONDITIONS:
            self.add_error(path, f"expected at most {MOST_CONDITIONS} conditions, found {len(members)}")
        return len(members) > MOST_CONDITIONS

    def _condition(self, path: KeyPath, part: str, name: str, wanted: Any) -> Condition | None:
        """Build a condition from its value; None after an error."""
        if error := condition_error(part, name, wanted):
            self.add_error(path, error)
            return None
        if (part, name) == ("", FREE_TEXT):
            return TextCondition(wanted, self.redactor.fingerprint(wanted))
        if (part, name) == ("", CLIENT) and isinstance(wanted, str):
            return self._network(path, wanted)
        try:
            return Condition(redact_condition(self.redactor, part, name, wanted))
        except ValueError as error:
            reason = "" if is_credential(part, name) else f": {error}"
            self.add_error(path, f"expected a JSON Schema of draft 2020-12{reason}")
            return None

    def _network(self, path: KeyPath, wanted: str) -> Condition | None:
        """Build a condition on the client's address; None after an error."""
        try:
            return NetworkCondition(wanted)
        except ValueError as error:
            self.add_error(path, str(error))
            return None
