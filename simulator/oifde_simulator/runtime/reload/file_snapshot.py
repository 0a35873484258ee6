"""The scenario files of some paths, and their changes by size and time.

Rule: no file is opened here.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.text import printable

FileStamp = tuple[int, int, int]
"""Size in bytes, time of change in nanoseconds and inode number of a file."""
GONE: FileStamp = (0, 0, 0)
"""Stamp of a file that does not exist."""


class FileSnapshot:
    """The stamps of all scenario files under some paths: as they were read, and as they were last seen."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Mark every file as read now. Raises ValueError for a path that is neither file nor folder."""
        for path in paths:
            _require_file_or_folder(path)
        self._paths = paths
        self._read = {path: _stamp(path) for path in self._found()}
        self._seen = dict(self._read)

    def changed(self) -> Mapping[Path, FileStamp]:
        """Look at the files again and return the stamps of the changed ones, GONE for removed ones."""
        stamps = {path: _stamp(path) for path in (*self._found(), *self._read)}
        changed = {path: stamp for path, stamp in stamps.items() if self._is_changed(path, stamp)}
        self._seen = stamps
        return changed

    def in_order(self) -> Sequence[Path]:
        """List the files of the last look in their order, with read files that may be gone."""
        return list(self._seen)

    def mark_read(self, path: Path, stamp: FileStamp) -> None:
        """Remember that the file was read at this stamp; forget a file that is GONE."""
        if stamp == GONE:
            self._read.pop(path, None)
        else:
            self._read[path] = stamp

    def _found(self) -> list[Path]:
        files: list[Path] = []
        for path in self._paths:
            with suppress(ScenarioErrors):
                files += loader.find([path])
        return files

    def _is_changed(self, path: Path, stamp: FileStamp) -> bool:
        # Some editors empty or move a file before they write it, so a file must be gone at two looks.
        return stamp != self._read.get(path, GONE) and (stamp[0] > 0 or stamp == self._seen.get(path))


def _require_file_or_folder(path: Path) -> None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        text = printable(path)
        raise ValueError(f"--watch follows files and folders, and {text} is neither; leave --watch out")


def _stamp(path: Path) -> FileStamp:
    """Read the stamp of a file; return GONE also for a pipe or a device, since reading it may block."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return GONE
    return (found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else GONE
