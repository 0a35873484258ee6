"""`oifde-simulator drift`: compare a real service with what the simulator guesses.

Exit codes: 0 nothing is refuted; 1 a guess is refuted, or an answer breaks the contract; 2 nothing is learnt.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.cli.drift.account import account
from oifde_simulator.cli.drift.rate import interval
from oifde_simulator.cli.exit_codes import FAILED, OK, USAGE_ERROR
from oifde_simulator.quantities import count, duration

if TYPE_CHECKING:
    from oifde_simulator.drift.run import Result

EPILOG = (
    "The secret comes from OIFDE_APP_SECRET or --secret-file, never from the command line. Exit codes: 0 "
    "nothing is refuted, 1 a guess is refuted or an answer breaks the contract, 2 nothing is learnt. See "
    "docs/drift.md."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `drift`."""
    parser.epilog = EPILOG
    parser.allow_abbrev = False  # `--secret X` must not name the secret as a file
    _add_account(parser)
    _add_manners(parser)
    _add_tls(parser)
    _add_outputs(parser)


def _add_account(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--target", metavar="URL", help="the service, such as https://10.0.0.1:28443; or OIFDE_TARGET")
    add("--tenant", metavar="ID", help="the tenantId of queries; or OIFDE_TENANT")
    add(
        "--app-key", metavar="KEY", help="the appKey of gettoken, if it is not the tenantId; or OIFDE_APP_KEY"
    )
    add("--secret-file", type=Path, metavar="FILE", help="a file with the appSecret; or OIFDE_APP_SECRET")
    add("--user", metavar="NUMBER", help="a userMobile that has sessions; or OIFDE_USER")
    add("--call-id", metavar="ID", help="a callId, if no number is known; or OIFDE_CALL_ID")


def _add_manners(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--max-requests",
        type=count,
        default=60,
        metavar="N",
        help="requests that are sent at most (default: 60)",
    )
    add("--rate", type=interval, default=1.0, metavar="N/s", help="N/s, N/m or N/h requests (default: 1/s)")
    add("--timeout", type=duration, default=30.0, metavar="DURATION", help="for one answer (default: 30s)")
    add("--allow-lock", action="store_true", help="send five wrong secrets too, which may lock the account")


def _add_tls(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--ca", type=Path, metavar="FILE", help="trust these certificates (PEM) and no others")
    add("--insecure", action="store_true", help="trust any certificate; the report says so")
    add("--client-cert", type=Path, metavar="FILE", help="a certificate to show (PEM)")
    add("--client-key", type=Path, metavar="FILE", help="its private key (PEM)")


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--json", action="store_true", help="print JSON instead of a table")
    add("--junit", type=Path, metavar="FILE", help="write JUnit XML too")
    add("--write", type=Path, metavar="FILE", help="write a scenario with the settings of the target")


def execute(options: argparse.Namespace) -> int:
    """Ask the target, print the report, and return the exit code."""
    from oifde_simulator.cli.drift import asking, outputs

    outputs.require_writable(options)
    result = asking.ask(options, account(options, os.environ))
    if result.problem:
        print(f"oifde-simulator drift: {result.problem}", file=sys.stderr)
    outputs.write(options, result)
    return _exit_code(result)


def _exit_code(result: Result) -> int:
    if result.problem or not result.has_learnt:
        return USAGE_ERROR
    return FAILED if result.has_drifted else OK
