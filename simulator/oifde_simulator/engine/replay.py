"""An exchange on record, decided again: by the code that decided it, at its instant, with what it drew.

Rule: nothing is counted and nothing goes on record. What comes out is held against the entry, so that a
change that was not noticed is never told as what was sent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from multidict import CIMultiDict

from oifde_simulator.engine.conclusion import occasion_of, unspoiled
from oifde_simulator.engine.held_bodies import held
from oifde_simulator.engine.joint_conclusion import conclude_jointly
from oifde_simulator.journal import Journal
from oifde_simulator.journal.redaction.inserted import inserted_credentials
from oifde_simulator.model.credential_step import Admission, TokenStep
from oifde_simulator.model.decision import NOT_KEPT
from oifde_simulator.model.entry import Entry, ShortenedRequest
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.oifde.router import Call
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.conditions.triggers import Moment
from oifde_simulator.rules.decision import HONEST, Decision, going_along
from oifde_simulator.rules.rule import Rule
from oifde_simulator.tenants import Tenant
from oifde_simulator.wire.held_octets import NotInMemory

USED = TokenStep("", "good", None, single=False, uses=None)
"""Stands for the token of a query that was answered: a good one."""
NO_REQUEST = Request("POST", "", {})
"""Request without credentials: their fingerprints are none, though they look like the values of some."""
Form = tuple[tuple[int, int], bool]
"""Version of HTTP, and whether the connection is kept."""
FORMS: tuple[Form, ...] = (((1, 1), True), ((1, 1), False), ((1, 0), True))
"""Forms of a request that are not on record; some faults change nothing in one of them."""
CHANGED = "the tenant's scenario was changed, replaced or reset since"
RULE_GONE = "the rule {} was removed or changed since"
TOO_LARGE = "the request was too large to be kept, {} bytes"
OTHERWISE = "it comes out otherwise now; what it depends on, such as a credential or a file, is not kept"
ON_DISK = "a fault needs all of the recording, which lies on a disk and is not read for this"
NOT_RECORDED = "how it was decided is not on record"


class NotReplayable(Exception):
    """Raised where an exchange cannot be decided again; the message is the end of a sentence."""


def fields_are_the_body(entry: Entry) -> bool:
    """Check that the honest answer has no records and no sound, so that its fields are all of its body."""
    operation, fields = BY_NAME.get(entry.endpoint), entry.honest
    if operation is None:
        return True
    if operation.credential == "signature":
        return "bytes" not in fields
    records = operation.records_field
    return not records or records in fields or bool(fields.get("errorCode"))


def replay_honest(entry: Entry, tenant: Tenant | None) -> Answer:
    """Answer the request of an entry as it would be without rules. Raises NotReplayable."""
    call = _call(entry)
    answer = _honest(entry, _world(entry, tenant), call)
    if len(answer.response.body) != _honest_bytes(entry):
        raise NotReplayable(OTHERWISE)
    return answer


def replay(entry: Entry, tenant: Tenant | None, journal: Journal) -> Exchange:
    """Make the exchange that an entry is of, with its rule. Raises NotReplayable."""
    tenant = _world(entry, tenant)
    for form in FORMS:
        exchange = _replayed(entry, tenant, _call(entry, form))
        made = replace(exchange, request=NO_REQUEST, document={})
        if _told(entry) == _told(journal.entry(made)) and not any(inserted_credentials(exchange.inserted)):
            return exchange
    raise NotReplayable(OTHERWISE)


def _replayed(entry: Entry, tenant: Tenant, call: Call) -> Exchange:
    honest = _honest(entry, tenant, call)
    if not entry.rule:
        return unspoiled(tenant, call, honest, entry.at)
    admission = Admission(number=entry.decision.number)
    try:
        with held(honest):
            occasion = occasion_of(tenant, call, honest, entry.at, _step(call), admission)
            return conclude_jointly(tenant, call, occasion, _decision(entry, tenant)).exchange
    except NotInMemory:
        raise NotReplayable(ON_DISK) from None


def _world(entry: Entry, tenant: Tenant | None) -> Tenant:
    """Check that the tenant of an entry is as it was. Raises NotReplayable."""
    if entry.decision == NOT_KEPT:
        raise NotReplayable(NOT_RECORDED)
    if tenant is None or tenant.read.epoch != entry.decision.epoch:
        raise NotReplayable(CHANGED)
    if isinstance(entry.request, ShortenedRequest):
        raise NotReplayable(TOO_LARGE.format(f"{entry.request_bytes:,}"))
    return tenant


def _call(entry: Entry, form: Form = ((1, 1), True)) -> Call:
    """Make the call of an entry, with fingerprints in the place of credentials."""
    head, document, text = entry.request
    operation = BY_NAME.get(entry.endpoint)
    body = orjson.dumps(operation.body_of(document)) if operation and document else text.encode()
    request = Request(head.method, head.target, CIMultiDict(head.headers), body)
    request.version, request.keep_alive = form
    return Call(request, operation, dict(document))


def _honest(entry: Entry, tenant: Tenant, call: Call) -> Answer:
    """Answer honestly, as at the time: an answer with records or sound had a good credential."""
    if fields_are_the_body(entry) and not (call.operation and call.operation.issues_token):
        return _of_fields(entry)
    asked = tenant.service.read(call, entry.at)
    if call.operation and call.operation.credential == "signature":
        asked.check = None  # only its verdict is kept: it was good
    return tenant.service.respond(call, asked, Admission(number=entry.decision.number))


def _of_fields(entry: Entry) -> Answer:
    return Answer(Response(entry.honest_status, honest_body(entry), _honest_headers(entry)), entry.honest)


def honest_body(entry: Entry) -> bytes:
    """Write the body of an honest answer whose fields are all of it."""
    return orjson.dumps(dict(entry.honest))


def _honest_headers(entry: Entry) -> Any:
    return entry.decision.honest_headers if entry.rule else entry.headers


def _honest_bytes(entry: Entry) -> int:
    return entry.decision.honest_bytes if entry.rule else entry.body_bytes


def _step(call: Call) -> TokenStep | None:
    return USED if call.operation and call.operation.credential == "token" else None


def _decision(entry: Entry, tenant: Tenant) -> Decision:
    """Draw again what the rules did. Raises NotReplayable where the tenant has not one of them any more."""
    given = entry.decision
    moment = Moment(entry.at, entry.at - tenant.rules.since)
    along = tuple(
        going_along(_rule(name, definition, tenant), KeyedRandom(draw), moment)
        for name, definition, draw in given.along
    )
    if not given.draw:
        return replace(HONEST, along=along)
    rule, draw = _rule(entry.rule, given.definition, tenant), KeyedRandom(given.draw)
    action, before = draw.weighted(rule.actions), entry.rules.index(rule.name) if along else 0
    return Decision(
        rule.name, action, draw, moment, (), given.retry_after, rule, (), given.moved, along, before,
        given.matches,
    )  # fmt: skip


def _rule(name: str, definition: str, tenant: Tenant) -> Rule:
    for rule in tenant.rules.rules:
        if rule.name == name and rule.definition == definition:
            return rule
    raise NotReplayable(RULE_GONE.format(name))


def _told(entry: Entry) -> tuple[Any, ...]:
    """List what is on record of what was decided."""
    return (
        entry.status, entry.error_code, entry.headers, entry.body, entry.body_bytes,
        entry.honest_status, dict(entry.honest), entry.rules, entry.faults,
    )  # fmt: skip
