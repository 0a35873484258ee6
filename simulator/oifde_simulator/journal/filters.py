"""Which entries are asked for, as the parameters of a URL say it; conditions are those of rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from oifde_simulator.journal.redaction.redactor import PREFIX, is_credential
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.view import ABSENT, Mismatch
from oifde_simulator.oifde.operations import REQUEST_FIELDS, TENANT_FIELDS
from oifde_simulator.rules.matching import Condition, Matcher
from oifde_simulator.scenario.units import instant
from oifde_simulator.text import did_you_mean, shown

ATTRIBUTES: Mapping[str, Callable[[Entry], Any]] = {
    "tenant": lambda entry: entry.tenant or ABSENT,
    "endpoint": lambda entry: entry.endpoint or ABSENT,
    "rule": lambda entry: entry.rule or ABSENT,
    "status": lambda entry: entry.status,
    "errorCode": lambda entry: ABSENT if entry.error_code is None else entry.error_code,
}
"""What an entry can be asked about itself."""

NUMBERS = ("status", "errorCode")
PARTS = {"request.": "request", "headers.": "headers", "response.": "response"}
"""How a parameter names a part of the exchange; one without such a beginning is a field of the request."""
KNOWN = (*ATTRIBUTES, "since")

Key = tuple[str, Any]
"""A value that an entry has, by which who wants it is found; fields of the request as `request.NAME`."""
ANYTHING: Key = ("", None)
"""What every entry has."""
KEYED = ("rule", "errorCode", "status", "endpoint")
"""What of `ATTRIBUTES` is a key; a tenant has all that is its own in one place."""


class WrongParameter(ValueError):
    """A parameter that cannot be understood; the message says which, and what to write."""


@dataclass(frozen=True, slots=True)
class Since:
    """From where on: after a number, and not before a time."""

    number: int = 0
    at: int | None = None
    """Epoch milliseconds on the tenant's clock."""
    given: bool = False
    """Whether anybody has said it."""


class Filter:
    """Which entries are asked for."""

    def __init__(self, tests: Mapping[str, Condition], match: Mapping[str, Any], since: Since) -> None:
        self.since = since
        self._tests = [(name, ATTRIBUTES[name], condition) for name, condition in tests.items()]
        self._matcher = Matcher(match) if match else None
        self.tenant = _only_tenant(tests.get("tenant"))
        """The one tenant it is about, `""` for no known one; None for any."""
        wanted = match.get("request", {}).items()
        self._field = next(((name, value) for name, value in wanted if type(value) is str), ("", ""))
        self.keys = tuple(_keys(tests, match)) or (ANYTHING,)
        """Each is one that all entries have that are asked for."""
        self._given = tests, match

    @cached_property
    def identity(self) -> str:
        """Equal for filters that ask for the same."""
        tests, match = self._given
        parts = [(part, sorted(fields.items())) for part, fields in sorted(match.items())]
        return repr((sorted((name, each.wanted) for name, each in tests.items()), parts, self.since))

    def accepts(self, entry: Entry) -> bool:
        """Whether an entry is asked for."""
        since = self.since
        if entry.number <= since.number or (since.at is not None and entry.at < since.at):
            return False
        if not all(condition.accepts(value(entry)) for _, value, condition in self._tests):
            return False
        name, text = self._field
        if name and entry.asked.document.get(name) != text:  # tells most apart, and costs little
            return False
        return self._matcher is None or self._matcher.matches(entry.view())

    def difference(self, entry: Entry) -> list[Mismatch]:
        """Every reason why an entry is not asked for, but for its age."""
        found = [
            Mismatch(name, str(condition), _told(value(entry)) if name != "tenant" else _who(entry))
            for name, value, condition in self._tests
            if not condition.accepts(value(entry))
        ]
        return found + (self._matcher.difference(entry.view()) if self._matcher else [])


