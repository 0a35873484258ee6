"""The scenario files of some paths, and their changes by size and time.

Rule: no file is opened here.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from oifde_simulator.scenario import loader
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
        self._known: dict[str, Path] = {}
        self._walked = self._walk()
        self._read = self._by_path(self._walked)
        self._seen = dict(self._read)
        self._settled = True

    @property
    def count(self) -> int:
        """Number of files at the last look."""
        return len(self._seen)

    def changed(self) -> Mapping[Path, FileStamp]:
        """Look at the files again and return the stamps of the changed ones, GONE for removed ones."""
        walked = self._walk()
        if walked == self._walked and self._settled:
            return {}
        stamps = self._by_path(walked)
        for path in self._read.keys() - stamps.keys():
            stamps[path] = _stamp(path)
        changed = {path: stamp for path, stamp in stamps.items() if self._is_changed(path, stamp)}
        self._settled = all(stamp == self._read.get(path, GONE) for path, stamp in stamps.items())
        self._walked, self._seen = walked, stamps
        return changed

    def still(self, changed: Mapping[Path, FileStamp]) -> Mapping[Path, FileStamp]:
        """Select the changed files that nobody has written since; the others come at a later look."""
        return {path: stamp for path, stamp in changed.items() if _stamp(path) == stamp}

    def in_order(self) -> Sequence[Path]:
        """List the files of the last look in their order, with read files that may be gone."""
        return list(self._seen)

    def mark_read(self, path: Path, stamp: FileStamp) -> None:
        """Remember that the file was read at this stamp; forget a file that is GONE."""
        self._settled = False
        if stamp == GONE:
            self._read.pop(path, None)
        else:
            self._read[path] = stamp

    def _walk(self) -> dict[str, FileStamp]:
        """Stamp every file by its name: cheap to do and to compare, unlike paths."""
        stamps: dict[str, FileStamp] = {}
        for path in self._paths:
            if path.is_dir():
                stamps |= _folder_stamps(path)
            elif (stamp := _stamp(path)) != GONE:
                stamps[str(path)] = stamp
        return stamps

    def _by_path(self, walked: Mapping[str, FileStamp]) -> dict[Path, FileStamp]:
        """Map paths to stamps; a path is made when a file is first seen."""
        for name in walked.keys() - self._known.keys():
            self._known[name] = Path(name)
        return {self._known[name]: stamp for name, stamp in walked.items()}

    def _is_changed(self, path: Path, stamp: FileStamp) -> bool:
        # Some editors empty or move a file before they write it, so a file must be gone at two looks.
        return stamp != self._read.get(path, GONE) and (stamp[0] > 0 or stamp == self._seen.get(path))


def _require_file_or_folder(path: Path) -> None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        text = printable(path)
        raise ValueError(f"--watch follows files and folders, and {text} is neither; leave --watch out")


def _folder_stamps(folder: Path) -> dict[str, FileStamp]:
    """Stamp the scenario files of a folder by one walk, sorted as the loader sorts them."""
    found: dict[str, FileStamp] = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith(loader.SUFFIXES) and not name.startswith("."):
                found[entry.path] = _stamp(entry)
    return {name: found[name] for name in sorted(found)}


def _stamp(path: Path | os.DirEntry[str]) -> FileStamp:
    """Read the stamp of a file; return GONE also for a pipe or a device, since reading it may block."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return GONE
    return (found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else GONE
