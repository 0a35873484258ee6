"""How long states last by rules that are added, held against the rules that a tenant has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.tenants.tenant import Tenant
from oifde_simulator.text import shown


def check_state_times(tenant: Tenant, given: Sequence[Mapping[str, Any]]) -> None:
    """Check that added rules without mistakes do not contradict those of a tenant. Raises ScenarioErrors."""
    from oifde_simulator.scenario.lint.states import Durations  # slow to import

    durations = Durations()
    for rule in tenant.rules.rules:
        if rule.lasts and rule.limits.state_is is not None:
            durations.add(rule.limits.state_is, rule.lasts, f"the rule {shown(rule.name)}, which is there")
    found = [(place, durations.add_written(rule, "another")) for place, rule in enumerate(given)]
    errors = [
        ScenarioError("rules", 0, 0, ("rules", place, "state", "for"), message)
        for place, message in found
        if message
    ]
    if errors:
        raise ScenarioErrors(errors)
