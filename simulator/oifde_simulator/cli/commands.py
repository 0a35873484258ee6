"""What the commands do with their arguments: call the rooms below, print, and say how it went."""

from __future__ import annotations

import argparse
import gc
import json
import os
import shlex
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oifde_simulator.config import Settings, environment_name, settings, unknown_variables
from oifde_simulator.quantities import count
from oifde_simulator.text import counted, printable

if TYPE_CHECKING:
    from oifde_simulator.scenario.model import Scenario

DONE, WRONG, MISUSED = 0, 1, 2
"""Exit codes: all well; what was looked at is wrong; the command could not do its work."""

FROZEN = Path("frozen.yaml")
"""Where sessions are exported to, unless another file is named."""

WORLDLY = ("scenarios", "no_bundled", "seed")
"""Settings that say which sessions there are."""

PORTS = ("port", "control_port")


def serve(parsed: argparse.Namespace) -> int:
    """Serve until told to stop."""
    gc.disable()  # starting makes little garbage and many objects; the runner turns it on again
    from oifde_simulator.runtime import server

    chosen = settings(vars(parsed), os.environ)
    if complaint := unknown_variables(os.environ):
        print(f"oifde-simulator serve: {complaint}", file=sys.stderr)
    return server.serve(chosen, sys.stdout)


def run(parsed: argparse.Namespace) -> int:
    """Run a command beside a server of its own, on free ports unless they are given."""
    from oifde_simulator.runtime import child_command

    if not parsed.program or parsed.undivided:
        words = shlex.join([*parsed.undivided, *parsed.program]) or "pytest"
        raise ValueError(f"expected -- and a command to run; such as: oifde-simulator run -- {words}")
    ports = [entry for entry in fields(Settings) if entry.name in PORTS]
    free = {entry.name: "0" for entry in ports if not os.environ.get(environment_name(entry))}
    return child_command.run(
        settings(free | vars(parsed), os.environ), parsed.program, coverage=parsed.coverage
    )


def check(parsed: argparse.Namespace) -> int:
    """Validate scenario files: a line for each good file, each error and each warning."""
    from oifde_simulator.scenario import selection

    found = [scenario for path in parsed.paths for scenario in _checked(path)]
    good = [scenario for scenario in found if scenario is not None]
    clashes = selection.clashes(good)
    for clash in clashes:
        print(f"{clash} (warning)")
    warned = bool(clashes) or any(scenario.warnings for scenario in good)
    return WRONG if len(good) < len(found) or (parsed.strict and warned) else DONE


def _checked(path: Path) -> list[Scenario | None]:
    """Say what is in a scenario file, or in each of a folder; None for each that is wrong."""
    from oifde_simulator.scenario import loader
    from oifde_simulator.scenario.errors import ScenarioErrors

    try:
        files = loader.find([path])
        if files != [path]:
            return [scenario for file in files for scenario in _checked(file)]
        scenario = loader.load(path)
    except ScenarioErrors as errors:
        print(errors)
        return [None]
    for warning in scenario.warnings:
        print(f"{warning} (warning)")
    content = f"{counted(len(scenario.records), 'record')}, {counted(len(scenario.rules), 'rule')}"
    print(f"{printable(path)}: good: tenant {scenario.id}, {content}")
    return [scenario]


def scenarios(parsed: argparse.Namespace) -> int:
    """List the scenarios that `serve` would have."""
    from oifde_simulator.cli import choosing
    from oifde_simulator.scenario import selection

    found = selection.scenarios(_worldly(parsed))
    print(_json(choosing.as_json(found)) if parsed.json else choosing.listing(found))
    return DONE


def new(parsed: argparse.Namespace) -> int:
    """Write a scenario to begin with."""
    from oifde_simulator.cli import choosing

    path = choosing.begin(parsed.name)
    if schema := choosing.schema_beside(path):
        print(f"{schema}: written; the first line of {path} leads editors to it, so keep them together")
    print(f"{path}: written; oifde-simulator serve --scenarios {shlex.quote(str(path))} --watch")
    return DONE


def explain(parsed: argparse.Namespace) -> int:
    """Say what happens to a request, sent some times, and why."""
    from oifde_simulator.cli import explanation_text, request_file
    from oifde_simulator.engine import explain as explanation
    from oifde_simulator.scenario import selection
    from oifde_simulator.tenants import Tenants

    chosen, repeat = _worldly(parsed), _repeat(parsed.repeat)
    name, scenario = selection.one(parsed.scenario, chosen)
    tenants = Tenants(
        {name: scenario},
        seed=chosen.seed,
        error_status=chosen.error_status,
        any_credentials=chosen.any_credentials,
        tenantless=name if chosen.tenantless == name else None,
    )
    asked = request_file.asked(request_file.document(parsed.request), tenants, name, parsed.endpoint)
    turns = explanation.explain(tenants, asked.request(), repeat, bad_json_status=chosen.bad_json_status)
    if parsed.json:
        print(_json({**request_file.as_json(asked), "turns": [explanation.as_json(turn) for turn in turns]}))
        return DONE
    print(explanation_text.request_text(asked))
    for text in explanation_text.texts(turns, repeat):
        print(text)
    return DONE


def _repeat(text: str) -> int:
    try:
        return count(text)
    except ValueError as error:
        raise ValueError(f"--repeat: {error}") from None


def _worldly(parsed: argparse.Namespace) -> Settings:
    """Settings of a command that serves nothing: which sessions there are, the rest from the environment."""
    given = {name: value for name, value in vars(parsed).items() if name in (*WORLDLY, "tenantless")}
    return settings(given, os.environ)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2)


def sessions(parsed: argparse.Namespace) -> int:
    """Show a tenant's sessions, or freeze them into a scenario file."""
    from oifde_simulator.cli import session_listing
    from oifde_simulator.scenario import selection
    from oifde_simulator.tenants import Tenants

    chosen = _worldly(parsed)
    if parsed.to and parsed.export is None:
        raise ValueError("--to names the file that --export N writes; give both, or neither")
    name, scenario = selection.one(parsed.tenant, chosen)
    tenants = Tenants({name: scenario}, seed=chosen.seed, error_status=chosen.error_status)
    if parsed.export is not None:
        path = parsed.to or FROZEN
        written = session_listing.export(tenants, name, parsed.number, parsed.export, path)
        command = f"oifde-simulator serve --scenarios {shlex.quote(str(path))}"
        print(f"{path}: {counted(written, 'session')}; {command}")
    else:
        shape = "json" if parsed.json else "csv" if parsed.csv else "table"
        print(session_listing.listing(tenants, name, parsed.number, shape))
    return DONE


def readyz(parsed: argparse.Namespace) -> int:
    """Ask the control plane whether it is ready."""
    from oifde_simulator.quantities import duration
    from oifde_simulator.runtime import readiness

    patience = duration(parsed.timeout) if parsed.wait else 0.0
    chosen = settings({"ready_file": parsed.ready_file} if parsed.ready_file else {}, os.environ)
    ready, line = readiness.ask(readiness.place(parsed.url, chosen), patience)
    print(line, file=sys.stdout if ready else sys.stderr)
    return DONE if ready else WRONG
