"""The population that a server gives to all its scenarios in place of their own: `--population`.

A scenario that comes along in a request keeps the sessions that it brings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.documents import SessionsDocument, YamlDocument
from oifde_simulator.scenario.errors import ScenarioError, ScenarioErrors
from oifde_simulator.scenario.model import GenerateSpec, Record, Scenario
from oifde_simulator.text import printable

SESSION_KEYS = {"generate", "records", "users"}
"""Keys below `sessions`."""
NOBODY = "population"
"""Tenant id of a file whose sessions alone are wanted."""
FULL, NONE = "full", "none"
"""Words that name a population without a file; a file of that name is `./full`."""

Populate = Callable[[Scenario], Scenario]


class Population(NamedTuple):
    """Call sessions, apart from any scenario."""

    records: tuple[Record, ...] = ()
    generate: GenerateSpec | None = None

    def populate(self, scenario: Scenario) -> Scenario:
        """Copy a scenario with these sessions in place of its own."""
        return replace(scenario, records=self.records, generate=self.generate)


def populating(wanted: str | None) -> Populate:
    """Return the function that gives scenarios the `wanted` population, or leaves them as they are for None.

    Raises ValueError with a line for each mistake in a file.
    """
    return unchanged if wanted is None else read(wanted).populate


def read(wanted: str) -> Population:
    """Read a population: FULL, NONE or a file. Raises ValueError with a line for each mistake."""
    if wanted == NONE:
        return Population()
    if wanted == FULL:
        return Population(generate=GenerateSpec())
    try:
        scenario = _load(Path(wanted))
    except ScenarioErrors as mistakes:
        raise ValueError(str(mistakes)) from None
    return Population(scenario.records, scenario.generate)


def _load(path: Path) -> Scenario:
    """Load a file with call sessions: a scenario, or what stands below `sessions` in one.

    The rest of a scenario is checked too, and means nothing.
    """
    from oifde_simulator.scenario.checking import checked  # both are slow to import
    from oifde_simulator.scenario.yaml.tree import read as read_yaml

    origin = printable(path)
    document = YamlDocument(read_yaml(loader.read(path), origin), origin)
    value = document.value
    if not isinstance(value, dict) or "sessions" in value:
        return checked(document, NOBODY, path.parent)
    if SESSION_KEYS.isdisjoint(value):
        message = f"expected sessions, or what stands below it: {', '.join(sorted(SESSION_KEYS))}"
        raise ScenarioErrors([ScenarioError(origin, 0, 0, (), message)])
    return checked(SessionsDocument(document), NOBODY)


def unchanged(scenario: Scenario) -> Scenario:
    """Leave a scenario its own sessions."""
    return scenario
