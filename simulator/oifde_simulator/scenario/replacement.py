"""The population that a server gives to all its scenarios in place of their own: `--population`.

A scenario that comes along in a request keeps the sessions that it brings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.scenario.model import GenerateSpec, Record, Scenario

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
        scenario = loader.load_sessions(Path(wanted))
    except ScenarioErrors as mistakes:
        raise ValueError(str(mistakes)) from None
    return Population(scenario.records, scenario.generate)


def unchanged(scenario: Scenario) -> Scenario:
    """Leave a scenario its own sessions."""
    return scenario
