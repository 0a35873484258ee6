"""Counts and states of one tenant's rules, each for one value of the rule's `per` fields.

Rule: bounded, as `counted_values.py` says; one warning a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from oifde_simulator.model.turn import START, Along, Candidate, Leases, StateTimes, Turn, Value
from oifde_simulator.state.lapses import EnteredState, PresentState, begun, present, present_of
from oifde_simulator.state.limits import Tally, count, moved_already, no_head, other_state
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
        self._states: CountTable[Value, EnteredState] = self._table("the states")
        self._fired: dict[str, int] = {}
        self._new_leases: Leases = ()
        """Leases of the turn that is being found."""

    def turn(self, now: int, candidates: Sequence[Candidate]) -> Turn:
        """Count the candidates in order, up to the first whose turn it is at `now` (tenant time).

        Then those that go along are counted, each by itself. They see the states in which the request came.
        """
        for each in candidates:
            if each.also:
                break
        else:
            return self._taken(now, candidates)
        states = [(place, *self._state_of(each, now)) for place, each in enumerate(candidates) if each.also]
        return self._along(now, candidates, self._taken(now, candidates), states)

    def _taken(self, now: int, candidates: Sequence[Candidate]) -> Turn:
        """Find the candidate that takes the request, and count it and those before it."""
        held_back: list[str] = []
        timed: dict[Value, tuple[str, str]] | None = None
        self._new_leases = ()
        for place, candidate in enumerate(candidates):
            if candidate.also:
                continue
            _, value, limits, becomes, *_ = candidate
            if (times := candidate.times) is None:
                state, told = self.state(value), ""
            else:
                timed = timed or {}
                state, told = timed.get(value) or timed.setdefault(value, self._timed(value, times, now))
            if reason := other_state(state, limits, told) or moved_already(state, candidate):
                held_back.append(reason)
                continue
            tally, reason = self._counted(candidate, now)
            if reason:
                held_back.append(reason)
                continue
            changed = becomes is not None and becomes != state
            if becomes is not None and changed:
                self.enter(value, becomes, now)
            retry_at = tally.refused_until if candidate.limits.over else None
            return Turn(place, tally.matches, retry_at, tuple(held_back), changed, self._new_leases)
        return Turn(-1, 0, None, tuple(held_back), changed=False, leases=self._new_leases)

    def _along(
        self, now: int, candidates: Sequence[Candidate], turn: Turn, states: Iterable[tuple[int, str, str]]
    ) -> Turn:
        """Count those that go along with a turn; `states` has the place of each and its value's state."""
        taker = candidates[turn.place] if turn.place >= 0 else None
        found: list[Along] = []
        for place, state, told in states:
            candidate = candidates[place]
            reason = other_state(state, candidate.limits, told)
            if not reason and candidate.head_only and taker and not taker.sends_head:
                reason = no_head(taker)
            if reason:
                found.append(Along(place, 0, reason))
                continue
            tally, reason = self._counted(candidate, now)
            found.append(Along(place, 0 if reason else tally.matches, reason))
        return turn._replace(along=tuple(found), leases=self._new_leases)

    def _state_of(self, candidate: Candidate, now: int) -> tuple[str, str]:
        """Tell the state of a candidate's value at `now`, and what is to be said of it."""
        if candidate.times is None:
            return self.state(candidate.value), ""
        return self._timed(candidate.value, candidate.times, now)

    def fire(self, rule: str) -> None:
        """Count that a rule has fired."""
        self._fired[rule] = self._fired.get(rule, 0) + 1

    def fired(self) -> dict[str, int]:
        """Copy how often each rule has fired; rules that never did are left out."""
        return dict(self._fired)

    def state(self, value: Value) -> str:
        """Tell the state of a value, as it was entered."""
        state = self._states.get(value)
        return START if state is None else state.name

    def present_state(self, value: Value, times: StateTimes, now: int) -> PresentState:
        """Tell the state of a value at `now` (tenant time)."""
        return present_of(self._states.get(value), times, now)

    def _timed(self, value: Value, times: StateTimes, now: int) -> tuple[str, str]:
        """Tell the state of a value at `now`, and what is to be said of it; keep that it begins anew."""
        entered = self._entered(value, times)
        kept = begun(entered, times, now)
        if kept is not entered:
            self._states.put(value, kept)
        state = present(kept, times, now)
        return state.name, state.told(times, now)

    def _entered(self, value: Value, times: StateTimes) -> EnteredState:
        return self._states.get(value) or EnteredState(START, times.since)

    def states(self) -> list[Value]:
        """List the values that have left the first state."""
        return list(self._states)

    def enter(self, value: Value, state: str, at: int) -> None:
        """Set the state of a value; its time begins `at` (tenant time)."""
        self._states.put(value, EnteredState(state, at))

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
