"""Which scenario files are news, by their sizes and times; nothing is opened here."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from oifde_simulator.scenario import loader
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.text import printable

Stamp = tuple[int, int, int]
"""Size, time of change in nanoseconds and number of a file."""
GONE: Stamp = (0, 0, 0)


class FileSnapshot:
    """The files that some files and folders amount to, as they were when last looked at."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Take them all as read now. Raises ValueError for a path that is neither file nor folder."""
        for path in paths:
            _refuse_what_is_neither(path)
        self._paths = paths
        self._read = {path: _stamp(path) for path in self._found()}
        self._last = dict(self._read)

    def changed(self) -> Mapping[Path, Stamp]:
        """Look again: the files that are not as they were read, GONE for those that are no more."""
        stamps = {path: _stamp(path) for path in (*self._found(), *self._read)}
        news = {path: stamp for path, stamp in stamps.items() if self._is_news(path, stamp)}
        self._last = stamps
        return news

    def in_order(self) -> Sequence[Path]:
        """The files of the last look, and those that were read before and may be gone."""
        return list(self._last)

    def take(self, path: Path, stamp: Stamp) -> None:
        """The file has been read as it was at this stamp; one that is GONE is forgotten."""
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

    def _is_news(self, path: Path, stamp: Stamp) -> bool:
        # Some editors empty or move a file before they write it: what is gone must be so twice.
        return stamp != self._read.get(path, GONE) and (stamp[0] > 0 or stamp == self._last.get(path))


def _refuse_what_is_neither(path: Path) -> None:
    if path.exists() and not (path.is_file() or path.is_dir()):
        text = printable(path)
        raise ValueError(f"--watch follows files and folders, and {text} is neither; leave --watch out")


def _stamp(path: Path) -> Stamp:
    """GONE as well for a pipe or a device, which could keep us waiting forever."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return GONE
    return (found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else GONE
