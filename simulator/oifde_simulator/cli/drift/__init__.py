"""`oifde-simulator drift`: compare a real service with what the simulator guesses.

Exit codes: 0 nothing is refuted; 1 a guess is refuted, or an answer breaks the contract; 2 nothing is learnt.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.cli import target_options
from oifde_simulator.cli.exit_codes import FAILED, OK, USAGE_ERROR

if TYPE_CHECKING:
    from oifde_simulator.drift.run import Result

EPILOG = (
    "Secrets come from OIFDE_APP_SECRET and OIFDE_SECRET_KEY or from files, never from the command line; an "
    "Authorization of downloads that is known to be good may be in OIFDE_AUTHORIZATION. Exit codes: 0 "
    "nothing is refuted, 1 a guess is refuted or an answer breaks the contract, 2 nothing is learnt. See "
    "docs/drift.md."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `drift`."""
    parser.epilog = EPILOG
    target_options.add_account(parser)
    parser.add_argument("--user", metavar="NUMBER", help="a userMobile that has sessions; or OIFDE_USER")
    parser.add_argument("--call-id", metavar="ID", help="a callId, if no number is known; or OIFDE_CALL_ID")
    target_options.add_downloads(parser)
    target_options.add_manners(parser, requests=90, rate="1/s")
    lock = "send five wrong secrets and a wrong signature too, which may lock the account"
    parser.add_argument("--allow-lock", action="store_true", help=lock)
    target_options.add_tls(parser)
    _add_outputs(parser)


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--json", action="store_true", help="print JSON instead of a table")
    add("--junit", type=Path, metavar="FILE", help="write JUnit XML too")
    add("--write", type=Path, metavar="FILE", help="write a scenario with the settings of the target")


def execute(options: argparse.Namespace) -> int:
    """Ask the target, print the report, and return the exit code."""
    from oifde_simulator.cli.drift import asking, outputs
    from oifde_simulator.cli.drift.recordings import recordings_account

    outputs.require_writable(options)
    account = target_options.account(options, os.environ)
    known = asking.known_session(options, os.environ)
    recordings = recordings_account(options, account, os.environ)
    result = asking.ask(options, account, known, recordings)
    if result.problem:
        print(f"oifde-simulator drift: {result.problem}", file=sys.stderr)
    outputs.write(options, result)
    return _exit_code(result)


def _exit_code(result: Result) -> int:
    if result.problem or not result.has_learnt:
        return USAGE_ERROR
    return FAILED if result.has_drifted else OK
