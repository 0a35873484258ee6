"""What rules remember: counts and states, each for one value of the rule's `per` fields.

This is what replicas would have to share one day; everything else is a function of seed,
scenario and request. So it stands behind one small seam, `Counters`, with this in-memory form.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

log = logging.getLogger("oifde_simulator")

MOST_VALUES = 100_000
"""Values of `per` that one rule, or the states of one tenant, remember."""

Value = tuple[str, ...]
"""The values of a rule's `per` fields; `()` where it has none."""


@dataclass(slots=True)
class Tally:
    """What one rule has seen and done for one value."""

    matches: int = 0
    fired: int = 0
    window: int = -1
    """Which rate window was last counted in."""
    in_window: int = 0
    refused_until: int = 0
    """Epoch milliseconds until which an enforced rate limit refuses."""


class Counters(Protocol):
    """Counts and states of one tenant's rules."""

    def tally(self, rule: str, value: Value) -> Tally:
        """The tally of a rule for a value; changes to it are kept."""
        ...

    def state(self, value: Value) -> str:
        """The state for a value; `start` at first."""
        ...

    def enter(self, value: Value, state: str) -> None:
        """Set the state for a value."""
        ...

    def states(self) -> Mapping[Value, str]:
        """The state of each value that has left `start`."""
        ...

    def forget(self, rule: str) -> None:
        """Forget what a rule has counted; states stay, since they are those of all rules."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...


class MemoryCounters:
    """Counters in this process, bounded: the oldest value goes first, with a warning at the first of them."""

    def __init__(self) -> None:
        self._warned: set[str] = set()
        self._tallies: dict[str, OrderedDict[Value, Tally]] = {}
        self._states: OrderedDict[Value, str] = OrderedDict()

    def tally(self, rule: str, value: Value) -> Tally:
        """The tally of a rule for a value; changes to it are kept."""
        tallies = self._tallies.get(rule)
        if tallies is None:
            tallies = self._tallies[rule] = OrderedDict()
        tally = tallies.get(value)
        if tally is None:
            self._make_room(tallies, f"rule {rule}")
            tally = tallies[value] = Tally()
        return tally

    def state(self, value: Value) -> str:
        """The state for a value; `start` at first."""
        return self._states.get(value, "start")

    def enter(self, value: Value, state: str) -> None:
        """Set the state for a value."""
        if value not in self._states:
            self._make_room(self._states, "the states")
        self._states[value] = state

    def states(self) -> Mapping[Value, str]:
        """The state of each value that has left `start`."""
        return self._states

    def forget(self, rule: str) -> None:
        """Forget what a rule has counted; states stay, since they are those of all rules."""
        self._tallies.pop(rule, None)

    def reset(self) -> None:
        """Forget everything."""
        self._warned.clear()
        self._tallies.clear()
        self._states.clear()

    def fired(self, rule: str) -> int:
        """How often a rule has fired, for all values that are still remembered."""
        return sum(tally.fired for tally in self._tallies.get(rule, {}).values())

    def _make_room(self, values: OrderedDict[Value, Tally] | OrderedDict[Value, str], whose: str) -> None:
        if len(values) < MOST_VALUES:
            return
        oldest, _ = values.popitem(last=False)
        if whose not in self._warned:
            self._warned.add(whose)
            log.warning(
                "%s: more than %d values; forgot the oldest, %r, and will forget others in silence",
                whose, MOST_VALUES, oldest,
            )  # fmt: skip
