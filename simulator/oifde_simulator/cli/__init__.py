"""The command line: arguments in, exit code out. What the commands do lives in `commands` and below."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, NoReturn

from oifde_simulator import __version__
from oifde_simulator.cli import commands
from oifde_simulator.cli.commands import DONE, FROZEN, MISUSED, WORLDLY
from oifde_simulator.config import Settings, environment_name, flag_name


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say it on standard error and exit."""
        self.exit(MISUSED, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given, program = _parted(sys.argv[1:] if arguments is None else arguments)
    parsed = _parser().parse_args(given, argparse.Namespace(program=program))
    try:
        return int(parsed.run(parsed))
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  for the interpreter's last flush
        return DONE
    except (ValueError, OSError) as error:
        print(f"oifde-simulator {parsed.command}: {error}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        return DONE


def _parted(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Our arguments, and the command that `run` runs."""
    if "--" not in arguments or arguments[0] != "run":
        return arguments, ()
    end = arguments.index("--")
    return arguments[:end], arguments[end + 1 :]


def _parser() -> Parser:
    parser = Parser(prog="oifde-simulator", description="Plays Huawei's Session Record Query Interface.")
    parser.add_argument("--version", action="version", version=f"oifde-simulator {__version__}")
    command = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_serve(command.add_parser("serve", help="serve scenarios until SIGTERM or Ctrl-C"))
    _add_run(command.add_parser("run", help="run a command, such as a test suite, beside a server"))
    _add_check(command.add_parser("check", help="validate scenario files"))
    _add_scenarios(command.add_parser("scenarios", help="list the scenarios there are"))
    _add_new(command.add_parser("new", help="write a scenario to begin with"))
    _add_explain(command.add_parser("explain", help="say what happens to a request, and why"))
    _add_sessions(command.add_parser("sessions", help="show or freeze a tenant's sessions"))
    _add_readyz(command.add_parser("readyz", help="ask a running server whether it is ready"))
    return parser


def _add_serve(parser: argparse.ArgumentParser, free: Sequence[str] = ()) -> None:
    """The options of `serve`; ports that `free` names are free ones unless they are given."""
    example = environment_name(fields(Settings)[0])
    parser.epilog = f"Every option has an environment variable, such as {example}."
    for entry in fields(Settings):
        _add_option(parser, entry, "a free one" if entry.name in free else None)
    parser.set_defaults(run=commands.serve)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.usage = "oifde-simulator run [options of serve] [--coverage] -- COMMAND [ARGUMENT ...]"
    _add_serve(parser, free=commands.PORTS)
    parser.add_argument("undivided", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    parser.add_argument(
        "--coverage", action="store_true", help="say at the end which rules of yours never fired"
    )
    parser.set_defaults(run=commands.run)


def _add_option(parser: argparse.ArgumentParser, entry: Field[Any], usual: str | None = None) -> None:
    """An option as its field declares it; `usual` is what it is where it is not given, if another."""
    about = entry.metadata
    shape: dict[str, Any] = {"metavar": about["word"]}
    if isinstance(entry.default, bool):
        shape = {"action": "store_true"}
    elif about["separator"]:
        shape |= {"action": "append"}
    default = "" if entry.default in ((), None, False) else f" (default: {usual or _text(entry.default)})"
    text = f"{about['help']}{default}{'; repeatable' if about['separator'] else ''}".replace("%", "%%")
    parser.add_argument(flag_name(entry), default=argparse.SUPPRESS, help=text, **shape)


def _add_options(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    for entry in fields(Settings):
        if entry.name in names:
            _add_option(parser, entry)


def _text(default: Any) -> str:
    return f"{default:g}s" if isinstance(default, float) else str(default)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder of them")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where there is a warning, too")
    parser.set_defaults(run=commands.check)


def _add_scenarios(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for machines, with whole descriptions")
    _add_options(parser, WORLDLY[:2])
    parser.set_defaults(run=commands.scenarios)


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the tenant's id; the file is NAME.yaml")
    parser.set_defaults(run=commands.new)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", metavar="SCENARIO", help="a file, or the id of a scenario there is")
    parser.add_argument(
        "request",
        metavar="REQUEST.json",
        help="the body, or an object of endpoint, headers and body; - for stdin",
    )
    parser.add_argument("--repeat", default="1", metavar="N", help="send it so many times (default: 1)")
    parser.add_argument("--endpoint", metavar="NAME", help="the operation asked, as in a rule's match")
    parser.add_argument("--json", action="store_true", help="for machines, with every byte")
    _add_options(parser, (*WORLDLY, "tenantless"))
    parser.set_defaults(run=commands.explain)


def _add_sessions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tenant",
        nargs="?",
        default="tenant001",
        metavar="TENANT",
        help="a scenario file, or the id of a tenant there is; default: tenant001",
    )
    parser.add_argument("number", nargs="?", metavar="NUMBER", help="a userMobile; without it, some samples")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="whole records as JSON")
    shape.add_argument("--csv", action="store_true", help="whole records as CSV")
    shape.add_argument("--export", type=int, metavar="N", help="write N sessions as a scenario file")
    parser.add_argument("--to", type=Path, metavar="FILE", help=f"what --export writes; default: {FROZEN}")
    _add_options(parser, WORLDLY)
    parser.set_defaults(run=commands.sessions)


def _add_readyz(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="keep asking until it is, or until --timeout")
    parser.add_argument("--timeout", default="30s", metavar="DURATION", help="default: 30s")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--url", help="the control plane; default: from the same environment as serve")
    where.add_argument("--ready-file", metavar="PATH", help="the file that serve writes its URLs into")
    parser.set_defaults(run=commands.readyz)
