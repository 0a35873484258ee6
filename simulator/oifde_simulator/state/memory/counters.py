"""Counts and states of one tenant's rules, each for one value of the rule's `per` fields.

Rule: bounded; the oldest value goes first, with one warning a rule.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeVar

from oifde_simulator.model.turn import START, Candidate, Turn, Value
from oifde_simulator.state.limits import Tally, count, other_state, retry_at

log = logging.getLogger("oifde_simulator")

MOST_VALUES = 100_000
"""Values of `per` that one rule, or the states of one tenant, remember."""

Item = TypeVar("Item")


class RuleCounters:
    """Counts and states of one tenant."""

    def __init__(self) -> None:
        self._warned: set[str] = set()
        self._tallies: dict[str, OrderedDict[Value, Tally]] = {}
        self._states: OrderedDict[Value, str] = OrderedDict()
        self._fired: dict[str, int] = {}

    def turn(self, now: int, candidates: Sequence[Candidate]) -> Turn:
        """Count the candidates in order, up to the first whose turn it is at `now` (tenant time)."""
        held_back: list[str] = []
        for place, candidate in enumerate(candidates):
            rule, value, limits, becomes, _ = candidate
            state = self._states.get(value, START)
            if reason := other_state(state, limits):
                held_back.append(reason)
                continue
            tally = self._tally(rule, value)
            if reason := count(candidate, tally, now):
                held_back.append(reason)
                continue
            changed = becomes is not None and becomes != state
            if becomes is not None:
                self.enter(value, becomes)
            return Turn(place, tally.matches, retry_at(limits.over, tally, now), tuple(held_back), changed)
        return Turn(-1, 0, None, tuple(held_back), changed=False)

    def fire(self, rule: str) -> None:
        """Count that a rule has fired."""
        self._fired[rule] = self._fired.get(rule, 0) + 1

    def fired(self) -> dict[str, int]:
        """Copy how often each rule has fired; rules that never did are left out."""
        return dict(self._fired)

    def state(self, value: Value) -> str:
        """Tell the state of a value."""
        return self._states.get(value, START)

    def states(self) -> list[Value]:
        """List the values that have left the first state."""
        return list(self._states)

    def enter(self, value: Value, state: str) -> None:
        """Set the state of a value."""
        if value not in self._states:
            self._make_room(self._states, "the states")
        self._states[value] = state

    def forget(self, rule: str) -> None:
        """Forget the counts of a rule; states stay, since they belong to all rules."""
        self._tallies.pop(rule, None)
        self._fired.pop(rule, None)

    def _tally(self, rule: str, value: Value) -> Tally:
        tallies = self._tallies.get(rule)
        if tallies is None:
            tallies = self._tallies[rule] = OrderedDict()
        tally = tallies.get(value)
        if tally is None:
            self._make_room(tallies, f"rule {rule}")
            tally = tallies[value] = Tally()
        return tally

    def _make_room(self, values: OrderedDict[Value, Item], whose: str) -> None:
        if len(values) < MOST_VALUES:
            return
        oldest, _ = values.popitem(last=False)
        if whose not in self._warned:
            self._warned.add(whose)
            log.warning(
                "%s: more than %d values; forgot the oldest, %r, and will forget others in silence",
                whose, MOST_VALUES, oldest,
            )  # fmt: skip
