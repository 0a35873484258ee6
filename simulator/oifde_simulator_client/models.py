"""Answers of the control plane as values, described by its OpenAPI document.

Rule: a member has the document's name in snake case: `errorCode` is `error_code`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

HOST = re.compile(r"(?<=://)(\[[^\]]*\]|[^:/]+)")
"""Regular expression of the host in a URL."""


@dataclass(frozen=True, slots=True)
class Alive:
    """A server whose process runs."""

    status: str
    version: str


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A watched scenario file that cannot be served."""

    file: str
    message: str
    """The first mistake in it, with its place and the likely fix."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A server whose ports both listen."""

    status: str
    version: str
    tenants: int
    broken_files: Sequence[BrokenFile] = ()
    """Watched files that are wrong now; what was good before is served."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Requests of the last seconds."""

    until: str
    """The server's own time, an instant in ISO 8601; its second is the last one counted."""
    step: int
    """Seconds that a number is about."""
    complete: bool
    """False if the oldest seconds of the tenant were forgotten."""
    series: Mapping[str, Sequence[int]]
    """Numbers of `honest`, `spoiled`, `refused` and `broken` requests, the newest second last."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of a tenant."""

    now: str
    """Instant in ISO 8601."""
    frozen: bool
    speed: float = 1
    """How fast it runs, or will when it goes on; 1 is as fast as real time."""

    @property
    def instant(self) -> datetime:
        """The same instant as a datetime in UTC."""
        return datetime.fromisoformat(self.now)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a tenant."""

    name: str
    fired: int
    """Number of times since load or reset."""
    added: bool
    """True for a rule added to the scenario's own."""
    ttl: float | None
    """Seconds until removal; None for a rule that stays."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant in a list."""

    id: str
    description: str
    records: int
    """Number of literal records."""
    generator: Mapping[str, Any] | None
    """Parameters of generated sessions; None without any."""
    made: bool
    """True for a tenant made on demand."""
    zone: str
    """Time zone of its service, a name or an offset."""


@dataclass(frozen=True, slots=True)
class TenantInWhole(Tenant):
    """A tenant with its scenario, clock and rules."""

    scenario: str
    """Id of its scenario."""
    clock: Clock
    rules: Sequence[Rule]
    """Rules in the order in which they are tried."""
    broken_file: BrokenFile | None = None
    """Its watched file, where that is wrong now; None for a good one."""


@dataclass(frozen=True, slots=True)
class MadeTenant:
    """A tenant made on demand, with its credentials."""

    tenant_id: str
    app_secret: str = field(repr=False)
    auth_token: str = field(repr=False)
    url: str
    """URL of the vendor's interface."""
    last: int = 0
    """Number of the server's newest exchange when it was made; 0 before the first."""
    access_key: str = ""
    """Access key for downloads of recordings; its secret key is `app_secret`."""
    recordings_url: str = ""
    """URL for downloads of recordings: that of their own port, or the same as `url`."""

    def reached_at(self, url: str) -> MadeTenant:
        """Copy with another `url`; a port of recordings keeps its number, at the host of this one.

        A `recordings_url` at another host than `url` is told on purpose, and stays.
        """
        url, recordings = url.strip().rstrip("/"), self.recordings_url
        if recordings in ("", self.url):
            return replace(self, url=url, recordings_url=url)
        own, beside, other = (HOST.search(each) for each in (self.url, recordings, url))
        if own and beside and other and own[0] == beside[0]:
            recordings = recordings[: beside.start()] + other[0] + recordings[beside.end() :]
        return replace(self, url=url, recordings_url=recordings)


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


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a number."""

    total: int
    sessions: Sequence[Mapping[str, Any]]
    """Records as the vendor's interface writes them, newest first."""


@dataclass(frozen=True, slots=True)
class CheckedText:
    """What was found in the text of a scenario or of rules."""

    valid: bool
    """True without an error; there may be warnings."""
    errors: Sequence[Mapping[str, Any]]
    """Mistakes: `line`, `column`, `path`, `message`, `fix`."""
    warnings: Sequence[Mapping[str, Any]]
    rules: Sequence[Mapping[str, Any]] | None
    """The rules, as `add_rules` takes them; None for an invalid text and for a scenario."""
    scenario: Mapping[str, Any] | None
    """The scenario, as `make_tenant` takes it; None for an invalid text and for rules."""


@dataclass(frozen=True, slots=True)
class Listener:
    """The state of the vendor's port."""

    open: bool
    url: str
    ttl: float | None
    """Seconds until it opens by itself; None if it does not."""
    recordings_url: str | None = None
    """URL of the port for recordings alone, which opens and closes with it; None without one."""
    tls: str | None = None
    """Fault that new TLS handshakes meet; None where they are good, and with TLS off."""
    tls_ttl: float | None = None
    """Seconds until TLS is good again by itself; None if it is, or does not become so."""
    tls_faults: Sequence[Mapping[str, str]] = ()
    """Faults of TLS that have a port for themselves: `fault` and `url` of each."""

    def tls_fault_url(self, fault: str) -> str:
        """Return the URL of the port that has a fault of TLS. Raises LookupError."""
        found = {each["fault"]: each["url"] for each in reversed(self.tls_faults)}
        if fault not in found:
            there = ", ".join(found) or "none"
            raise LookupError(
                f'no port has the TLS fault "{fault}", only: {there}; start serve with --tls-fault {fault}=0'
            )
        return found[fault]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement of expectations on the recorded exchanges."""

    passed: bool
    truncated: bool
    """True if exchanges are gone, and the verdict is uncertain."""
    results: Sequence[Mapping[str, Any]]
    """Result of each expectation: `expectation`, `passed`, `message`, `found`, `nearMisses` and more."""

    @property
    def failures(self) -> Sequence[str]:
        """Messages of the failed expectations."""
        return [str(result["message"]) for result in self.results if not result["passed"]]
