"""Removal of what an earlier run wrote of its failed tests.

Rule: remove only files that have our names, in folders that have a report of ours, and folders that are
empty then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from oifde_simulator.text import printable

REPORT = "report.txt"
"""Name of the file that each folder of a failed test has."""
OURS = re.compile(r"journal(-[0-9]+)?\.(jsonl|har)|simulator\.log|\.[a-z0-9.-]+\.[0-9]+\.part")
"""Names of the other files that it may have."""


def remove_earlier(failed: Path) -> list[str]:
    """Remove the folders of failed tests in `failed`; list the files that could not be removed, and why."""
    if failed.is_symlink() or not failed.is_dir():
        return []
    complaints: list[str] = []
    for folder in [*failed.iterdir()]:
        if (folder / REPORT).is_file() and not folder.is_symlink():
            complaints += _remove_files(folder)
            _remove_empty(folder)
    _remove_empty(failed)
    return complaints


def _remove_files(folder: Path) -> Iterator[str]:
    """Remove our files, the report last, since it tells that the folder is ours."""
    found = [path for path in folder.iterdir() if OURS.fullmatch(path.name) and path.is_file()]
    for path in (*found, folder / REPORT):
        try:
            path.unlink()
        except OSError as error:
            yield f"{printable(path)} is of an earlier run, and cannot be removed: {error.strerror}"


def _remove_empty(folder: Path) -> None:
    """Remove a folder unless there is something in it."""
    with suppress(OSError):
        folder.rmdir()
