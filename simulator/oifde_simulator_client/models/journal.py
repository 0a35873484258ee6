"""Exchanges of the journal: in short, in whole, their bodies, and a page of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange of the journal."""

    number: int
    at: str
    tenant: str | None
    """Id of the tenant; None for a request without a known tenant."""
    endpoint: str | None
    request: Mapping[str, Any]
    """Fields of the request, without credentials."""
    status: int | None
    """Status that was sent."""
    error_code: int | None
    """errorCode that was sent; None for an answer without one."""
    rule: str | None
    """Name of the rule that spoiled the answer."""
    rules: Sequence[str]
    """Names of all rules that spoiled it, those with `also` too, in their order."""
    faults: Sequence[str]
    honest: Mapping[str, Any]
    """Answer of an unbroken service: `status`, `errorCode`, `errorMsg`, `total`."""
    outcome: Mapping[str, Any]
    """Outcome on the wire: `how`, `bytes`, `seconds`."""
    problems: Sequence[str]
    """Errors of the request."""
    warnings: Sequence[str]
    """Mistakes of the client that the real service accepts."""

    @property
    def instant(self) -> datetime:
        """Time of the request on the tenant's clock, as a datetime in UTC."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class ExchangeInWhole(Exchange):
    """An exchange in whole; `request` has method, target, headers, fields, text and bytes."""

    response: Mapping[str, Any]
    notes: Sequence[str]
    held_back: Sequence[Mapping[str, str]]
    """Matching rules that did not fire: `{"rule": name, "why": text}`."""
    script: Sequence[Mapping[str, Any]] = ()
    """What was decided to do on the wire: `at` in seconds, `do`, and `bytes` or `seconds`."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """The body that was sent and the honest one."""

    number: int
    sent: Mapping[str, Any]
    """`status`, `headers`, `text` (or `base64`), `bytes` and `whole`."""
    honest: Mapping[str, Any]
    """The same of the answer of an unbroken service."""
    changes: Sequence[Mapping[str, Any]]
    """Differences in JSON: `path`, and the values `honest` and `sent` where they are there."""
    more_changes: int
    whole: bool
    """True if both bodies are whole."""
    why: str
    """Reason why not; empty where they are."""


@dataclass(frozen=True, slots=True)
class Exchanges:
    """A page of the journal."""

    count: int
    """Number of all matching exchanges."""
    truncated: bool
    """True if exchanges of the range are gone, and `count` is too small."""
    last: int
    """Number of the server's newest exchange; 0 before the first."""
    entries: Sequence[Exchange]
    """Exchanges of this page, oldest first."""
    next: str | None = None
    """URL of the next page; None for the last page."""
    hint: str = ""
    """The tenant or rule of the filter that there is not, where no exchange fits; empty for none."""

    def __iter__(self) -> Iterator[Exchange]:
        """Iterate over the exchanges of this page."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Count the exchanges of this page; `count` is the number of all."""
        return len(self.entries)