def _keys(tests: Mapping[str, Condition], match: Mapping[str, Any]) -> Iterator[Key]:
    for name, value in match.get("request", {}).items():
        if type(value) is str:
            yield f"request.{name}", value
    for name in KEYED:
        if name in tests and type(tests[name].wanted) in (str, int):
            yield name, tests[name].wanted


def keys(entry: Entry) -> Iterator[Key]:
    """Every key of an entry."""
    yield ANYTHING
    for name in KEYED:
        yield name, ATTRIBUTES[name](entry)
    for name, value in entry.asked.document.items():
        if type(value) is str:
            yield f"request.{name}", value


def _only_tenant(condition: Condition | None) -> str | None:
    wanted = condition.wanted if condition else None
    return "" if wanted is False else wanted if isinstance(wanted, str) else None


def _who(entry: Entry) -> str:
    """The tenant of an entry; whom it named, where nobody is called so."""
    if entry.tenant:
        return shown(entry.tenant)
    named = next(
        (entry.asked.document[name] for name in TENANT_FIELDS if name in entry.asked.document), ABSENT
    )
    return "nothing" if named is ABSENT else f"{shown(named)}, which is no tenant"


def _told(value: Any) -> str:
    return "nothing" if value is ABSENT else shown(value)


def parse(given: Iterable[tuple[str, str]], mark: Callable[[str], str]) -> Filter:
    """The filter that parameters describe; `mark` stands for credentials. Raises WrongParameter."""
    tests: dict[str, Condition] = {}
    match: dict[str, dict[str, Any]] = {}
    since = Since()
    seen = set()
    for name, text in given:
        if name in seen:
            raise WrongParameter(f"{name} is there twice; expected each parameter once")
        seen.add(name)
        if name == "since":
            since = _since(text)
        elif name in ATTRIBUTES:
            tests[name] = _condition(name, text, number=name in NUMBERS)
        else:
            part, field = _place(name)
            wanted = _wanted(name, text, number=part == "response")
            marked = part == "request" and isinstance(wanted, str) and is_credential(field)
            _condition(name, text, number=False)  # a schema that is none is told here
            match.setdefault(part, {})[field] = mark(wanted) if marked and wanted[:9] != PREFIX else wanted
    return Filter(tests, match, since)


def _place(name: str) -> tuple[str, str]:
    for beginning, part in PARTS.items():
        if name.startswith(beginning) and name != beginning:
            return part, name.removeprefix(beginning)
    if name in REQUEST_FIELDS:
        return "request", name
    known = (*KNOWN, *sorted(REQUEST_FIELDS))
    hint = (
        did_you_mean(name, known)
        or f"; expected one of {', '.join(known)}, or request.NAME for another field"
    )
    raise WrongParameter(f"unknown parameter {shown(name)}{hint}")


def _condition(name: str, text: str, *, number: bool) -> Condition:
    wanted = _wanted(name, text, number=number)
    if number and isinstance(wanted, str):
        raise WrongParameter(
            f"{name}: expected a whole number, true, false or a JSON Schema, found {shown(text)}"
        )
    try:
        return Condition(wanted)
    except ValueError as error:
        raise WrongParameter(f"{name}: expected a JSON Schema, found {shown(text)}: {error}") from None


def _wanted(name: str, text: str, *, number: bool) -> Any:
    """`{...}` is a JSON Schema, `true` present, `false` absent; all else is the value itself."""
    if text in ("true", "false"):
        return text == "true"
    if number and re.fullmatch("-?[0-9]{1,18}", text, re.ASCII):
        return int(text)
    if not text.startswith("{"):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise WrongParameter(
            f"{name}: what begins with {{ is a JSON Schema, found {shown(text)}: {error}"
        ) from None


def _since(text: str) -> Since:
    if re.fullmatch("[0-9]{1,18}", text, re.ASCII):
        return Since(number=int(text), given=True)
    at = instant(text)
    if at is None:
        raise WrongParameter(
            f'since: expected a number, or an instant such as "2026-01-01T00:00:00Z", found {shown(text)}'
        )
    return Since(at=at, given=True)
