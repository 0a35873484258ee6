"""From the body of a verification to expectations; what is wrong with it is told all at once, with places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.instants import instant
from oifde_simulator.journal.filters import ATTRIBUTES, Since
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.text import KeyPath as Path
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.verification.describing import Enough, Reader, fields
from oifde_simulator.verification.kinds import KINDS, Expectation, expectation

BODY = ("tenant", "since", "expect")
MOST = 100
"""Expectations of one verification."""


class WrongExpectations(ValueError):
    """Expectations that cannot be understood; `mistakes` says where and why, and is never empty."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(mistakes[0])
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Expectations:
    """All expectations of one verification."""

    each: Sequence[tuple[Any, Expectation]]
    """As it was given, without credentials; and what it means."""
    since: Since

    @property
    def tenants(self) -> set[str | None]:
        """Whose entries they are about."""
        return {expectation.tenant for _, expectation in self.each}


def read(body: Mapping[str, Any], redaction: Redactor) -> Expectations:
    """The expectations in `{"tenant", "since", "expect"}`. Raises WrongExpectations."""
    reader = Reader(redaction)
    try:
        return _read(body, reader)
    except Enough:
        raise WrongExpectations(reader.mistakes) from None


def _read(body: Mapping[str, Any], reader: Reader) -> Expectations:
    """The same; what is wrong is the reader's to tell. Raises Enough."""
    reader.since = _since(reader, body.get("since", 0))
    reader.tenant = _tenant(reader, body.get("tenant"))
    for name in body:
        if name not in BODY:
            reader.wrong((name,), f"is unknown{did_you_mean(name, BODY) or _belongs(name)}")
    each = [(one, expectation(reader, path, one)) for path, one in _listed(reader, body)]
    if reader.mistakes:
        raise Enough
    return Expectations(
        [(reader.clean(one), found) for one, found in each if found is not None], reader.since
    )


def _listed(reader: Reader, body: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    given = body.get("expect")
    if isinstance(given, Mapping):
        return [(("expect",), given)]
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        reader.wrong(("expect",), f"expected an expectation, or a list of 1 to {MOST}")
        return []
    return [(("expect", place), one) for place, one in enumerate(given)]


def _since(reader: Reader, given: Any) -> Since:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10**18:
        return Since(number=given)
    at = instant(given) if isinstance(given, str) else None
    if at is None:
        expected = 'expected an entry\'s number, or an instant such as "2026-01-01T00:00:00Z"'
        reader.wrong(("since",), f"{expected}, found {shown(given)}")
    return Since(at=at)


def _tenant(reader: Reader, given: Any) -> Any:
    if given is True or not isinstance(given, str | bool | None):
        reader.wrong(
            ("tenant",), "expected a tenant's id, or false for requests that name none that is known"
        )
    return given


def _belongs(name: str) -> str:
    known = name in KINDS or name in ATTRIBUTES or name in fields()
    return "; it belongs inside expect" if known else f"; expected {', '.join(BODY)}"
