"""Selects the scenarios of a server: the bundled ones, the files of its settings, and further names."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from oifde_simulator import resources
from oifde_simulator.config import Settings
from oifde_simulator.scenario import gallery, loader, replacement
from oifde_simulator.scenario.catalog import ScenarioCatalog
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.scenario.replacement import Populate, unchanged
from oifde_simulator.text import did_you_mean, printable

log = logging.getLogger("oifde_simulator")


def scenarios(settings: Settings) -> ScenarioCatalog:
    """Return the scenarios of a server by tenant id. Raises ValueError with a line for each mistake."""
    populate = replacement.populating(settings.population)
    given = {path: populate(scenario) for path, scenario in read(settings.scenarios).items()}
    for clash in clashes(given.values()):
        log.warning("%s", clash)
    found = combined(bundled(settings, populate), given, settings.tenant)
    if not found:
        raise ValueError("there are no scenarios; give --scenarios PATH, or leave --no-bundled out")
    return found


def one(wanted: str, settings: Settings) -> tuple[str, Scenario]:
    """Find one scenario by file name or by tenant id; return its tenant id and itself.

    Raises ValueError for an unknown id, or with a line for each mistake in the file.
    """
    path = Path(wanted)
    if path.suffix in loader.SUFFIXES or "/" in path.as_posix() or wanted != str(path):
        populate = replacement.populating(settings.population)
        try:
            scenario = populate(loader.load(path))
        except ScenarioErrors as mistakes:
            raise ValueError(str(mistakes)) from None
        return scenario.id, scenario
    found = scenarios(settings)
    if wanted not in found:
        near = did_you_mean(wanted, found) or ";"
        raise ValueError(
            f"there is no scenario {wanted}{near} oifde-simulator scenarios lists those there are"
        )
    return wanted, found[wanted]


def bundled(settings: Settings, populate: Populate = unchanged) -> ScenarioCatalog:
    """Return the bundled scenarios, read from their compiled form: the stem of each file is its tenant id."""
    paths = [] if settings.no_bundled else loader.find([resources.scenarios()])
    found = ScenarioCatalog(gallery.load(paths))
    if populate is unchanged:
        return found  # a file that was edited stays unread
    return ScenarioCatalog({name: populate(scenario) for name, scenario in found.items()})


def combined(
    bundled: ScenarioCatalog, given: Mapping[Path, Scenario], aliases: Iterable[tuple[str, str]]
) -> ScenarioCatalog:
    """Join scenarios by tenant id: `given` ones win over `bundled` ones, `aliases` (ID, SCENARIO) over both.

    Raises ValueError for the alias of an unknown scenario.
    """
    found = bundled | by_id(given)
    for tenant, name in aliases:
        if name not in found:
            raise ValueError(
                f"--tenant {tenant}={name}: there is no scenario {name}{did_you_mean(name, found)}"
            )
        found = found.renamed(name, tenant)
    return found


def by_id(given: Mapping[Path, Scenario]) -> Mapping[str, Scenario]:
    """Map scenarios by the tenant id in their file; the last one of an id wins."""
    return {scenario.id: scenario for scenario in given.values()}


def given(settings: Settings, scenarios: ScenarioCatalog) -> list[Scenario]:
    """List the scenarios that come from files of the settings, not from the gallery."""
    if not settings.scenarios:
        return []
    files = {printable(path) for path in loader.find(settings.scenarios)}
    return [scenario for scenario in scenarios.read().values() if scenario.origin in files]


def clashes(scenarios: Iterable[Scenario]) -> list[str]:
    """Write a line for each file that has the tenant id of a file before it."""
    last: dict[str, str] = {}
    lines = []
    for scenario in {scenario.origin: scenario for scenario in scenarios}.values():
        earlier = last.get(scenario.id, scenario.origin)
        if earlier != scenario.origin:
            lines.append(
                f"{scenario.origin}: has the tenant {scenario.id} of {earlier}, which is not served; "
                "give one of them another tenant.id"
            )
        last[scenario.id] = scenario.origin
    return lines


def read(paths: Sequence[Path]) -> dict[Path, Scenario]:
    """Load the scenarios in files and folders, by file. Raises ValueError with a line for each mistake."""
    good: dict[Path, Scenario] = {}
    wrong: list[ScenarioError] = []
    try:
        for path in loader.find(paths):
            try:
                good[path] = loader.load(path)
            except ScenarioErrors as mistakes:
                wrong += mistakes.errors
    except ScenarioErrors as missing:
        wrong += missing.errors
    if wrong:
        raise ValueError(str(ScenarioErrors(wrong)))
    return good
