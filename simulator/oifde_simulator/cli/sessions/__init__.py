"""`oifde-simulator sessions`: show a tenant's sessions, or freeze them into a scenario file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from oifde_simulator.cli.exit_codes import OK
from oifde_simulator.cli.parser import SESSION_SETTINGS, add_settings, session_settings
from oifde_simulator.cli.shell import shell_word
from oifde_simulator.text import counted

if TYPE_CHECKING:
    from oifde_simulator.tenants import Tenants

EXPORT_FILE = Path("frozen.yaml")
"""File that `--export` writes unless `--to` names another."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sessions`."""
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
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help=f"what --export writes; default: {EXPORT_FILE}"
    )
    add_settings(parser, SESSION_SETTINGS)


def execute(options: argparse.Namespace) -> int:
    """Print or export the sessions and return the exit code."""
    from oifde_simulator.scenario import selection
    from oifde_simulator.tenants import Tenants

    settings = session_settings(options)
    if options.to and options.export is None:
        raise ValueError("--to names the file that --export N writes; give both, or neither")
    tenant, scenario = selection.one(options.tenant, settings)
    tenants = Tenants({tenant: scenario}, seed=settings.seed, error_status=settings.error_status)
    print(_list(tenants, tenant, options) if options.export is None else _export(tenants, tenant, options))
    return OK


def _list(tenants: Tenants, tenant: str, options: argparse.Namespace) -> str:
    from oifde_simulator.cli.sessions import listing

    shape = "json" if options.json else "csv" if options.csv else "table"
    return listing.format_sessions(tenants, tenant, options.number, shape)


def _export(tenants: Tenants, tenant: str, options: argparse.Namespace) -> str:
    from oifde_simulator.cli.sessions import export

    path = options.to or EXPORT_FILE
    written = export.export(tenants, tenant, options.number, options.export, path)
    command = f"oifde-simulator serve --scenarios {shell_word(path)}"
    return f"{path}: {counted(written, 'session')}; {command}"
