"""Begin a recording, or go on with one; a file of the user's is never replaced unless that is asked for."""

from __future__ import annotations

import argparse
from pathlib import Path

from oifde_simulator.cli.target_options import Account
from oifde_simulator.recorder import run_key
from oifde_simulator.recorder.output import Output
from oifde_simulator.recorder.progress_file import Progress
from oifde_simulator.recorder.pseudonyms.keyed import KeyedText
from oifde_simulator.scenario.lint.tenant import tenant_id_error
from oifde_simulator.scenario.loader import SUFFIXES
from oifde_simulator.text import printable


def require_output(options: argparse.Namespace) -> None:
    """Check before the first request that the files can be written. Raises ValueError."""
    path: Path = options.output
    if path.suffix not in SUFFIXES:
        raise ValueError(f"-o {printable(path)}: expected a name that ends in .yaml")
    if complaint := tenant_id_error(path.stem):
        raise ValueError(f"-o {printable(path)}: {complaint}")
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ValueError(f"-o {printable(path)}: expected a file in a folder that is there")
    folder = options.recordings
    if folder is not None and folder.exists() and not folder.is_dir():
        raise ValueError(f"--recordings {printable(folder)}: expected a folder")


def progress_path(output: Path) -> Path:
    """Name the file of progress beside an output."""
    return output.with_name(f"{output.name}.progress")


def progress_of(options: argparse.Namespace, account: Account, output: Output) -> tuple[Progress, KeyedText]:
    """Find the progress of an earlier run, or begin anew; with its key. Raises ValueError."""
    path = progress_path(options.output)
    found = None if options.force else Progress.read(path)
    if not options.force and output.digest() is not None and (found is None or _is_foreign(found, output)):
        name = printable(options.output)
        raise ValueError(f"{name} is there already and is not replaced; choose another name, or give --force")
    key = run_key.from_file(options.key_file) if options.key_file else (found and found.key) or run_key.draw()
    keyed = KeyedText(key)
    run = _fingerprint(keyed, options, account)
    if found is not None and found.run != run:
        raise ValueError(
            f"{printable(path)} belongs to a recording with other options; give the same ones, "
            "or --force to begin anew"
        )
    if found is None:
        found = Progress(path, None if options.key_file else key, run)
        found.begin()
    return found, keyed


def _is_foreign(progress: Progress, output: Output) -> bool:
    """Check whether the output is another than the run has written."""
    return progress.written is None or progress.written[0] != output.digest()


def _fingerprint(keyed: KeyedText, options: argparse.Namespace, account: Account) -> str:
    wishes = (options.begin, options.end, options.keep_words, options.no_pseudonyms, options.shift)
    sounds = options.recordings is not None
    who = (account.target.url, account.target.tenant, account.app_key, options.output.stem)
    return keyed.fingerprint("run", *who, *wishes, sounds)
