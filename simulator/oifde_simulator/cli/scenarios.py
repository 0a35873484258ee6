"""`oifde-simulator scenarios`: list the scenarios that `serve` would have."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oifde_simulator.cli.exit_codes import OK
from oifde_simulator.cli.parser import SESSION_SETTINGS, add_settings, print_json, session_settings

if TYPE_CHECKING:
    from oifde_simulator.scenario.model import Scenario

WIDTH = 100
"""Width of the list in characters."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `scenarios`."""
    parser.add_argument("--json", action="store_true", help="for machines, with whole descriptions")
    add_settings(parser, [name for name in SESSION_SETTINGS if name != "seed"])


def execute(options: argparse.Namespace) -> int:
    """Print the list and return the exit code."""
    from oifde_simulator.scenario import selection

    scenarios = selection.scenarios(session_settings(options))
    if options.json:
        print_json(as_json(scenarios))
    else:
        print(format_list(scenarios))
    return OK


def format_list(scenarios: Mapping[str, Scenario]) -> str:
    """Write each scenario's id, the first sentence of its description, and which request meets it."""
    width = max(map(len, scenarios), default=0)
    return "\n".join(
        textwrap.fill(
            f"{scenario.summary} {scenario.met}".strip(),
            max(WIDTH, width + 42),
            initial_indent=f"{name:{width}}  ",
            subsequent_indent=" " * (width + 2),
        )
        for name, scenario in scenarios.items()
    )


def as_json(scenarios: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """Describe each scenario for machines, with its whole description."""
    return [
        {
            "id": name,
            "summary": scenario.summary,
            "met": scenario.met,
            "description": scenario.description,
            "file": scenario.origin,
            "records": len(scenario.records),
            "rules": [rule.name for rule in scenario.rules],
        }
        for name, scenario in scenarios.items()
    ]
