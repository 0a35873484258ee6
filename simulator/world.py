"""Which scenarios a server has: the bundled ones, those of its settings, and other names for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from simulator import resources
from simulator.config import Settings
from simulator.failure import loading
from simulator.failure.located import ScenarioError, ScenarioErrors, meant
from simulator.failure.scenario import Scenario


def scenarios(settings: Settings) -> Mapping[str, Scenario]:
    """Scenarios by the tenant id they are served under. Raises ValueError with a line for each mistake."""
    found: dict[str, Scenario] = {} if settings.no_bundled else _loaded([resources.scenarios()])
    if settings.scenarios:
        found |= _loaded(settings.scenarios)
    for tenant, name in settings.tenant:
        if name not in found:
            raise ValueError(f"--tenant {tenant}={name}: there is no scenario {name}{meant(name, found)}")
        found[tenant] = found[name]
    if not found:
        raise ValueError("there are no scenarios; give --scenarios PATH, or leave --no-bundled out")
    return found


def _loaded(paths: Sequence[Path]) -> dict[str, Scenario]:
    read: list[Scenario] = []
    wrong: list[ScenarioError] = []
    try:
        for path in loading.find(paths):
            try:
                read.append(loading.load(path))
            except ScenarioErrors as mistakes:
                wrong += mistakes.errors
    except ScenarioErrors as missing:
        wrong += missing.errors
    if wrong:
        raise ValueError(str(ScenarioErrors(wrong)))
    return {scenario.id: scenario for scenario in read}
