"""What became of an exchange, from its honest answer and the decision of the rules. Pure.

Rule: an exchange names a rule if, and only if, the rule has fired: it changed what happens on the wire, ended
a good token, or changed a state. Otherwise the script is the honest one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from oifde_simulator.model.credential_step import Admission, CredentialStep, EndedToken, TokenStep
from oifde_simulator.model.decision import MOST_ACTIONS, RecordedDecision, Timed, timed
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import Response
from oifde_simulator.model.turn import Fired, HeldBack
from oifde_simulator.model.vendor_errors import INTERNAL_ERROR, Problem
from oifde_simulator.oifde.router import Call
from oifde_simulator.rules.ability import idle_reasons
from oifde_simulator.rules.decision import Decision
from oifde_simulator.rules.effect import Effect, Occasion, mark_of, marked, perform
from oifde_simulator.tenants import Tenant

UNRECORDED = 503
"""Status of an answer that is on no record."""
ERROR = "X-Simulator-Error"
"""Header of an answer for which the simulator itself is to blame, and which is on no record."""
DEFECT = "this exchange is not on record; the log of the simulator says why"
"""Value of that header where something of ours failed."""
NO_STORE = (
    "this exchange is not on record: the store of the state does not answer; /readyz says when it does again"
)
"""Value of that header where the store outside this process gave no answer."""


class Conclusion(NamedTuple):
    """An exchange, and what its rule did, for the state to record."""

    exchange: Exchange
    fired: tuple[Fired, ...] = ()
    ended: EndedToken | None = None


def unspoiled(tenant: Tenant, call: Call, honest: Answer, now: int) -> Exchange:
    """Make the exchange of a request that gets its honest answer."""
    response = honest.response
    script = response.script(call.request, now)
    head: Any = script[0]
    size = len(head[0])
    decision = tenant.decisions.get(size) or tenant.unspoiled_decision(size)
    operation = call.operation
    return Exchange(
        now, tenant.id, operation.name if operation else "", call.request, honest, response, script,
        "", (), (), tenant.notes, call.document, decision,
    )  # fmt: skip


def broken(tenant: Tenant, call: Call, defect: Exception) -> Exchange:
    """Make the exchange of a request that anything of ours failed at; no rule is asked."""
    exchange = unspoiled(tenant, call, tenant.service.broken(call), tenant.clock.now())
    exchange.notes = (f"a defect of the simulator: {type(defect).__name__}: {defect}",)
    return exchange


def unrecorded(call: Call, now: int, why: str = DEFECT) -> Exchange:
    """Make the exchange of a request that cannot be put on record; it has no tenant and no number."""
    headers = ((ERROR, why),)
    honest = call.error_shape.refuse((Problem(INTERNAL_ERROR),), status=UNRECORDED, headers=headers)
    script = honest.response.script(call.request, now)
    return Exchange(now, "", call.endpoint, call.request, honest, honest.response, script)


def occasion_of(
    tenant: Tenant, call: Call, honest: Answer, now: int, step: CredentialStep | None, admission: Admission
) -> Occasion:
    """Describe an exchange to the outcomes of rules; `admission` is the judgement of its credential."""
    token = _good_token(call, honest, step, admission)
    return Occasion(
        call.request,
        honest,
        now,
        lambda problem: tenant.service.refuse(call, problem),
        lambda how: tenant.credentials.ended(how, token) if how else None,
        admission.number,
        call.document,
    )


def _good_token(call: Call, honest: Answer, step: CredentialStep | None, admission: Admission) -> object:
    """Find the token that a rule may end: a good one that was sent, or the one that is issued; else None."""
    if isinstance(step, TokenStep):
        is_good = admission.token == "good"  # noqa: S105  a verdict
    else:
        is_good = call.operation is not None and call.operation.issues_token
    return call.token(honest.fields) if is_good else None


def conclude(tenant: Tenant, call: Call, occasion: Occasion, decision: Decision) -> Conclusion:
    """Spoil the honest answer as the rules decided."""
    if decision.of is None:
        return Conclusion(passed(tenant, call, occasion, decision))
    effect = perform(decision, occasion, provenance=tenant.provenance)
    return conclude_effect(tenant, call, occasion, decision, effect)


def conclude_effect(
    tenant: Tenant, call: Call, occasion: Occasion, decision: Decision, effect: Effect
) -> Conclusion:
    """Make the exchange of a request whose rule did what `effect` has, and tell whether it has fired."""
    assert decision.of
    token = decision.action.token
    ended = occasion.ends(token) if token and not effect.refusal else None
    notes = decision.notes
    if idle := _shortcomings(decision, effect, ended=ended is not None):
        notes = (*notes, *(f"{decision.rule}: {why}" for why in idle))
    if not (effect.changed or ended or decision.moved):
        return Conclusion(_spent(passed(tenant, call, occasion, decision), decision, notes))
    exchange = _spoiled(tenant, call, occasion, decision, effect)
    exchange.notes = notes
    exchange.fired = (fired_of(tenant, decision, exchange.faults),)
    return Conclusion(exchange, exchange.fired, ended)


def fired_of(tenant: Tenant, decision: Decision, faults: tuple[str, ...]) -> Fired:
    """Describe a rule that has fired, with those of its faults that changed the script."""
    assert decision.of
    return Fired(decision.rule, tenant.scenario, decision.of.definition, decision.outcome, faults)


def passed(tenant: Tenant, call: Call, occasion: Occasion, decision: Decision) -> Exchange:
    """Make the exchange of a request that no rule changed."""
    exchange = unspoiled(tenant, call, occasion.honest, occasion.now)
    exchange.held_back, exchange.notes = decision.held_back, decision.notes
    return exchange


def _spent(exchange: Exchange, decision: Decision, notes: tuple[str, ...]) -> Exchange:
    """Say that a rule has spent its turn on an outcome that changed nothing."""
    several = decision.of is not None and len(decision.of.actions) > 1
    drawn = f"one_of: spent its turn on outcome {decision.outcome + 1}, which"
    why = f"{drawn if several else 'spent its turn, and'} changes nothing here"
    exchange.turn = decision.rule
    exchange.held_back = (*exchange.held_back, HeldBack(decision.rule, why))
    exchange.notes = notes
    return exchange


def _spoiled(tenant: Tenant, call: Call, occasion: Occasion, decision: Decision, effect: Effect) -> Exchange:
    """Make the exchange of a request at which a rule has fired."""
    response, script, faults = effect.response, effect.script, effect.faults
    if not effect.changed:  # it ended a token, or changed a state
        response, faults = _named(occasion.honest.response, decision, tenant), ()
        script = response.script(call.request, occasion.now)
    exchange = Exchange(
        occasion.now, tenant.id, call.endpoint, call.request, occasion.honest, response, script,
        decision.rule, faults, decision.held_back, (), call.document, turn=decision.rule,
    )  # fmt: skip
    exchange.inserted = effect.inserted if effect.changed else ()
    exchange.decision = recorded(tenant, occasion, decision, exchange)
    return exchange


def recorded(tenant: Tenant, occasion: Occasion, decision: Decision, exchange: Exchange) -> RecordedDecision:
    """Describe what rules did, for the bodies of their exchange to be made again."""
    script, honest = exchange.script, occasion.honest.response
    actions: tuple[Timed, ...] = ()
    plain = script
    if exchange.faults:
        plain = exchange.response.script(exchange.request, occasion.now)
        actions = tuple(timed(script[:MOST_ACTIONS]))
    taker = (decision.of.definition, decision.draw.key) if decision.of else ("", b"")
    head: Any = plain[0]
    return RecordedDecision(
        tenant.read.epoch, len(head[0]), *taker, decision.retry_after,
        decision.moved, occasion.number, honest.headers, len(honest.body), actions,
        max(0, len(script) - MOST_ACTIONS), decision.count,
    )  # fmt: skip


def _named(honest: Response, decision: Decision, tenant: Tenant) -> Response:
    return marked(honest, mark_of(decision.rule)) if tenant.provenance else honest


def _shortcomings(decision: Decision, effect: Effect, *, ended: bool) -> list[str]:
    """Say what of an outcome could not be done; one that is to do nothing has no shortcomings."""
    found = [*effect.notes]
    if effect.refusal:
        found.append(effect.refusal)
    elif not effect.changed:
        found += idle_reasons(decision.action, ended=ended)
    elif effect.faults != decision.faults:
        idle = [name for name in decision.faults if name not in effect.faults]
        found += [f"nothing in this answer for {', '.join(idle)} to spoil"] if idle else []
    return found
