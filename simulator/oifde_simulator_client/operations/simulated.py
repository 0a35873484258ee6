"""Operations on a tenant for a test: made with its rules, or given another scenario."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from oifde_simulator_client.call import Call
from oifde_simulator_client.errors import ControlError, hides_frames
from oifde_simulator_client.models import MadeTenant
from oifde_simulator_client.operations import tenants
from oifde_simulator_client.operations.rules import add_rules
from oifde_simulator_client.operations.tenants import Scenario

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

Rules = Sequence[Mapping[str, Any]]

GOOD_DAY: Mapping[str, Any] = {
    "description": "Nothing fails. User 18000000001 has 40 sessions; every other number has a history.",
    "tenant": {"id": "good-day"},
    "sessions": {"users": {"18000000001": 40}, "generate": {}},
}
"""Scenario of a test that names none."""


def make(
    scenario: Scenario | None, rules: Rules, data_url: str | None = None
) -> Generator[Call[Any], Any, MadeTenant]:
    """Create a tenant from a scenario, by default GOOD_DAY; `rules` come before the scenario's own.

    `data_url` is where the vendor's interface is reached, in place of what the server says.
    """
    made = yield from tenants.make_tenant(initial_scenario(scenario, rules))
    try:
        yield from _add(made.tenant_id, scenario, rules)
    except ControlError:
        yield from tenants.delete_if_there(made.tenant_id)
        raise
    return made if data_url is None else made.reached_at(data_url)


def use(tenant: str, scenario: Scenario | None, rules: Rules) -> Generator[Call[Any], Any, None]:
    """Start the tenant anew with another scenario, by default GOOD_DAY."""
    yield from tenants.use(tenant, initial_scenario(scenario, rules))
    yield from _add(tenant, scenario, rules)


def reset(tenant: str) -> Generator[Call[Any], Any, None]:
    """Reset rules, counts, states, tokens and clock to the scenario; empty the journal."""
    yield from tenants.reset(tenant)


def clear(tenant: str) -> Generator[Call[Any], Any, None]:
    """Reset the tenant and remove every rule until the next reset."""
    yield from tenants.clear(tenant)


def initial_scenario(scenario: Scenario | None, rules: Rules) -> Scenario:
    """Choose the scenario to create; only GOOD_DAY takes the rules into itself."""
    if scenario is None:
        return {**GOOD_DAY, "rules": list(rules)} if rules else GOOD_DAY
    return scenario


def _add(tenant: str, scenario: Scenario | None, rules: Rules) -> Generator[Call[Any], Any, None]:
    if scenario is not None and rules:
        yield from add_rules(tenant, *rules)
