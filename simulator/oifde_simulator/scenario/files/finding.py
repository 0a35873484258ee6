"""Finds the scenario files of some paths: by their endings, in subfolders too, each file once.

Rule: no file is opened here. What is left out is said, with the reason.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.text import normal, printable

SUFFIXES = (".yaml", ".yml", ".json")
"""Endings of the names of scenario files, in any case."""
SCHEMA_COPY = "oifde-scenario.schema.json"
"""Name of the schema's copy that `new` writes beside a scenario, for editors."""
DEEPEST = 16
"""Levels of subfolders that are searched."""
MOST_FILES = 10_000
"""Scenario files that are taken; there may be that many tenants."""
MOST_ENTRIES = 100_000
"""Files and folders that are looked at."""
MOST_TOLD = 10
"""Files and folders that are named as left out."""
MORE = " more files and folders are left out"
"""End of the line that counts the others."""


class FileStamp(NamedTuple):
    """What changes when a file is written or replaced."""

    size: int
    """Bytes in the file; below 0, the negative number of the error, for one that cannot be looked at."""
    written: int
    """Time of its last change in nanoseconds, which a program may set."""
    inode: int
    changed: int
    """Time of the last change of content or name in nanoseconds, which no program can set."""
    device: int


GONE = FileStamp(0, 0, 0, 0, 0)
"""Stamp of a file that does not exist, or that is none."""


@dataclass(slots=True)
class Found:
    """The scenario files of some paths, and what stands beside them."""

    files: dict[str, FileStamp] = field(default_factory=dict)
    """Stamps of scenario files by path, in their order."""
    named: set[str] = field(default_factory=set)
    """Those files that were named themselves, not found in a folder."""
    left_out: list[str] = field(default_factory=list)
    """A line for each file and folder that is left out, at most MOST_TOLD and one."""
    unreadable: dict[str, OSError | ValueError] = field(default_factory=dict)
    """Files and folders that cannot be read, with the reason."""
    empty: list[str] = field(default_factory=list)
    """Folders that were named and have no scenario file."""
    missing: bool = False
    """True where a path that was named cannot be read."""
    too_many: str = ""
    """Message about bounds that were reached; empty for none."""
    entries: int = 0
    """Number of files and folders that were looked at."""


def find(paths: Iterable[Path]) -> Found:
    """Find files as they are named, and those in folders: a folder's own first, sorted by name.

    Nothing is raised: what is wrong stands in the result.
    """
    walk = _Walk()
    for path in paths:
        walk.root(path)
    return walk.found()


