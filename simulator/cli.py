"""The command line: arguments in, exit code out. What the commands do lives in the rooms below."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from simulator import __version__
from simulator.config import Settings, environment_name, flag_name, settings

DONE, WRONG, MISUSED = 0, 1, 2
"""Exit codes: all well; what was looked at is wrong; the command could not do its work."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say it on standard error and exit."""
        self.exit(MISUSED, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except (ValueError, OSError) as error:
        print(f"oifde-simulator {parsed.command}: {error}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        return DONE


def _parser() -> Parser:
    parser = Parser(prog="oifde-simulator", description="Plays Huawei's Session Record Query Interface.")
    parser.add_argument("--version", action="version", version=f"oifde-simulator {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="serve scenarios until SIGTERM or Ctrl-C"))
    _add_check(commands.add_parser("check", help="validate scenario files"))
    _add_readyz(commands.add_parser("readyz", help="ask a running server whether it is ready"))
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    example = environment_name(fields(Settings)[0])
    parser.epilog = f"Every option has an environment variable, such as {example}."
    for entry in fields(Settings):
        about = entry.metadata
        shape: dict[str, Any] = {"metavar": about["word"]}
        if isinstance(entry.default, bool):
            shape = {"action": "store_true"}
        elif about["separator"]:
            shape |= {"action": "append"}
        default = "" if entry.default in ((), None, False) else f" (default: {_text(entry.default)})"
        text = f"{about['help']}{default}{'; repeatable' if about['separator'] else ''}".replace("%", "%%")
        parser.add_argument(flag_name(entry), default=argparse.SUPPRESS, help=text, **shape)
    parser.set_defaults(run=serve)


def _text(default: Any) -> str:
    return f"{default:g}s" if isinstance(default, float) else str(default)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of them")
    parser.set_defaults(run=check)


def _add_readyz(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="keep asking until it is, or until --timeout")
    parser.add_argument("--timeout", default="30s", metavar="DURATION", help="default: 30s")
    parser.add_argument("--url", help="the control plane; default: from the same environment as serve")
    parser.set_defaults(run=readyz)


def serve(parsed: argparse.Namespace) -> int:
    """Serve until told to stop."""
    gc.disable()  # starting makes little garbage and many objects; the runner turns it on again
    from simulator import runner

    return runner.serve(settings(vars(parsed), os.environ), sys.stdout)


def check(parsed: argparse.Namespace) -> int:
    """Validate scenario files: a line for each good file and for each error."""
    verdicts = [_is_good(path) for path in parsed.paths]
    return DONE if all(verdicts) else WRONG


def _is_good(path: Path) -> bool:
    """Say what is in a scenario file, or in each of a folder; whether nothing is wrong."""
    from simulator.failure import loading
    from simulator.failure.located import ScenarioErrors

    try:
        files = loading.find([path])
        if files != [path]:
            verdicts = [_is_good(file) for file in files]
            return all(verdicts)
        scenario = loading.load(path)
    except ScenarioErrors as errors:
        print(errors)
        return False
    records = counted(len(scenario.records), "record")
    print(f"{loading.printable(path)}: good: tenant {scenario.id}, {records}")
    return True


def readyz(parsed: argparse.Namespace) -> int:
    """Ask the control plane whether it is ready."""
    from simulator import readiness
    from simulator.quantities import duration

    url = parsed.url or readiness.control_url(settings({}, os.environ))
    patience = duration(parsed.timeout) if parsed.wait else 0.0
    ready, line = readiness.ask(url, patience)
    print(line, file=sys.stdout if ready else sys.stderr)
    return DONE if ready else WRONG


def counted(number: int, noun: str) -> str:
    """`1 record`, `250 records`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
