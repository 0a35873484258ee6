"""Coverage counts each outcome of a rule, and the faults of each, apart."""

from __future__ import annotations

from oifde_simulator.model.coverage import CoveredRule
from oifde_simulator.model.turn import Fired
from oifde_simulator.state.interface import State
from state_forms import entry, read

RULE = CoveredRule("slow", "digest", (("latency",), ("cut", "latency"), ()), own=True)


async def test_what_fired_is_counted_for_its_outcome_and_its_faults(state: State) -> None:
    await state.coverage.cover("acme", [RULE], file=True, asked=True)
    now = await read(state)
    for outcome, faults in ((1, ("cut",)), (1, ("cut", "latency")), (2, ()), (0, ())):
        fired = Fired("slow", "acme", "digest", outcome, faults)
        await state.exchanges.record(now, entry(), [fired], begun=True)
    (scenario,) = (await state.coverage.snapshot()).scenarios
    (rule,) = scenario.rules.values()
    assert [each.fired for each in rule.branches] == [1, 2, 1]
    assert [dict(each.spoiled) for each in rule.branches] == [{}, {"cut": 2, "latency": 1}, {}]