def is_scenario_name(name: str) -> bool:
    """Check that a file is taken for a scenario by its name."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def stamp(path: Path | str | os.DirEntry[str]) -> FileStamp:
    """Read the stamp of a file; GONE also for a pipe or a device, since reading it may block.

    A link that leads nowhere, or in a circle, has the stamp of itself: it is there, and cannot be read.
    """
    try:
        return _stamp(os.stat(path))
    except OSError as error:
        return _stamp_of_unreadable(path, error.errno or 1)
    except ValueError:
        return GONE


def _stamp_of_unreadable(path: Path | str | os.DirEntry[str], number: int) -> FileStamp:
    """Read the stamp of what cannot be looked at, for the error of this number; GONE where nothing is."""
    try:
        read = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return GONE
    except OSError:
        return FileStamp(-number, 0, 0, 0, 0)
    return FileStamp(-number, read.st_mtime_ns, read.st_ino, read.st_ctime_ns, read.st_dev)


def _stamp(read: os.stat_result) -> FileStamp:
    if not stat.S_ISREG(read.st_mode):
        return GONE
    return FileStamp(read.st_size, read.st_mtime_ns, read.st_ino, read.st_ctime_ns, read.st_dev)


class _Full(Exception):
    """A bound of the walk was reached."""


class _Walk:
    """One walk through files and folders."""

    def __init__(self) -> None:
        self._found = Found()
        self._folders: dict[tuple[int, int], str] = {}
        self._known: dict[tuple[int, int, str], str] = {}
        self._others = 0
        self._taken = 0

    def found(self) -> Found:
        """Return the result, with a line for what is not named."""
        if self._others:
            self._found.left_out.append(f"{self._others:,}{MORE}")
            self._others = 0
        return self._found

    def root(self, path: Path) -> None:
        """Look at a path that was named: a file of any name, or a folder."""
        name = str(path)
        try:
            read = os.stat(path)
            if stat.S_ISDIR(read.st_mode):
                self._root_folder(path, name)
            else:
                self._found.files[name] = _stamp(read)
                self._found.named.add(name)
                self._known[(read.st_dev, read.st_ino, path.stem)] = name
        except _Full as full:
            self._found.too_many = f"{printable(path)}: {full}"
        except (OSError, ValueError) as error:
            self._found.unreadable[name] = error
        self._found.missing |= name in self._found.unreadable

    def _root_folder(self, path: Path, name: str) -> None:
        taken = self._taken
        if self._folder(path, 0) and self._taken == taken:
            self._found.empty.append(name)

    def _folder(self, path: Path | str, depth: int) -> bool:
        """Take a folder's files, then enter its folders. False where it is not read."""
        try:
            if self._is_known(path):
                return False
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except (OSError, ValueError) as error:
            self._found.unreadable[str(path)] = error
            return False
        for folder in [entry.path for entry in entries if self._take(entry)]:
            if depth < DEEPEST:
                self._folder(folder, depth + 1)
            else:
                self._leave_out(folder, f"more than {DEEPEST} folders inside one another; name it itself")
        return True

    def _is_known(self, path: Path | str) -> bool:
        """Remember a folder; say so where it was read before, as by a link that leads back."""
        read = os.stat(path)
        first = self._folders.setdefault((read.st_dev, read.st_ino), str(path))
        if first != str(path):
            self._leave_out(
                str(path), f"the folder {printable(first)} by another name, which is read already"
            )
        return first != str(path)

    def _take(self, entry: os.DirEntry[str]) -> bool:
        """Take one entry of a folder; True for a folder that is to be entered."""
        self._found.entries += 1
        if self._found.entries > MOST_ENTRIES:
            raise _Full(f"more than {MOST_ENTRIES:,} files and folders; name a folder of scenarios only")
        if _is_folder(entry):
            return self._is_visible(entry)
        if self._is_scenario(entry):
            self._take_file(entry)
        return False

    def _is_visible(self, entry: os.DirEntry[str]) -> bool:
        if not entry.name.startswith("."):
            return True
        if not entry.name.startswith(".."):  # those of a mounted ConfigMap, whose files are linked
            self._leave_out(entry.path, "a hidden folder; name it itself if it has scenarios")
        return False

    def _is_scenario(self, entry: os.DirEntry[str]) -> bool:
        name = entry.name
        if is_scenario_name(name) and name != SCHEMA_COPY:
            return True
        if name == SCHEMA_COPY:
            self._leave_out(entry.path, "the schema of scenarios, for editors")
        elif name.lower().endswith(SUFFIXES):
            self._leave_out(entry.path, "a hidden file: its name begins with a dot")
        elif not name.startswith("."):
            self._leave_out(entry.path, f"its name ends in none of {', '.join(SUFFIXES)}")
        return False

    def _take_file(self, entry: os.DirEntry[str]) -> None:
        self._taken += 1
        seen = stamp(entry)
        if seen == GONE and os.path.exists(entry.path):
            self._taken -= 1
            self._leave_out(entry.path, "no file that can be read: a pipe, a socket or a device")
            return
        if seen.inode and (first := self._same(entry, seen)) != entry.path:
            if first not in self._found.named or not _is_same_path(first, entry.path):
                self._leave_out(entry.path, f"the file {printable(first)} by another name")
            return
        if len(self._found.files) >= MOST_FILES:
            raise _Full(f"more than {MOST_FILES:,} scenario files; name fewer")
        self._found.files[entry.path] = seen

    def _same(self, entry: os.DirEntry[str], seen: FileStamp) -> str:
        """Find the first name of a file; a link of another stem is a file of its own, another tenant."""
        return self._known.setdefault((seen.device, seen.inode, entry.name.rpartition(".")[0]), entry.path)

    def _leave_out(self, path: str, reason: str) -> None:
        if len(self._found.left_out) < MOST_TOLD:
            self._found.left_out.append(f"{printable(path)}: left out: {reason}")
        else:
            self._others += 1


def stem(path: Path | str) -> str:
    """Return the tenant id that a file's name gives: without its ending, in composed form, and printable."""
    return printable(normal(Path(path).stem))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # such as a link to itself
        return False


def _is_same_path(first: str, second: str) -> bool:
    return os.path.abspath(first) == os.path.abspath(second)
