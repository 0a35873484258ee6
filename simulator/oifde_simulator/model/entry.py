"""What is kept of one exchange: values without credentials, and how much memory they are charged with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from multidict import CIMultiDict

from oifde_simulator.instants import iso
from oifde_simulator.model.exchange import Outcome
from oifde_simulator.model.http import Headers
from oifde_simulator.model.view import View

KEPT = 2048
"""Bytes of a body that are kept."""


@dataclass(eq=False, slots=True)
class RecordedHead:
    """What is kept of the head of a request; shared, so not to be changed."""

    method: str
    target: str
    """As it was sent, so percent-encoded; ASCII."""
    headers: Headers
    octets: bytes
    """All of it in one piece, to be searched."""
    charge: int
    """Bytes of memory it takes."""


@dataclass(slots=True)
class RecordedRequest:
    """What is kept of a request; shared between entries, so not to be changed."""

    head: RecordedHead
    document: Mapping[str, Any]
    """The fields of the decoded body; empty when it could not be decoded."""
    body: str
    """The text of a body that is no JSON object; empty when there is none, or it is no text."""
    charge: int
    """Bytes of memory it is charged with."""


@dataclass(slots=True)
class Entry:
    """One exchange, on record."""

    number: int
    """From 1, over all tenants."""
    at: int
    """Epoch milliseconds on the tenant's clock."""
    tenant: str
    """Empty when the request named none that is known."""
    endpoint: str
    asked: RecordedRequest
    asked_bytes: int
    """Of the request's body, as it came."""
    status: int
    """What was sent."""
    error_code: int | None
    """What was sent; None where the answer has none."""
    headers: Headers
    body: bytes
    """The beginning of what was decided to send, before faults."""
    body_bytes: int
    """Of the whole."""
    honest_status: int
    honest: Mapping[str, Any]
    """The members of the honest answer's body, but for a record list."""
    outcome: Outcome
    charge: int
    """Bytes of memory it is charged with."""
    rule: str = ""
    faults: tuple[str, ...] = ()
    held_back: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    forgotten: bool = False
    """Whether it was deleted; what had to go to keep the bounds was not."""

    @property
    def cut(self) -> bool:
        """Whether more of the body was decided than is kept."""
        return self.body_bytes > KEPT

    def view(self) -> View:
        """The exchange as the conditions of rules see it."""
        fields = {**self.honest, "status": self.honest_status}
        return View(self.endpoint, self.asked.document, CIMultiDict(self.asked.head.headers), fields)

    def brief(self) -> dict[str, Any]:
        """The exchange for machines, in a list."""
        return {
            "number": self.number,
            "at": iso(self.at),
            "tenant": self.tenant or None,
            "endpoint": self.endpoint or None,
            "request": self.asked.document,
            "status": self.status,
            "errorCode": self.error_code,
            "rule": self.rule or None,
            "faults": self.faults,
            "honest": {"status": self.honest_status, **_named(self.honest)},
            "outcome": _outcome(self.outcome),
            "problems": self.problems,
        }

    def whole(self) -> dict[str, Any]:
        """The exchange for machines, with all that is kept."""
        asked = self.asked
        text = self.body.decode("utf-8", "replace")
        return self.brief() | {
            "request": {
                "method": asked.head.method or None,
                "target": asked.head.target or None,
                "headers": asked.head.headers,
                "fields": asked.document,
                "text": asked.body or None,
                "bytes": self.asked_bytes,
            },
            "response": {
                "status": self.status,
                "headers": self.headers,
                "text": text,
                "bytes": self.body_bytes,
                "cut": self.cut,
            },
            "warnings": self.warnings,
            "notes": self.notes,
            "heldBack": [{"rule": rule, "why": why} for rule, why in self.held_back],
        }


def _named(honest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: honest[name] for name in ("errorCode", "errorMsg", "total", "authToken") if name in honest}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {"how": outcome.how, "bytes": outcome.sent, "seconds": round(outcome.seconds, 6)}
