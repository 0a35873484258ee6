"""`oifde-simulator record`: write a scenario that serves what a real service has answered.

Exit codes: 0 all is recorded; 2 something is missing, or nothing could be recorded.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from oifde_simulator.cli.exit_codes import USAGE_ERROR
from oifde_simulator.cli.target_options import account, add_account, add_manners, add_tls

EPILOG = (
    "The secret comes from OIFDE_APP_SECRET or --secret-file, never from the command line. A run that is "
    "broken off is resumed by the same command. Exit codes: 0 all is recorded, 2 something is missing. "
    "See docs/record.md."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `record`."""
    parser.epilog = EPILOG
    add_account(parser)
    _add_history(parser)
    _add_pseudonyms(parser)
    _add_output(parser)
    add_manners(parser, requests=None, rate="2/s")
    add_tls(parser)


def _add_history(parser: argparse.ArgumentParser) -> None:
    from oifde_simulator.cli.record.values import vendor_time

    add = parser.add_argument
    users = "userMobile numbers, or files with one a line"
    add("--users", nargs="+", required=True, metavar="FILE|NUMBER", help=users)
    text = '"yyyy-MM-dd HH:mm:ss", in the time zone of the service'
    add("--begin", type=vendor_time, metavar="TIME", help=f"beginTime of queries: {text}")
    add("--end", type=vendor_time, metavar="TIME", help=f"endTime of queries: {text}")


def _add_pseudonyms(parser: argparse.ArgumentParser) -> None:
    from oifde_simulator.cli.record.values import shift

    add = parser.add_argument
    add("--key-file", type=Path, metavar="FILE", help="the key of pseudonyms, drawn if there is no such file")
    add("--keep-words", action="store_true", help="keep what was said; numbers in it are replaced")
    add("--no-pseudonyms", action="store_true", help="keep everything: the file has data of real people")
    moved = "move all times by so much: 3d, 90s, or backwards with --shift=-12h (default: 0s)"
    add("--shift", type=shift, default=0, metavar="DURATION", help=moved)


def _add_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", type=Path, required=True, metavar="FILE", help="the scenario, such as acme.yaml")
    add("--force", action="store_true", help="begin anew, and replace the file that is there")
    sounds = "fetch recordings of voices too; needs OIFDE_AUTHORIZATION"
    add("--recordings", type=Path, metavar="DIR", help=sounds)


def execute(options: argparse.Namespace) -> int:
    """Record, tell what is missing, and return the exit code."""
    from oifde_simulator.cli.record import recording
    from oifde_simulator.cli.record.values import user_numbers

    if options.no_pseudonyms and (options.keep_words or options.shift or options.key_file):
        raise ValueError(
            "--no-pseudonyms keeps everything; give it without --keep-words, --shift and --key-file"
        )
    users = user_numbers(options.users)
    try:
        return recording.record(options, account(options, os.environ), users, os.environ)
    except KeyboardInterrupt:  # while the file is written
        print("oifde-simulator record: interrupted; the same command goes on from here", file=sys.stderr)
        return USAGE_ERROR
