"""Expectations from the body of a verification.

Rule: all errors of a body are reported at once, with their places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.instants import instant
from oifde_simulator.journal.filters import ATTRIBUTES, Since
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.oifde.operations import REQUEST_FIELDS
from oifde_simulator.stepwise import Steps
from oifde_simulator.text import KeyPath as Path
from oifde_simulator.text import did_you_mean, normal, shown
from oifde_simulator.verification.descriptions import DescriptionReader, ReadingStopped
from oifde_simulator.verification.expectation_kinds import KINDS, Expectation, read_expectation
from oifde_simulator.verification.expected_redaction import redact_expectation

BODY = ("tenant", "since", "expect")
MOST = 100
"""Expectations of one verification."""


class WrongExpectations(ValueError):
    """Expectations that cannot be understood; `mistakes` lists the errors with their places, at least one."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(mistakes[0])
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Expectations:
    """All expectations of one verification."""

    each: Sequence[tuple[Any, Expectation]]
    """Each expectation as given, redacted, and as read."""
    since: Since

    @property
    def tenants(self) -> set[str | None]:
        """Tenants whose entries are searched; None stands for all."""
        return {expectation.tenant for _, expectation in self.each}


def read(body: Mapping[str, Any], redactor: Redactor) -> Steps[Expectations]:
    """Read the expectations in `{"tenant", "since", "expect"}`, a step a condition.

    Raises WrongExpectations.
    """
    reader = DescriptionReader(redactor)
    try:
        return (yield from _read(body, reader))
    except ReadingStopped:
        raise WrongExpectations(reader.errors) from None


def _read(body: Mapping[str, Any], reader: DescriptionReader) -> Steps[Expectations]:
    """Read a body with `reader`, which gathers the errors. Raises ReadingStopped."""
    reader.since = _since(reader, body.get("since", 0))
    reader.tenant = _tenant(reader, body.get("tenant"))
    for name in body:
        if name not in BODY:
            reader.add_error((name,), f"is unknown{did_you_mean(name, BODY) or _place_of(name)}")
    each = []
    for path, one in _items(reader, body):
        found = yield from read_expectation(reader, path, one)
        if found is not None:
            each.append((redact_expectation(reader.redactor, one), found))
        yield
    if reader.errors:
        raise ReadingStopped
    return Expectations(each, reader.since)


def _items(reader: DescriptionReader, body: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    given = body.get("expect")
    if isinstance(given, Mapping):
        return [(("expect",), given)]
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        reader.add_error(("expect",), f"expected an expectation, or a list of 1 to {MOST}")
        return []
    return [(("expect", place), one) for place, one in enumerate(given)]


def _since(reader: DescriptionReader, given: Any) -> Since:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10**18:
        return Since(number=given)
    at = instant(given) if isinstance(given, str) else None
    if at is None:
        expected = 'expected an entry\'s number, or an instant such as "2026-01-01T00:00:00Z"'
        reader.add_error(("since",), f"{expected}, found {shown(given)}")
    return Since(at=at)


def _tenant(reader: DescriptionReader, given: Any) -> Any:
    if given is True or not isinstance(given, str | bool | None):
        reader.add_error(
            ("tenant",), "expected a tenant's id, or false for requests that name none that is known"
        )
        return None
    return normal(given) if isinstance(given, str) else given


def _place_of(name: str) -> str:
    known = name in KINDS or name in ATTRIBUTES or name in REQUEST_FIELDS
    return "; it belongs inside expect" if known else f"; expected {', '.join(BODY)}"
