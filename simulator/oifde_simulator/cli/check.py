"""`oifde-simulator check`: validate scenario files."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.cli.exit_codes import FAILED, OK
from oifde_simulator.cli.parser import add_settings, session_settings
from oifde_simulator.text import counted, printable

if TYPE_CHECKING:
    from oifde_simulator.scenario.errors import ScenarioError
    from oifde_simulator.scenario.model import Scenario
    from oifde_simulator.scenario.replacement import Populate

POPULATION = ("population",)
"""Names of the settings that `check` takes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of them with its subfolders"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 where there is a warning, too")
    add_settings(parser, POPULATION)


def execute(options: argparse.Namespace) -> int:
    """Print a line for each good file, error, warning and file left out; return the exit code."""
    from oifde_simulator.scenario import replacement, selection

    try:
        populate = replacement.populating(session_settings(options, POPULATION).population)
    except ValueError as mistakes:
        print(mistakes)
        return FAILED
    checked = [scenario for path in options.paths for scenario in _check_path(path, populate)]
    good = [scenario for scenario in checked if scenario is not None]
    clashes = selection.clashes(good)
    for pair in clashes.values():
        print(selection.clash_error(*pair))
    warned = any(scenario.warnings for scenario in good)
    return FAILED if clashes or len(good) < len(checked) or (options.strict and warned) else OK


def _check_path(path: Path, populate: Populate) -> Iterator[Scenario | None]:
    """Check a scenario file, or each that `serve` would read of a folder; yield None for each wrong one."""
    from oifde_simulator.scenario import loader, selection
    from oifde_simulator.scenario.files import finding

    found = finding.find([path])
    for error in loader.errors_of(found):
        print(error)
        yield None
    scenarios, left_out = [], list(found.left_out)
    for file in map(Path, found.files):
        scenario, reason = _check_file(file, found.named, populate)
        left_out += [reason] if reason else []
        scenarios += [] if reason else [scenario]
    for line in selection.bounded(selection.without_answers(left_out, filter(None, scenarios))):
        print(line)
    yield from scenarios
    if found.files and not scenarios:
        yield from _print_errors(loader.nothing_in([path]))


def _check_file(path: Path, named: Collection[str], populate: Populate) -> tuple[Scenario | None, str]:
    """Check one file and print the result; return the scenario, or why the file is left out."""
    from oifde_simulator.scenario import loader, selection
    from oifde_simulator.scenario.errors import ScenarioErrors

    try:
        source = loader.read(path)
        if reason := selection.not_a_scenario(path, source, named):
            return None, reason
        scenario = populate(loader.load(path, source))
    except ScenarioErrors as errors:
        print(errors)
        return None, ""
    _print_good(path, scenario)
    return scenario, ""


def _print_errors(errors: Iterable[ScenarioError]) -> Iterator[None]:
    for error in errors:
        print(error)
        yield None


def _print_good(path: Path, scenario: Scenario) -> None:
    for warning in scenario.warnings:
        print(f"{warning} (warning)")
    content = f"{counted(len(scenario.records), 'record')}, {counted(len(scenario.rules), 'rule')}"
    print(f"{printable(path)}: good: tenant {scenario.id}, {content}")
