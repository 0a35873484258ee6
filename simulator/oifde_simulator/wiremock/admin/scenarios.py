"""States of rules as WireMock's scenarios: one for a tenant, or one for each value of its rules' `per`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from oifde_simulator.rules.selection import Rule, Rules
from oifde_simulator.state.memory.counters import Counters, Value
from oifde_simulator.wiremock.admin import ids

FIRST = "start"
"""First state of our rules."""
STARTED = "Started"
"""First state of WireMock's scenarios; it stands for ours."""
MOST = 1000
"""Values of `per` that are listed for a tenant."""


class UnknownState(ValueError):
    """A state that no rule asks for or leads to."""


@dataclass(frozen=True, slots=True)
class WireMockScenario:
    """A scenario in WireMock's sense: one state machine of a tenant."""

    name: str
    """Id of the tenant and the values of `per`, joined by colons."""
    counters: Counters
    value: Value
    rules: Sequence[Rule]
    """Rules that ask for a state or lead to one."""

    @property
    def states(self) -> list[str]:
        """States that rules ask for or lead to, the first state at the beginning."""
        named = [(rule.when.state_is, rule.becomes) for rule in self.rules]
        return list(dict.fromkeys([FIRST, *(each for pair in named for each in pair if each is not None)]))

    @property
    def state(self) -> str:
        """Current state, by WireMock's name."""
        return _wiremock_name(self.counters.state(self.value))

    def enter(self, state: str) -> None:
        """Enter a state by WireMock's name. Raises UnknownState."""
        ours = FIRST if state == STARTED else state
        if ours not in self.states:
            raise UnknownState(f"Scenario {self.name} does not support state {state}")
        self.counters.enter(self.value, ours)

    def reset(self) -> None:
        """Enter the first state."""
        self.counters.enter(self.value, FIRST)

    def as_json(self) -> dict[str, Any]:
        """Render the scenario; the Java client reads the states from the mappings."""
        return {
            "id": self.name,
            "name": self.name,
            "state": self.state,
            "possibleStates": list(map(_wiremock_name, self.states)),
            "mappings": [self._stub(rule) for rule in self.rules],
        }

    def _stub(self, rule: Rule) -> dict[str, Any]:
        id = str(ids.stub_id(self.name, rule.name))
        states = {"requiredScenarioState": rule.when.state_is, "newScenarioState": rule.becomes}
        return {
            "id": id,
            "uuid": id,
            "name": rule.name,
            "request": {"method": "ANY"},
            "response": {"status": 200},
            "scenarioName": self.name,
            **{name: _wiremock_name(state) for name, state in states.items() if state is not None},
        }


def _wiremock_name(state: str) -> str:
    return STARTED if state == FIRST else state


def tenant_scenarios(tenant: str, rules: Rules) -> Iterator[WireMockScenario]:
    """List the scenarios of a tenant; none if no rule has a `state`."""
    stateful = [rule for rule in rules.rules if rule.when.state_is is not None or rule.becomes is not None]
    if any(not rule.per for rule in stateful):
        yield WireMockScenario(tenant, rules.counters, (), stateful)
    for value in islice(list(rules.counters.states()), MOST) if stateful else ():
        if value:
            yield WireMockScenario(":".join((tenant, *map(_shown, value))), rules.counters, value, stateful)


def _shown(text: str) -> str:
    return f"({text[1:]})" if text.startswith("\0") else text
