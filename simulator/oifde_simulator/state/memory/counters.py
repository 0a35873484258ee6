"""Counts and states of one tenant's rules, each for one value of the rule's `per` fields.

Rule: bounded, as `counted_values.py` says; one warning a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from oifde_simulator.model.turn import START, Candidate, Leases, Turn, Value
from oifde_simulator.state.limits import Tally, count, moved_already, other_state
from oifde_simulator.state.memory.counted_values import CountBudget, CountTable
from oifde_simulator.state.memory.open_leases import OpenLeases

MOST_VALUES = 100_000
"""Values of `per` that one rule, or the states of one tenant, remember."""

_CHARGE = attrgetter("charge")


class RuleCounters:
    """Counts and states of one tenant."""

    def __init__(self, budget: CountBudget | None = None, leases: OpenLeases | None = None) -> None:
        """`budget` has the bytes that all tenants share."""
        self.leases = OpenLeases() if leases is None else leases
        """Exchanges in flight."""
        self._budget = budget or CountBudget()
        self._tallies: dict[str, CountTable[Value, Tally]] = {}
        self._states: CountTable[Value, str] = self._table("the states")
        self._fired: dict[str, int] = {}
        self._new_leases: Leases = ()
        """Leases of the turn that is being found."""

    def turn(self, now: int, candidates: Sequence[Candidate]) -> Turn:
        """Count the candidates in order, up to the first whose turn it is at `now` (tenant time)."""
        held_back: list[str] = []
        self._new_leases = ()
        for place, candidate in enumerate(candidates):
            _, value, limits, becomes, *_ = candidate
            state = self.state(value)
            if reason := other_state(state, limits) or moved_already(state, candidate):
                held_back.append(reason)
                continue
            tally, reason = self._counted(candidate, now)
            if reason:
                held_back.append(reason)
                continue
            changed = becomes is not None and becomes != state
            if becomes is not None:
                self.enter(value, becomes)
            retry_at = tally.refused_until if candidate.limits.over else None
            return Turn(place, tally.matches, retry_at, tuple(held_back), changed, self._new_leases)
        return Turn(-1, 0, None, tuple(held_back), changed=False, leases=self._new_leases)

    def fire(self, rule: str) -> None:
        """Count that a rule has fired."""
        self._fired[rule] = self._fired.get(rule, 0) + 1

    def fired(self) -> dict[str, int]:
        """Copy how often each rule has fired; rules that never did are left out."""
        return dict(self._fired)

    def state(self, value: Value) -> str:
        """Tell the state of a value."""
        state = self._states.get(value)
        return START if state is None else state

    def states(self) -> list[Value]:
        """List the values that have left the first state."""
        return list(self._states)

    def enter(self, value: Value, state: str) -> None:
        """Set the state of a value."""
        self._states.put(value, state)

    def forget(self, rule: str) -> None:
        """Forget the counts of a rule; states stay, since they belong to all rules."""
        self._tallies.pop(rule, None)
        self._fired.pop(rule, None)
        self.leases.forget(rule)

    def _counted(self, candidate: Candidate, now: int) -> tuple[Tally, str]:
        """Count a match; its tally, and the reason why it is not the rule's turn, or ""."""
        rule, value, limits, _, *_ = candidate
        tallies = self._tallies.get(rule)
        if tallies is None:
            tallies = self._tallies[rule] = self._table(f"rule {rule}", _CHARGE)
        tally = tallies.get(value) or tallies.put(value, Tally())
        in_flight = self._lease(candidate) if limits.in_flight is not None else 0
        if limits.distinct is None and (limits.over is None or not limits.over.slide):
            return tally, count(candidate, tally, now, in_flight)
        before = tally.charge
        reason = count(candidate, tally, now, in_flight)
        tallies.charge(tally.charge - before)
        return tally, reason

    def _lease(self, candidate: Candidate) -> int:
        """Take a lease; the number in flight, this exchange included."""
        self._new_leases = (*self._new_leases, self.leases.take(candidate.rule, candidate.value))
        return self.leases.in_flight(candidate.rule, candidate.value)

    def _table(self, whose: str, extra: Callable[[Any], int] | None = None) -> CountTable[Value, Any]:
        return CountTable(self._budget, MOST_VALUES, whose, extra)
