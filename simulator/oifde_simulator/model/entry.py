"""One exchange on record: values without credentials.

Rule: an entry never changes. A store gives it a number and an outcome by keeping a copy that has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from multidict import CIMultiDict

from oifde_simulator.instants import iso
from oifde_simulator.model.decision import NOT_KEPT, RecordedDecision, Timed, timeline
from oifde_simulator.model.http import UNKNOWN_PEER, Headers, Peer, PortName
from oifde_simulator.model.outcome import UNDER_WAY, Outcome
from oifde_simulator.model.view import View

KEPT = 2048
"""Bytes of a body that are kept."""


TOLD = (
    "errorCode", "errorMsg", "total", "authToken", "resultCode", "resultDesc", "bytes", "milliseconds",
)  # fmt: skip
"""Members of an honest answer that are told; the last two are of a recording."""


class RecordedHead(NamedTuple):
    """The head of a request; entries share it."""

    method: str
    target: str
    """Request target as sent, so percent-encoded; ASCII."""
    headers: Headers
    port: PortName = ""
    """Port by which it came: the vendor's, or that of recordings alone."""


class RecordedRequest(NamedTuple):
    """A request; entries share it, so its document must not be changed."""

    head: RecordedHead
    document: Mapping[str, Any]
    """Fields of the decoded body; empty if decoding failed."""
    body: str
    """Text of a body that is no JSON object; empty if there is none, or if it is not text."""


class ShortenedRequest(RecordedRequest):
    """A request that was too large: the first of its plain fields, and the beginnings of their texts."""

    __slots__ = ()


class Entry(NamedTuple):
    """One exchange on record."""

    number: int
    """Number over all tenants, from 1; 0 until a store has given one."""
    at: int
    """Epoch milliseconds on the tenant's clock."""
    tenant: str
    """Id of the tenant; empty if the request named none that is known."""
    endpoint: str
    """Name of the operation, such as `queryRecordHistory`; empty for another path."""
    request: RecordedRequest
    request_bytes: int
    """Size of the request's body in bytes, as received."""
    status: int
    """HTTP status that was sent."""
    error_code: int | None
    """`errorCode` that was sent; None if the answer has none."""
    headers: Headers
    """Headers of the answer."""
    body: bytes
    """First `KEPT` bytes of the answer's body, as decided before faults."""
    body_bytes: int
    """Full size of the answer's body in bytes."""
    honest_status: int
    """HTTP status of the honest answer."""
    honest: Mapping[str, Any]
    """Members of the honest answer's body, without the record list."""
    charge: int
    """Bytes of memory that the entry is charged with."""
    rule: str = ""
    """Name of the rule that spoiled the answer; empty if none did.

    Where one that took the request did not, it is the first of those that went along.
    """
    faults: tuple[str, ...] = ()
    """Names of the faults on the wire."""
    held_back: tuple[tuple[str, str], ...] = ()
    """Rules about the request that did not fire, each with the reason."""
    problems: tuple[str, ...] = ()
    """Everything wrong with the request."""
    warnings: tuple[str, ...] = ()
    """Mistakes of the client that the real service would let pass."""
    notes: tuple[str, ...] = ()
    """Effects that a rule could not have."""
    rules: tuple[str, ...] = ()
    """Names of all rules that spoiled the answer, in their order: `rule`, and those that went along."""
    peer: Peer = UNKNOWN_PEER
    """Sender of the request."""
    decision: RecordedDecision = NOT_KEPT
    """What the bodies can be made again of."""
    outcome: Outcome = UNDER_WAY
    """Outcome that the store knows so far."""

    @property
    def cut(self) -> bool:
        """Check that more of the body was decided than is kept."""
        return self.body_bytes > KEPT

    @property
    def taken(self) -> bool:
        """Check that a rule spoiled the answer which took the request, and did not only go along."""
        return bool(self.rule) and (bool(self.decision.draw) or not self.decision.along)

    @property
    def script(self) -> tuple[Timed, ...]:
        """Actions that were decided; empty where they are not known."""
        decision = self.decision
        if decision is NOT_KEPT or decision.actions or self.faults:  # a fault may leave no action
            return decision.actions
        has_body = self.body_bytes and self.request.head.method != "HEAD"
        return (decision.head, self.body_bytes) if has_body else (decision.head,)

    def numbered(self, number: int) -> Entry:
        """Copy with `number`."""
        return tuple.__new__(Entry, (number,) + self[1:])  # noqa: RUF005  a list on the way costs more

    def repeated(self, number: int, at: int, peer: Peer, outcome: Outcome) -> Entry:
        """Copy for an exchange that was the same at another time, of whatever sender."""
        return tuple.__new__(Entry, (number, at, *self[2:-3], peer, self.decision, outcome))

    def finished(self, outcome: Outcome) -> Entry:
        """Copy with `outcome`."""
        return tuple.__new__(Entry, (*self[:-1], outcome))

    def view(self) -> View:
        """Build the view that the conditions of rules read."""
        fields = {**self.honest, "status": self.honest_status}
        headers = CIMultiDict(self.request.head.headers)
        return View(self.endpoint, self.request.document, headers, fields, self.peer)

    def brief(self) -> dict[str, Any]:
        """Render the entry as JSON for a list of entries."""
        return {
            "number": self.number,
            "at": iso(self.at),
            "tenant": self.tenant or None,
            "endpoint": self.endpoint or None,
            "request": self.request.document,
            "status": self.status,
            "errorCode": self.error_code,
            "rule": self.rule or None,
            "rules": self.rules,
            "faults": self.faults,
            "honest": {"status": self.honest_status, **_named(self.honest)},
            "outcome": _outcome(self.outcome),
            "problems": self.problems,
            "warnings": self.warnings,
        }

    def whole(self) -> dict[str, Any]:
        """Render the entry as JSON with all that is kept."""
        request = self.request
        text = self.body.decode("utf-8", "replace")
        return self.brief() | {
            "request": {
                "method": request.head.method or None,
                "target": request.head.target or None,
                "headers": request.head.headers,
                **({"clientCertificate": self.peer.certificate} if self.peer.certificate else {}),
                "fields": request.document,
                "text": request.body or None,
                "bytes": self.request_bytes,
                **({"port": request.head.port} if request.head.port else {}),
                **_sender(self.peer),
            },
            "response": {
                "status": self.status,
                "headers": self.headers,
                "text": text,
                "bytes": self.body_bytes,
                "cut": self.cut,
            },
            "notes": self.notes,
            "heldBack": [{"rule": rule, "why": why} for rule, why in self.held_back],
            "script": timeline(self.script),
            "moreActions": self.decision.more,
        }


def _sender(peer: Peer) -> dict[str, Any]:
    """Render what is known of a sender as members of the request."""
    found: dict[str, Any] = {"client": peer.address} if peer.address else {}
    if peer.connection:
        found["connection"] = {"number": peer.connection, "requests": peer.requests}
    return found


def _named(honest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: honest[name] for name in TOLD if name in honest}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    found = {"how": outcome.how, "bytes": outcome.sent, "seconds": round(outcome.seconds, 6)}
    return found | ({"digest": outcome.digest} if outcome.digest else {})
