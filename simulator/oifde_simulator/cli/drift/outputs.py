"""Print and write the reports; a file is replaced whole, or not at all."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from oifde_simulator.drift.report.documents import report_json, report_junit
from oifde_simulator.drift.report.table import table
from oifde_simulator.drift.run import Result
from oifde_simulator.drift.settings import MARK, serve_command, settings_text
from oifde_simulator.scenario.lint.tenant import tenant_id_error
from oifde_simulator.scenario.loader import SUFFIXES
from oifde_simulator.text import printable


def require_writable(options: argparse.Namespace) -> None:
    """Check before the first request that the files can be written. Raises ValueError."""
    for flag, path in (("--write", options.write), ("--junit", options.junit)):
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise ValueError(f"{flag} {printable(path)}: expected a file in a folder that is there")
    if options.write is not None:
        _require_scenario_name(options.write)
        _require_own(options.write)


def _require_scenario_name(path: Path) -> None:
    if path.suffix not in SUFFIXES:
        raise ValueError(f"--write {printable(path)}: expected a name that ends in .yaml")
    if complaint := tenant_id_error(path.stem):
        raise ValueError(f"--write {printable(path)}: {complaint}")


def _require_own(path: Path) -> None:
    """Refuse to replace a file that no run has written: a scenario may have more than settings."""
    try:
        with path.open("rb") as file:
            own = file.read(len(MARK)) == MARK.encode()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ValueError(f"--write {printable(path)}: cannot be read: {error.strerror}") from None
    if not own:
        raise ValueError(
            f"--write {printable(path)} is there already and is not replaced; choose another name"
        )


def write(options: argparse.Namespace, result: Result) -> None:
    """Print the report and write the files that were asked for. Raises ValueError."""
    if options.json:
        print(report_json(result, insecure=options.insecure))
    elif result.has_learnt or result.differences:
        print(table(result, insecure=options.insecure))
    if options.junit is not None:
        replace(options.junit, report_junit(result))
    if options.write is not None and result.has_learnt:
        replace(options.write, settings_text(result.findings, options.write))
        if not options.json:
            command = printable(serve_command(result.findings, options.write))
            print(f"{printable(options.write)}: written; serve it: {command}")


def replace(path: Path, text: str) -> None:
    """Write beside the file and rename, so that it is the old one or the new one. Raises ValueError."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with beside.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ValueError(f"{printable(path)}: cannot be written: {error.strerror}") from None
