"""`oifde-simulator check`: validate scenario files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.cli.exit_codes import FAILED, OK
from oifde_simulator.cli.parser import add_settings, session_settings
from oifde_simulator.text import counted, printable

if TYPE_CHECKING:
    from oifde_simulator.scenario.model import Scenario
    from oifde_simulator.scenario.replacement import Populate

POPULATION = ("population",)
"""Names of the settings that `check` takes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of them")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where there is a warning, too")
    add_settings(parser, POPULATION)


def execute(options: argparse.Namespace) -> int:
    """Print a line for each good file, each error and each warning; return the exit code."""
    from oifde_simulator.scenario import replacement, selection

    try:
        populate = replacement.populating(session_settings(options, POPULATION).population)
    except ValueError as mistakes:
        print(mistakes)
        return FAILED
    checked = [scenario for path in options.paths for scenario in _check(path, populate)]
    good = [scenario for scenario in checked if scenario is not None]
    clashes = selection.clashes(good)
    for clash in clashes:
        print(f"{clash} (warning)")
    warned = bool(clashes) or any(scenario.warnings for scenario in good)
    return FAILED if len(good) < len(checked) or (options.strict and warned) else OK


def _check(path: Path, populate: Populate) -> Iterator[Scenario | None]:
    """Check a scenario file, or each of a folder, and print the result; yield None for each wrong file."""
    from oifde_simulator.scenario import loader
    from oifde_simulator.scenario.errors import ScenarioErrors

    try:
        files = loader.find([path])
        scenario = populate(loader.load(path)) if files == [path] else None
    except ScenarioErrors as errors:
        print(errors)
        yield None
        return
    if scenario is None:
        for file in files:
            yield from _check(file, populate)
        return
    _print_good(path, scenario)
    yield scenario


def _print_good(path: Path, scenario: Scenario) -> None:
    for warning in scenario.warnings:
        print(f"{warning} (warning)")
    content = f"{counted(len(scenario.records), 'record')}, {counted(len(scenario.rules), 'rule')}"
    print(f"{printable(path)}: good: tenant {scenario.id}, {content}")
