"""Removal of what an earlier run wrote of its failed tests.

Rule: remove only files that have our names, in folders that we have marked, and folders that are empty then.
What cannot be removed costs a line of the summary, and never the run.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oifde_simulator.text import printable

MARK = ".oifde-simulator"
"""Name of the file that tells our folders of failed tests from those of others."""
MARK_TEXT = b"The files that oifde-simulator wrote here are removed by the next run.\n"
REPORT = "report.txt"
"""Name of the file that each folder of a failed test has."""
OURS = re.compile(r"report\.txt|journal(-[0-9]+)?\.(jsonl|har)|simulator\.log|\.[a-z0-9.-]+\.[0-9]+\.part")
"""Names of the files that it may have, besides the mark."""


def remove_earlier(failed: Path) -> list[str]:
    """Remove the folders of failed tests in `failed`; list what could not be removed, and why."""
    complaints: list[str] = []
    with _complaining(complaints, failed, "may have files of an earlier run, and cannot be read"):
        if failed.is_symlink() or not failed.is_dir():
            return []
        for folder in [*failed.iterdir()]:
            _remove_folder(folder, complaints)
        _remove_empty(failed)
    return complaints


def _remove_folder(folder: Path, complaints: list[str]) -> None:
    """Remove our files from a folder, the mark last and only after all others, and a folder that is empty."""
    known = len(complaints)
    with _complaining(complaints, folder, "may be of an earlier run, and cannot be read"):
        if not _is_marked(folder):
            return
        for path in [path for path in folder.iterdir() if OURS.fullmatch(path.name) and path.is_file()]:
            _remove_file(path, complaints)
    if len(complaints) == known:
        _remove_file(folder / MARK, complaints)
        _remove_empty(folder)


def _is_marked(folder: Path) -> bool:
    """Check that a folder is ours. Raises OSError where that cannot be told."""
    try:
        return not folder.is_symlink() and stat.S_ISREG((folder / MARK).lstat().st_mode)
    except NotADirectoryError:  # a file of others
        return False


def _remove_file(path: Path, complaints: list[str]) -> None:
    with _complaining(complaints, path, "is of an earlier run, and cannot be removed"):
        path.unlink()


def _remove_empty(folder: Path) -> None:
    """Remove a folder unless there is something in it."""
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _complaining(complaints: list[str], path: Path, problem: str) -> Iterator[None]:
    """Note an error of the file system; what has gone meanwhile, by another run, is none."""
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        complaints.append(f"{printable(path)} {problem}: {error.strerror}")
