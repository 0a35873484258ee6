"""What the outcome of a rule does to an honest answer: reshape, then faults; and whether it changes anything.

Rule: pure. Answers that differ in the header `X-Simulator-Rule` alone are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.credential_step import EndedToken
from oifde_simulator.model.exchange import NO_FIELDS, Answer
from oifde_simulator.model.http import JSON_UTF8, NO_CONTENT, Headers, Request, Response
from oifde_simulator.model.insertion import Insertion
from oifde_simulator.rules.action import ActionContext, ErrorRenderer, NotApplicable
from oifde_simulator.wire.script import Script, does_more

if TYPE_CHECKING:
    from oifde_simulator.rules.decision import Decision

RECORDING = b"a recording"
PROVENANCE = "X-Simulator-Rule"
OWN_MARK = PROVENANCE.lower()
MARKS_KEPT = 256 << 10
"""Bytes of names as the header has them; those of rules that are added at run time come from a client."""


@dataclass(slots=True, eq=False)
class Occasion:
    """One request and its honest answer, as the outcomes of rules meet them; nobody changes it."""

    request: Request
    honest: Answer
    now: int
    """Time on the tenant's clock, in epoch milliseconds."""
    refuse: ErrorRenderer
    ends: Callable[[str], EndedToken | None]
    """Function that describes the end of the request's good token, by `expire` or `revoke`; None without."""
    number: int = 0
    """Count of the tokens that were issued before."""
    document: Mapping[str, Any] = field(default_factory=lambda: NO_FIELDS)
    """Fields of the request's body; empty where it could not be decoded."""

    made: Script | None = None
    """Script of the honest answer, once it was wanted."""
    digested: bytes | None = None
    """Digest of the honest body, once it was wanted."""

    @property
    def script(self) -> Script:
        """Script of the honest answer."""
        if self.made is None:
            self.made = self.honest.response.script(self.request, self.now)
        return self.made

    @property
    def digest(self) -> bytes:
        """Digest of the honest body, which may be long; the same for all recordings, which nothing edits."""
        if self.digested is None:
            body = self.honest.response.body
            self.digested = sha256(body).digest() if isinstance(body, bytes) else RECORDING
        return self.digested


class Effect(NamedTuple):
    """What one outcome made of an honest answer."""

    response: Response
    script: Script
    faults: tuple[str, ...] = ()
    """Names of the faults that changed the script."""
    changed: bool = False
    """Whether anything else happens on the wire than without the rule."""
    refusal: str = ""
    """Reason why nothing of the outcome could be done; empty where it could."""
    notes: Sequence[str] = ()
    """What was done in part only."""
    inserted: Sequence[Insertion] = ()
    """What placeholders have become."""


def perform(decision: Decision, occasion: Occasion, *, provenance: bool) -> Effect:
    """Do to the honest answer what was decided; `provenance` adds the header that says so."""
    if not decision.action.reshapes:
        return _marked(decision, occasion, occasion.honest.response, provenance=provenance)
    context = _context(decision, occasion)
    try:
        response = decision.reshape(occasion.honest, context)
    except NotApplicable as reason:
        return Effect(occasion.honest.response, occasion.script, refusal=str(reason))
    effect = _marked(decision, occasion, response, provenance=provenance)
    if context.notes or context.inserted:
        return effect._replace(notes=context.notes, inserted=context.inserted)
    return effect


def _context(decision: Decision, occasion: Occasion) -> ActionContext:
    return ActionContext(
        occasion.honest, occasion.refuse, decision.draw, decision.moment.now, decision.retry_after,
        headers=occasion.request.headers, document=occasion.document, count=decision.count,
    )  # fmt: skip


def _marked(decision: Decision, occasion: Occasion, response: Response, *, provenance: bool) -> Effect:
    """Apply the faults; with `provenance`, the header names those that changed the answer."""
    if not decision.action.faults:
        return _unspoiled(decision, occasion, response, provenance=provenance)
    effect = _spoil(decision, occasion, response, decision.faults if provenance else None)
    if provenance and effect.faults != decision.faults:
        effect = _spoil(decision, occasion, response, effect.faults)
    return effect


def _unspoiled(decision: Decision, occasion: Occasion, response: Response, *, provenance: bool) -> Effect:
    """Mark a response that no fault spoils; `provenance` adds the header that names the rule."""
    own, honest = _own_marks(response), occasion.honest.response
    mark = mark_of(decision.rule) if provenance else own
    changed = response is not honest
    if changed and (own or (provenance and _own_marks(honest))):
        changed = _differs(marked(response, mark), marked(honest, mark), occasion)
    elif changed:
        changed = _differs(response, honest, occasion)
    response = marked(response, mark)
    return Effect(response, response.script(occasion.request, occasion.now), (), changed)


def _differs(response: Response, honest: Response, occasion: Occasion) -> bool:
    """Check that a response sends anything else than the honest one."""
    if response.status != honest.status or response.headers != honest.headers:
        return True
    request, now = occasion.request, occasion.now
    sends_body = request.method != "HEAD" and honest.status != NO_CONTENT
    if sends_body and type(response.body) is type(honest.body) is bytes:
        return response.body != honest.body
    script, plain = response.script(request, now), honest.script(request, now)
    return does_more(script, plain, closes=not request.keep_alive)


def _spoil(
    decision: Decision, occasion: Occasion, response: Response, named: tuple[str, ...] | None
) -> Effect:
    """Apply the faults to a response; those `named` are in its header, which None leaves out."""
    honest, request, now = occasion.honest.response, occasion.request, occasion.now
    mark = _own_marks(response) if named is None else mark_of(decision.rule, named)
    reshaped = response is not honest
    response = marked(response, mark)
    plain = marked(honest, mark).script(request, now) if mark else occasion.script
    script, faults = decision.spoil(response.script(request, now) if reshaped else plain)
    return Effect(response, script, faults, does_more(script, plain, closes=not request.keep_alive))


def mark_of(rule: str, faults: tuple[str, ...] = ()) -> Headers:
    """Write the header that names a rule and those of its faults that changed the answer."""
    return ((PROVENANCE, _mark((rule, faults))),)


def mark_of_all(fired: Iterable[tuple[str, tuple[str, ...]]]) -> Headers:
    """Write the header that names rules, each with those of its faults that changed the answer."""
    return ((PROVENANCE, ", ".join(map(_mark, fired))),)


@bounded_cache(MARKS_KEPT)
def _mark(fired: tuple[str, tuple[str, ...]]) -> str:
    rule, faults = fired
    return "; ".join((quote(rule), *(f"fault={name}" for name in faults)))


def marked(response: Response, mark: Headers) -> Response:
    """Give a response the header that names a rule, in the place of one that it has."""
    if not mark:
        return response
    own = _own_marks(response)
    headers = tuple(each for each in response.headers if each not in own) if own else response.headers
    return Response(response.status, response.body, headers + mark)


def _own_marks(response: Response) -> Headers:
    """Find headers of a `respond` that are named as the one that names a rule."""
    if response.headers is JSON_UTF8:
        return ()
    return tuple([each for each in response.headers if each[0].lower() == OWN_MARK])
