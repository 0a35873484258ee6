"""The command line: arguments in, exit code out.

Rule: every command has a file with its arguments and its work. A run imports the file of its own command
only, and builds the parser of this command only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from oifde_simulator import __version__
from oifde_simulator.cli.parser import OK, USAGE_ERROR, Parser
from oifde_simulator.cli.terminal import printable_output
from oifde_simulator.text import did_you_mean

PROGRAM = "oifde-simulator"

COMMANDS = {
    "serve": "serve scenarios until SIGTERM or Ctrl-C",
    "run": "run a command, such as a test suite, beside a server",
    "check": "validate scenario files",
    "scenarios": "list the scenarios there are",
    "new": "write a scenario to begin with",
    "explain": "say what happens to a request, and why",
    "sessions": "show or freeze a tenant's sessions",
    "readyz": "ask a running server whether it is ready",
}
"""Line of help of each command; a command's module has its name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    with printable_output():
        return _main(sys.argv[1:] if arguments is None else arguments)


def _main(given: Sequence[str]) -> int:
    name = given[0] if given else ""
    if name not in COMMANDS:
        _answer_without_command(given)
    try:
        return _run(name, given[1:])
    except (ValueError, OSError) as error:
        print(f"{PROGRAM} {name}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return OK


def _run(name: str, arguments: Sequence[str]) -> int:
    command: Any = import_module(f"{__name__}.{name}")
    options, program = _split_program(arguments) if name == "run" else (arguments, ())
    parser = Parser(prog=f"{PROGRAM} {name}")
    command.add_arguments(parser)
    return int(command.execute(parser.parse_args(options, argparse.Namespace(program=program))))


def _split_program(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Split our options from the program after `--`, which argparse must not read."""
    if "--" not in arguments:
        return arguments, ()
    end = arguments.index("--")
    return arguments[:end], arguments[end + 1 :]


def _answer_without_command(arguments: Sequence[str]) -> NoReturn:
    """Show the help or the version, or refuse arguments without a known command."""
    parser = Parser(prog=PROGRAM, description="Plays Huawei's Session Record Query Interface.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary)
    if arguments and not arguments[0].startswith("-"):
        parser.error(f'unknown command "{arguments[0]}"{did_you_mean(arguments[0], COMMANDS)}')
    parser.parse_args(arguments)
    parser.error("expected COMMAND before its options")
