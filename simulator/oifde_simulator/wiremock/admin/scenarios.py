"""The states of rules as WireMock's scenarios: one for a tenant, or for each value of its rules' `per`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from oifde_simulator.rules.selection import Rule, Rules
from oifde_simulator.state.memory.counters import Counters, Value
from oifde_simulator.wiremock.admin import ids

FIRST = "start"
"""The state in which ours begin, unless a rule says otherwise."""
STARTED = "Started"
"""The state in which WireMock's begin; it stands for ours."""
MOST = 1000
"""Values of `per` that are listed."""


class Unsupported(ValueError):
    """A state that no rule knows."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One scenario of WireMock's."""

    name: str
    """The tenant's id, and after a colon each what `per` names."""
    counters: Counters
    value: Value
    rules: Sequence[Rule]
    """Those that ask for a state or lead to one."""

    @property
    def states(self) -> list[str]:
        """Those that rules ask for or lead to, the first at the beginning."""
        named = [(rule.when.state_is, rule.becomes) for rule in self.rules]
        return list(dict.fromkeys([FIRST, *(each for pair in named for each in pair if each is not None)]))

    @property
    def state(self) -> str:
        """The one it is in, in WireMock's words."""
        return _theirs(self.counters.state(self.value))

    def enter(self, state: str) -> None:
        """Have it in `state`, in WireMock's words. Raises Unsupported."""
        ours = FIRST if state == STARTED else state
        if ours not in self.states:
            raise Unsupported(f"Scenario {self.name} does not support state {state}")
        self.counters.enter(self.value, ours)

    def reset(self) -> None:
        """Have it in the first."""
        self.counters.enter(self.value, FIRST)

    def rendered(self) -> dict[str, Any]:
        """As WireMock shows it; Java's client reads the states from the stubs."""
        return {
            "id": self.name,
            "name": self.name,
            "state": self.state,
            "possibleStates": list(map(_theirs, self.states)),
            "mappings": [self._stub(rule) for rule in self.rules],
        }

    def _stub(self, rule: Rule) -> dict[str, Any]:
        id = str(ids.of_stub(self.name, rule.name))
        states = {"requiredScenarioState": rule.when.state_is, "newScenarioState": rule.becomes}
        return {
            "id": id,
            "uuid": id,
            "name": rule.name,
            "request": {"method": "ANY"},
            "response": {"status": 200},
            "scenarioName": self.name,
            **{name: _theirs(state) for name, state in states.items() if state is not None},
        }


def _theirs(state: str) -> str:
    return STARTED if state == FIRST else state


def machines(tenant: str, rules: Rules) -> Iterator[Machine]:
    """The scenarios of a tenant; none where no rule has a `state`."""
    stateful = [rule for rule in rules.rules if rule.when.state_is is not None or rule.becomes is not None]
    if any(not rule.per for rule in stateful):
        yield Machine(tenant, rules.counters, (), stateful)
    for value in islice(list(rules.counters.states()), MOST) if stateful else ():
        if value:
            yield Machine(":".join((tenant, *map(_shown, value))), rules.counters, value, stateful)


def _shown(text: str) -> str:
    return f"({text[1:]})" if text.startswith("\0") else text
