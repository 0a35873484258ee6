"""Answers of the control plane as values; its OpenAPI document describes each.

A member's name is the document's in snake case: `errorCode` is `error_code`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Ready:
    """The server, when both of its ports listen."""

    status: str
    version: str
    tenants: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A tenant's time."""

    now: str
    """An instant in ISO 8601."""
    frozen: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a tenant."""

    name: str
    fired: int
    """How often since load or reset."""
    added: bool
    """Whether it was added to those of the scenario."""
    ttl: float | None
    """Seconds until it goes; None where it stays."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant in a list."""

    id: str
    description: str
    records: int
    """Literal ones."""
    generator: Mapping[str, Any] | None
    """What generated sessions depend on."""
    made: bool
    """Whether it was made on demand."""


@dataclass(frozen=True, slots=True)
class TenantInWhole(Tenant):
    """A tenant with what it does."""

    scenario: str
    """The id of the scenario it has."""
    clock: Clock
    rules: Sequence[Rule]
    """In the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class MadeTenant:
    """A tenant that was made on demand, with its credentials."""

    tenant_id: str
    app_secret: str = field(repr=False)
    auth_token: str = field(repr=False)
    url: str
    """Where the vendor's interface listens."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange of the journal."""

    number: int
    at: str
    tenant: str | None
    """None where the request named none that is known."""
    endpoint: str | None
    request: Mapping[str, Any]
    """The fields of the request, without credentials."""
    status: int | None
    """What was sent."""
    error_code: int | None
    """What was sent; None where the answer has none."""
    rule: str | None
    """Which rule spoiled the answer."""
    faults: Sequence[str]
    honest: Mapping[str, Any]
    """What an unbroken service would have said: `status`, `errorCode`, `errorMsg`, `total`."""
    outcome: Mapping[str, Any]
    """What came of it: `how`, `bytes`, `seconds`."""
    problems: Sequence[str]
    """What was wrong with the request."""


@dataclass(frozen=True, slots=True)
class ExchangeInWhole(Exchange):
    """One exchange with all that is kept; `request` has method, target, headers, fields, text and bytes."""

    response: Mapping[str, Any]
    warnings: Sequence[str]
    """Mistakes of the client that the real service would let pass."""
    notes: Sequence[str]
    held_back: Sequence[Mapping[str, str]]
    """Rules that were about the request and did not fire: `{"rule": name, "why": text}`."""


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Some of the journal."""

    count: int
    """How many fit in all."""
    truncated: bool
    """Whether some of the range are gone, so that `count` is too small."""
    last: int
    """The number of the newest exchange of the server; 0 before the first."""
    entries: Sequence[Exchange]
    """The oldest first."""
    next: str | None = None
    """The URL of those that follow."""

    def __iter__(self) -> Iterator[Exchange]:
        """Those that are here."""
        return iter(self.entries)

    def __len__(self) -> int:
        """How many are here; `count` is how many there are."""
        return len(self.entries)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a number."""

    total: int
    sessions: Sequence[Mapping[str, Any]]
    """Records as the interface has them, newest first."""


@dataclass(frozen=True, slots=True)
class Listener:
    """The vendor's port."""

    open: bool
    url: str
    ttl: float | None
    """Seconds until it opens again by itself; None where it does not."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what is on record is what was expected."""

    passed: bool
    truncated: bool
    """Whether some of what was looked at is gone, so that it cannot be known."""
    results: Sequence[Mapping[str, Any]]
    """What became of each expectation: `expectation`, `passed`, `message`, `found`, `nearMisses` and more."""

    @property
    def failures(self) -> Sequence[str]:
        """A text for each expectation that did not hold."""
        return [str(result["message"]) for result in self.results if not result["passed"]]
