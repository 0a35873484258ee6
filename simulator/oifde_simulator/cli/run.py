"""`oifde-simulator run`: run a command beside a server of its own."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from oifde_simulator.cli import serve
from oifde_simulator.cli.run_artifacts import artifacts_in
from oifde_simulator.config import Settings
from oifde_simulator.config.conflicts import unused_options
from oifde_simulator.config.reading import environment_name, read_settings

PORTS = ("port", "control_port")
"""Names of the settings that are free ports unless they are given."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `serve` and those of `run`."""
    parser.usage = (
        "oifde-simulator run [options of serve] [--coverage] [--trust] [--artifacts DIR] "
        "-- COMMAND [ARGUMENT ...]"
    )
    serve.add_arguments(parser, free_ports=PORTS)
    parser.add_argument("words_before_dashes", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    parser.add_argument(
        "--coverage", action="store_true", help="say at the end which rules of yours never fired"
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="have the command trust the server's authority, beside those of the system: sets SSL_CERT_FILE, "
        "NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and JAVA_TOOL_OPTIONS (docs/tls.md)",
    )
    parser.add_argument(
        "--artifacts",
        metavar="DIR",
        type=Path,
        help="write journal, HAR, coverage, metrics and log into this folder at the end",
    )


def execute(options: argparse.Namespace) -> int:
    """Run the program after `--` beside a server and return its exit code."""
    from oifde_simulator.runtime.child import command as child_command

    if not options.program or options.words_before_dashes:
        words = shlex.join([*options.words_before_dashes, *options.program]) or "pytest"
        raise ValueError(f"expected -- and a command to run; such as: oifde-simulator run -- {words}")
    chosen = read_settings(_free_ports(os.environ) | vars(options), os.environ)
    if not chosen.quiet and (complaint := unused_options(chosen)):
        print(f"oifde-simulator run: {complaint}", file=sys.stderr)
    if options.trust:
        from oifde_simulator.runtime.child.trust import require_authority  # not needed else

        require_authority(chosen)
    with artifacts_in(options.artifacts, chosen) as (chosen, finish):
        return child_command.run(
            chosen, options.program, coverage=options.coverage, trust=options.trust, finish=finish
        )


def _free_ports(environment: Mapping[str, str]) -> dict[str, str]:
    """Choose free ports where the environment names none."""
    ports = [setting for setting in fields(Settings) if setting.name in PORTS]
    return {port.name: "0" for port in ports if not environment.get(environment_name(port))}
