"""One tenant: a world with its clock, credentials, sessions, service and rules."""

from __future__ import annotations

from dataclasses import dataclass

from oifde_simulator.clock import TenantClock
from oifde_simulator.model.sessions import Sessions
from oifde_simulator.oifde.credentials import Credentials
from oifde_simulator.oifde.service import Service
from oifde_simulator.rules.selection import Rules
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.tenants.added_rules import AddedRules


@dataclass(frozen=True, slots=True)
class Tenant:
    """One world."""

    id: str
    """Empty for the world of those who name no known tenant."""
    clock: TenantClock
    credentials: Credentials
    sessions: Sessions
    service: Service
    rules: Rules
    added: AddedRules
    """Those of the rules that came while it was served."""
    scenario: str = ""
    """The id of the scenario that it was made from; empty for none."""
    provenance: bool = True
    """Whether a spoiled answer says which rule spoiled it."""

    def reset(self, scenario: Scenario) -> None:
        """Back to the beginning of its `scenario`: rules, counts, states, tokens, clock."""
        self.added.end()
        self.clock.reset()
        self.credentials.reset()
        self.rules.change(scenario.rules)
        self.rules.reset(self.clock.now())

    def clear(self, scenario: Scenario) -> None:
        """The same, and without any rule until it is reset."""
        self.reset(scenario)
        self.rules.change(())
