"""The body that was sent and the honest one: made again where that is possible, else as far as they are kept.

Rule: no credential is shown. What the journal has redacted stays so, and what is made again is redacted too.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from oifde_simulator.engine.changes.body_changes import Changes, body_changes
from oifde_simulator.engine.replay import (
    NotReplayable,
    fields_are_the_body,
    honest_body,
    replay,
    replay_honest,
)
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal import Journal
from oifde_simulator.journal.redaction.long_texts import Unsearchable, redact_long
from oifde_simulator.model.entry import KEPT, Entry
from oifde_simulator.model.http import Headers
from oifde_simulator.oifde.operations import BY_NAME, ISSUED_TOKEN
from oifde_simulator.stepwise import Steps
from oifde_simulator.tenants import Tenant
from oifde_simulator.wire.octets import Octets

LARGEST = 8 << 20
"""Bytes of a body that are shown."""
LARGEST_SOUND = 64 << 10
"""Bytes of a recording that are shown; none where they lie on a disk, which nobody may wait for here."""
OVER = f"only the first {LARGEST >> 20} MiB are shown"
SOUND = (
    f"{LARGEST_SOUND >> 10} KiB of made sound are shown at most; GET /tenants/{{id}}/recordings has it all"
)
MAY_HOLD = "it is long and may hold credentials"


class Body(NamedTuple):
    """A body, or the beginning of one."""

    status: int
    headers: Headers
    octets: bytes
    size: int | None
    """Bytes of the whole body; None where that is not known."""
    why: str = ""
    """Reason why it is not whole; empty where it is."""

    def as_json(self) -> dict[str, Any]:
        """Write it as text, or in base64 where it is none."""
        return {
            "status": self.status,
            "headers": self.headers,
            **_written(self.octets, whole=not self.why),
            "bytes": self.size,
            "whole": not self.why,
        }


@dataclass(frozen=True, slots=True)
class Bodies:
    """Both bodies of an exchange."""

    number: int
    sent: Body
    honest: Body
    changes: Changes

    def as_json(self) -> dict[str, Any]:
        """Write them for the control plane."""
        why = dict.fromkeys(filter(None, (self.sent.why, self.honest.why)))
        return {
            "number": self.number,
            "sent": self.sent.as_json(),
            "honest": self.honest.as_json(),
            "changes": self.changes.told,
            "moreChanges": self.changes.more,
            "whole": not why,
            "why": "; ".join(why),
        }


def _written(octets: bytes, *, whole: bool) -> dict[str, str]:
    try:
        return {"text": octets.decode()}
    except UnicodeDecodeError as error:
        if not whole and error.end == len(octets):  # the cut has split a character
            return {"text": octets[: error.start].decode()}
        return {"base64": base64.b64encode(octets).decode()}


@dataclass(frozen=True, slots=True)
class BodyMaker:
    """Makes the bodies of one entry."""

    entry: Entry
    tenant: Tenant | None
    """Its tenant as it is now; None where that is not served."""
    journal: Journal
    credentials: Sequence[str] = ()
    """Credentials of the tenant, which are shown nowhere."""

    def make(self) -> Steps[Bodies]:
        """Make both bodies, and compare them."""
        sent = yield from self._sent()
        yield
        honest = (yield from self._honest()) if self.entry.rule else sent
        changes = Changes([])
        if not (sent.why or honest.why) and sent.octets != honest.octets:
            changes = yield from body_changes(honest.octets, sent.octets)
        return Bodies(self.entry.number, sent, honest, changes)

    def _sent(self) -> Steps[Body]:
        entry = self.entry
        kept = Body(entry.status, entry.headers, entry.body, entry.body_bytes)
        if _is_kept(entry):
            return kept
        if not entry.rule and fields_are_the_body(entry):
            return kept._replace(octets=honest_body(entry))
        try:
            exchange = replay(entry, self.tenant, self.journal)
            yield
            octets, over = self._shown(exchange.response.body, exchange.honest.fields)
            if exchange.response.body is not exchange.honest.response.body:
                octets = yield from self._without_named(octets)
            return kept._replace(octets=octets, why=over)
        except NotReplayable as reason:
            return kept._replace(why=str(reason))
        except Unsearchable:
            return kept._replace(why=MAY_HOLD)

    def _honest(self) -> Steps[Body]:
        entry, decision = self.entry, self.entry.decision
        kept = Body(entry.honest_status, decision.honest_headers, honest_body(entry), decision.honest_bytes)
        if fields_are_the_body(entry):
            return kept
        try:
            answer = replay_honest(entry, self.tenant)
        except NotReplayable as reason:
            return kept._replace(octets=_known_beginning(entry), why=str(reason))
        yield
        octets, over = self._shown(answer.response.body, answer.fields)
        return kept._replace(octets=octets, why=over)

    def _shown(self, body: Octets, fields: Mapping[str, Any]) -> tuple[bytes, str]:
        """Take as much of a body as is shown, redacted; returned with the reason why it is not all."""
        most, over = (LARGEST, OVER) if isinstance(body, bytes) else (LARGEST_SOUND, SOUND)
        most = 0 if not isinstance(body, bytes) and body.blocking else most
        issued = fields.get(ISSUED_TOKEN.get(self.entry.endpoint, ""), "")
        finder = self.journal.redaction.finder(*self.credentials, *filter(None, (issued,)))
        return finder.replace_bytes(body[:most]), over if len(body) > most else ""

    def _without_named(self, octets: bytes) -> Steps[bytes]:
        text = octets.decode("utf-8", "surrogateescape")
        redacted = yield from redact_long(text, self.journal.redaction)
        return redacted.encode("utf-8", "surrogateescape")


def _is_kept(entry: Entry) -> bool:
    """Check that the journal has all of the body that was sent.

    A short body may have been cut too: fingerprints are longer than some credentials.
    """
    kept = len(entry.body)
    return not entry.cut and (kept < KEPT or kept == entry.body_bytes) and (kept > 0 or not entry.body_bytes)


def _known_beginning(entry: Entry) -> bytes:
    """Write how the honest body began: with its fields, before its records; nothing of sound."""
    if BY_NAME[entry.endpoint].credential == "signature":
        return b""
    return honest_body(entry)[:-1]
