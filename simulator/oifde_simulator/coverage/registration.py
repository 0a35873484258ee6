"""Which rules coverage counts: those of the user's files from the start, others once a tenant is asked.

Rules of a bundled scenario are counted and told, and no verdict is about them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator import resources
from oifde_simulator.model.coverage import CoveredRule
from oifde_simulator.rules.rule import Action, Rule
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.text import printable

if TYPE_CHECKING:
    from oifde_simulator.state.interface.counts import Coverage


async def expect(coverage: Coverage, scenarios: Iterable[Scenario]) -> None:
    """Count the rules of these scenarios, whether anybody asks their tenants or not."""
    for scenario in scenarios:
        rules = [covered(rule, own=True) for rule in scenario.rules if not rule.only_lasts]
        await coverage.cover(scenario.id, rules, file=True, asked=False)


async def cover_tenant(coverage: Coverage, scenario: Scenario, rules: Sequence[Rule]) -> None:
    """Count the rules of a tenant of a scenario, which is asked."""
    shipped = {id(rule) for rule in _shipped(scenario)}  # an added rule may have the name of a removed one
    found = [covered(rule, own=id(rule) not in shipped) for rule in rules if not rule.only_lasts]
    await coverage.cover(scenario.id, found, file=not scenario.weight, asked=True)


def covered(rule: Rule, *, own: bool) -> CoveredRule:
    """Describe a rule as coverage counts it."""
    return CoveredRule(rule.name, rule.definition, tuple(_faults(act) for act, _ in rule.actions), own)


def _shipped(scenario: Scenario) -> Sequence[Rule]:
    is_bundled = Path(scenario.origin).parent == Path(printable(resources.scenarios()))
    return scenario.rules if is_bundled else ()


def _faults(action: Action) -> tuple[str, ...]:
    return tuple(fault.fault_name for fault in action.faults)
