"""The command line: arguments in, exit code out.

Rule: every command has a module or a folder with its arguments and its work. A run imports its own command
only, and builds the parser of this command only. This file imports nothing, for the sake of health checks.
"""

from __future__ import annotations

import os
import sys

from oifde_simulator import __version__
from oifde_simulator.cli.exit_codes import OK, USAGE_ERROR
from oifde_simulator.cli.streams import open_standard_streams
from oifde_simulator.streams import escape_unencodable

TYPE_CHECKING = False  # typing's own would be an import
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

PROGRAM = "oifde-simulator"

COMMANDS = {
    "serve": "serve scenarios until SIGTERM or Ctrl-C",
    "run": "run a command, such as a test suite, beside a server",
    "check": "validate scenario files",
    "scenarios": "list the scenarios there are",
    "new": "write a scenario to begin with",
    "explain": "say what happens to a request, and why",
    "sessions": "show or freeze a tenant's sessions",
    "drift": "compare a real service with the simulator's guesses",
    "record": "write a scenario that serves what a real service answers",
    "readyz": "ask a running server whether it is ready",
}
"""Line of help of each command; a command's module has its name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    open_standard_streams()
    escape_unencodable(sys.stdout)
    given = sys.argv[1:] if arguments is None else arguments
    code = _check_health(given)
    if code is not None:
        return code
    from oifde_simulator.cli.terminal import printable_output

    with printable_output():
        code = _main(given)
    if arguments is None and given[0] == "serve":
        _end_process(code)
    return code


def _check_health(given: Sequence[str]) -> int | None:
    """Run `readyz` with few imports, if it is the command and its arguments are plain."""
    if not given or given[0] != "readyz" or not "".join(given).isprintable():
        return None
    from oifde_simulator.cli import readyz

    try:
        plain = readyz.parse_plain(given[1:])
        return readyz.execute(plain) if plain else None
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  for the interpreter's last flush
        return OK
    except (ValueError, OSError) as error:
        return _print_error("readyz", error)
    except KeyboardInterrupt:
        return OK


def _main(given: Sequence[str]) -> int:
    name = given[0] if given else ""
    if name not in COMMANDS:
        _answer_without_command(given)
    try:
        return _run(name, given[1:])
    except (ValueError, OSError) as error:
        return _print_error(name, error)
    except KeyboardInterrupt:
        return OK


def _print_error(name: str, error: Exception) -> int:
    print(f"{PROGRAM} {name}: {error}", file=sys.stderr)
    return USAGE_ERROR


def _run(name: str, arguments: Sequence[str]) -> int:
    import argparse
    from importlib import import_module

    from oifde_simulator.cli.parser import Parser

    command: Any = import_module(f"{__name__}.{name}")
    options, program = _split_program(arguments) if name == "run" else (arguments, ())
    parser = Parser(prog=f"{PROGRAM} {name}")
    command.add_arguments(parser)
    return int(command.execute(parser.parse_args(options, argparse.Namespace(program=program))))


def _end_process(code: int) -> NoReturn:
    # Ten thousand tenants take seconds to be taken apart, and nobody needs that.
    from oifde_simulator.runtime import lifecycle  # `serve` has imported it

    lifecycle.end_process(code)


def _split_program(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Split our options from the program after `--`, which argparse must not read."""
    if "--" not in arguments:
        return arguments, ()
    end = arguments.index("--")
    return arguments[:end], arguments[end + 1 :]


def _answer_without_command(arguments: Sequence[str]) -> NoReturn:
    """Show the help or the version, or refuse arguments without a known command."""
    from oifde_simulator.cli.parser import Parser
    from oifde_simulator.text import did_you_mean

    parser = Parser(prog=PROGRAM, description="Plays Huawei's Session Record Query Interface.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary)
    if arguments and not arguments[0].startswith("-"):
        parser.error(f'unknown command "{arguments[0]}"{did_you_mean(arguments[0], COMMANDS)}')
    parser.parse_args(arguments)
    parser.error("expected COMMAND before its options")
