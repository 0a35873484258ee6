"""The scenario files of some paths, and which of them may have changed since they were read.

Rule: no file is opened here. Changes are told by size, times and inode. For a moment after a file was read it
counts as changed at every look, since a clock of files may tick too seldom.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from oifde_simulator.runtime.real_time_loop import CLOCK
from oifde_simulator.scenario.files import finding
from oifde_simulator.scenario.files.finding import GONE, FileStamp, Found
from oifde_simulator.text import printable

DOUBT = 2.5
"""Seconds after reading a file in which it may change without another stamp: FAT counts by two seconds."""
GRACE = 3.0
"""Seconds for which a file may be away, or empty, before that counts: editors move a file, then write it."""


class FileSnapshot:
    """The stamps of all scenario files under some paths: as they were read, and as they were last seen."""

    def __init__(self, paths: Sequence[Path], clock: Callable[[], float] = CLOCK) -> None:
        """Look at the files; `clock` tells seconds. Raises ValueError for what is no file or folder."""
        for path in paths:
            _require_file_or_folder(path)
        self._paths = paths
        self._clock = clock
        self.found: Found = finding.find(paths)
        """Files and folders at the last look."""
        self._known: dict[str, Path] = {}
        self._read: dict[Path, FileStamp] = {}
        self._doubted: dict[Path, float] = {}
        self._absent: dict[Path, float] = {}
        self._settled: Mapping[str, FileStamp] | None = None

    @property
    def count(self) -> int:
        """Number of files and folders at the last look."""
        return self.found.entries + len(self.found.named)

    @property
    def absent(self) -> Collection[Path]:
        """Files that are away or empty, and whose grace lasts."""
        return self._absent.keys()

    def changed(self) -> Mapping[Path, FileStamp]:
        """Look at the files; return the stamps of those that may have changed, GONE for removed ones."""
        self.found = finding.find(self._paths)
        return self.unread()

    def unread(self) -> Mapping[Path, FileStamp]:
        """Return the stamps of files that were not read as they were at the last look."""
        if self.found.files == self._settled and not self._doubted:
            return {}
        now, stamps = self._clock(), self._stamps()
        self._absent = {path: self._absent.get(path, now) for path in stamps if self._is_absent(path, stamps)}
        changed = {path: stamp for path, stamp in stamps.items() if self._is_changed(path, stamp, now)}
        self._doubted = {path: until for path, until in self._doubted.items() if now < until}
        quiet = not changed and not self._absent
        self._settled = self.found.files if quiet else None
        return changed

    def still(self, changed: Mapping[Path, FileStamp]) -> Mapping[Path, FileStamp]:
        """Select the changed files that nobody has written since; the others come at a later look."""
        return {path: stamp for path, stamp in changed.items() if finding.stamp(path) == stamp}

    def in_order(self) -> Sequence[Path]:
        """List the files of the last look in their order, with read files that may be gone."""
        return list(dict.fromkeys((*map(self._path, self.found.files), *self._read)))

    def mark_read(self, path: Path, stamp: FileStamp) -> None:
        """Remember that the file was read at this stamp; forget a file that is GONE."""
        self._settled = None
        self._absent.pop(path, None)
        if stamp == GONE:
            self._read.pop(path, None)
            self._doubted.pop(path, None)
        else:
            if stamp != self._read.get(path):
                self._doubted[path] = self._clock() + DOUBT
            self._read[path] = stamp

    def _stamps(self) -> dict[Path, FileStamp]:
        """Map paths to stamps, with read files that are gone, but for those that cannot be looked at now."""
        stamps = {self._path(name): stamp for name, stamp in self.found.files.items()}
        for path in self._read.keys() - stamps.keys():
            if not self.found.too_many and not self._is_hidden(str(path)):
                stamps[path] = GONE
        return stamps

    def _is_hidden(self, name: str) -> bool:
        """Check that a file cannot be looked at now, as on a share that does not answer."""
        return any(
            name == blind or name.startswith(blind + os.sep)
            for blind, error in self.found.unreadable.items()
            if not isinstance(error, FileNotFoundError | NotADirectoryError)
        )

    def _path(self, name: str) -> Path:
        """Return the path of a name, made when a file is first seen: that is slow."""
        return self._known.get(name) or self._known.setdefault(name, Path(name))

    def _is_absent(self, path: Path, stamps: Mapping[Path, FileStamp]) -> bool:
        stamp = stamps[path]
        return stamp.size == 0 and stamp != self._read.get(path, GONE)

    def _is_changed(self, path: Path, stamp: FileStamp, now: float) -> bool:
        if path in self._absent:
            return now - self._absent[path] >= GRACE
        return stamp != self._read.get(path, GONE) or path in self._doubted


def _require_file_or_folder(path: Path) -> None:
    if os.path.exists(path) and not (path.is_file() or path.is_dir()):
        text = printable(path)
        raise ValueError(f"--watch follows files and folders, and {text} is neither; leave --watch out")
