"""The states of rules as WireMock's scenarios: one for a tenant, or for each value of its rules' `per`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.turn import START, Value
from oifde_simulator.rules.rule import Rule
from oifde_simulator.state.interface.tenants import Tenants
from oifde_simulator.tenants.tenant import Tenant
from oifde_simulator.wiremock.admin import ids

FIRST = START
"""The state in which ours begin, unless a rule says otherwise."""
STARTED = "Started"
"""The state in which WireMock's begin; it stands for ours."""
MOST = 1000
"""Values of `per` that are listed."""


class UnknownState(ValueError):
    """A state that no rule asks for or leads to."""


@dataclass(frozen=True, slots=True)
class WireMockScenario:
    """A scenario in WireMock's sense: one state machine of a tenant."""

    tenant: str
    name: str
    """Id of the tenant, and after a colon each value that `per` names."""
    value: Value
    current: str
    """State that it is in, in our words."""
    rules: Sequence[Rule]
    """Rules that ask for a state or lead to one."""
    epoch: int
    """Epoch of the tenant that it was read in."""
    now: int = 0
    """When it was read, epoch milliseconds of the tenant's clock."""

    @property
    def states(self) -> list[str]:
        """States that rules ask for or lead to, or that follow in time; the first at the beginning."""
        named = [
            (rule.limits.state_is, rule.becomes, rule.lasts.then if rule.lasts else None)
            for rule in self.rules
        ]
        return list(dict.fromkeys([FIRST, *(each for some in named for each in some if each is not None)]))

    @property
    def state(self) -> str:
        """State that it is in, in WireMock's words."""
        return _wiremock_name(self.current)

    def ours(self, state: str) -> str:
        """Translate a state from WireMock's words. Raises UnknownState."""
        ours = FIRST if state == STARTED else state
        if ours not in self.states:
            raise UnknownState(f"Scenario {self.name} does not support state {state}")
        return ours

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
        states = {"requiredScenarioState": rule.limits.state_is, "newScenarioState": rule.becomes}
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


def is_stateful(rule: Rule) -> bool:
    """Check that a rule asks for a state or leads to one."""
    return rule.limits.state_is is not None or rule.becomes is not None


async def tenant_scenarios(tenant: Tenant, state: Tenants) -> list[WireMockScenario]:
    """Make the scenarios of a tenant; none where no rule has a `state`."""
    stateful = [rule for rule in tenant.rules.rules if is_stateful(rule)]
    if not stateful:
        return []
    id, epoch, now, times = tenant.read.tenant, tenant.read.epoch, tenant.clock.now(), tenant.rules.times
    values = [value for value in (await state.states(id))[:MOST] if value]
    if any(not rule.per for rule in stateful):
        values.insert(0, ())
    return [
        WireMockScenario(
            id,
            ":".join((id, *map(_shown, value))),
            value,
            await state.state(id, value, now, times),
            stateful,
            epoch,
            now,
        )
        for value in values
    ]


def _shown(text: str) -> str:
    return f"({text[1:]})" if text.startswith("\0") else text
