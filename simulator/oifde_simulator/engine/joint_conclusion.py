"""What became of an exchange at which rules go along with the one that takes the request, or with none. Pure.

Rule: the rule that takes the request does what it would do without the others. An exchange names all rules
that have fired, in their order.
"""

from __future__ import annotations

from oifde_simulator.engine.conclusion import (
    Conclusion,
    conclude,
    conclude_effect,
    fired_of,
    passed,
    recorded,
)
from oifde_simulator.model.decision import RecordedAlong
from oifde_simulator.model.turn import HeldBack
from oifde_simulator.oifde.router import Call
from oifde_simulator.rules.along import Joining, Joint
from oifde_simulator.rules.decision import HONEST, Decision
from oifde_simulator.rules.effect import Effect, Occasion, perform
from oifde_simulator.tenants import Tenant

IDLE = "also: its turn changed nothing here"
"""Reason of a rule that went along and has not fired."""


def conclude_jointly(tenant: Tenant, call: Call, occasion: Occasion, decision: Decision) -> Conclusion:
    """Spoil the honest answer as the rules decided, those that go along too."""
    if not decision.along:
        return conclude(tenant, call, occasion, decision)
    if decision.of is None:
        taken = Conclusion(passed(tenant, call, occasion, decision))
        effect = Effect(occasion.honest.response, occasion.script)
    else:
        effect = perform(decision, occasion, provenance=False)
        taken = conclude_effect(tenant, call, occasion, decision, effect)
    joint = Joining(decision, effect, occasion, bool(taken.fired)).joined(provenance=tenant.provenance)
    return _joint(tenant, occasion, decision, taken, joint)


def _joint(
    tenant: Tenant, occasion: Occasion, decision: Decision, taken: Conclusion, joint: Joint
) -> Conclusion:
    """Put what all rules did into the exchange that the one which takes the request has made."""
    exchange = taken.exchange
    idle = (HeldBack(each.rule, IDLE) for each in joint.idle)
    exchange.held_back = (*exchange.held_back, *idle)
    if not joint.shares:
        return taken
    exchange.response, exchange.script = joint.response, joint.script
    exchange.fired = tuple(fired_of(tenant, each.decision, each.faults) for each in joint.shares)
    exchange.rule = decision.rule if taken.fired else exchange.fired[0].rule
    exchange.faults = tuple(name for each in exchange.fired for name in each.faults)
    along = tuple(
        RecordedAlong(each.rule, each.of.definition, each.draw.key)
        for each, _ in joint.shares
        if each.of and each is not decision
    )
    taker = decision if taken.fired else HONEST
    exchange.decision = recorded(tenant, occasion, taker, exchange)._replace(along=along)
    return Conclusion(exchange, exchange.fired, taken.ended)
