"""How far the ramps of a rule that has fired are, and what they count from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from oifde_simulator.model.exchange import Exchange
from oifde_simulator.rules.conditions.triggers import Moment
from oifde_simulator.rules.rule import Rule
from oifde_simulator.wire.script import Wait

Beginning = Literal["load", "window", "added"]


class RampProgress(NamedTuple):
    """A ramp at the time of an exchange."""

    counted_from: Beginning
    """Load or reset, the opening of the rule's window, or when the rule was added."""
    begun: float
    """Seconds after load or reset at which it began; below 0 where its window was open before."""
    passed: float
    """Seconds since then."""
    over: float
    """Seconds that it takes."""
    latency: float
    """Seconds that the answer comes late."""


def ramps(rule: Rule, exchange: Exchange, since: int) -> tuple[RampProgress, ...]:
    """Tell the ramps of the outcome of a rule; `since` is load or reset, epoch milliseconds."""
    elapsed = exchange.at - since
    begun = rule.begun(Moment(exchange.at, elapsed))
    found = [
        RampProgress(_beginning(rule, begun), begun / 1000, (elapsed - begun) / 1000, over, latency)
        for over, latency in _sampled(rule, exchange, elapsed / 1000, begun / 1000)
    ]
    return tuple(dict.fromkeys(found))


def _beginning(rule: Rule, begun: int) -> Beginning:
    if rule.added is not None and begun == rule.added:
        return "added"
    return "window" if rule.window else "load"


def _sampled(rule: Rule, exchange: Exchange, elapsed: float, begun: float) -> Iterator[tuple[float, float]]:
    """Sample the ramps of the outcomes that the exchange may be of: it names faults, not the outcome."""
    spoiling = exchange.faults_of(rule.name)
    if "latency" not in spoiling:
        return
    from oifde_simulator.faults import FaultContext
    from oifde_simulator.faults.builtin.latency import Latency
    from oifde_simulator.rules.decision import HONEST

    context = FaultContext(HONEST.draw, elapsed, begun)  # a ramp draws nothing
    waits = {action.seconds for action in exchange.script if isinstance(action, Wait)} | {0.0}
    for action, _ in rule.actions:
        if tuple(fault.fault_name for fault in action.faults) != spoiling:
            continue
        for fault in action.faults:
            if isinstance(fault, Latency) and fault.ramp and (late := fault.ramp.sample(context)) in waits:
                yield fault.ramp.over, late
