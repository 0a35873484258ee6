"""Recordings that are files of a folder: found off the event loop, and read while they are sent.

Rule: no file outside the folder is ever opened, whatever links lead there or a client asks for.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from pathlib import Path
from typing import NamedTuple

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.population.recordings.file_names import RecordingName
from oifde_simulator.wire.octets import LazyOctets

MOST_FILES, DEEPEST = 10_000, 6
"""Files and folders that are looked at, and folders within one another."""
LARGEST_FILE = 1 << 30
"""Bytes of a file that is served."""
ENDING = ".wav"
WANTED = ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
FLAGS = reduce(or_, (getattr(os, name, 0) for name in WANTED))
"""Flags of opening a file, each where the system knows it; a pipe in the place of a file never blocks."""


class FileStamp(NamedTuple):
    """What tells whether a file is still the one that was found."""

    size: int
    changed: int
    inode: int
    device: int

    @classmethod
    def of(cls, read: os.stat_result) -> FileStamp:
        """Take the stamp out of what the system tells of a file."""
        return cls(read.st_size, read.st_mtime_ns, read.st_ino, read.st_dev)


@dataclass(frozen=True, slots=True)
class FileOctets(LazyOctets):
    """The bytes of a file, opened for each stretch that is read."""

    path: str
    stamp: FileStamp

    @property
    def blocking(self) -> bool:
        """True: a disk may take its time."""
        return True

    def __len__(self) -> int:
        return self.stamp.size

    def read(self, first: int, stop: int) -> bytes:
        """Read a stretch. Raises OSError where the file is not the one that was found any more."""
        descriptor = os.open(self.path, FLAGS)
        with open(descriptor, "rb", buffering=0) as file:
            if FileStamp.of(os.fstat(descriptor)) != self.stamp:
                raise OSError(f"{self.path} has changed since it was found")
            file.seek(first)
            octets = file.read(stop - first)
        if len(octets) != stop - first:
            raise OSError(f"{self.path} ends early")
        return octets


class FolderError(ValueError):
    """Error about a folder that cannot be used; its message says why."""


def find_recordings(folder: Path, home: Path) -> Mapping[str, FileOctets]:
    """Find the recordings in a folder inside `home`, by `{vdnId}/{day}/{name}`, or by the name alone.

    Raises FolderError for a folder that is not there, lies elsewhere, or holds too much.
    """
    try:
        root, inside = folder.resolve(strict=True), home.resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise FolderError(f"the folder cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not root.is_relative_to(inside) or not root.is_dir():
        raise FolderError("expected a folder beside the scenario file, or below it")
    found: dict[str, FileOctets] = {}
    for path, octets in _files(root):
        found.setdefault(_key(path.relative_to(root).as_posix()), octets)
    return found


def recording_file(files: Mapping[str, FileOctets], file_name: str) -> FileOctets | None:
    """Find the file for a name of a record, by its whole path, else by its last part."""
    name = RecordingName.parse(file_name)
    if name is None:
        return None
    return files.get(f"{name.vdn}/{name.day}/{name.name}") or files.get(name.name)


def _key(relative: str) -> str:
    """Write the key of a file, from its path in the folder."""
    name = RecordingName.parse(f"Y:/{relative}")
    if name is not None:
        return f"{name.vdn}/{name.day}/{name.name}"
    return relative[: -len(ENDING)]


def _files(root: Path) -> Iterator[tuple[Path, FileOctets]]:
    """List the files that may be served, in the order of their names. Raises FolderError."""
    looked_at, folders = 0, [(root, 0)]
    while folders:
        folder, depth = folders.pop(0)
        for path in sorted(_inside(folder)):
            looked_at += 1
            if looked_at > MOST_FILES:
                raise FolderError(f"more than {MOST_FILES:,} files and folders; take some away")
            read = path.lstat()
            if stat.S_ISDIR(read.st_mode) and depth < DEEPEST:
                folders.append((path, depth + 1))
            elif path.name.endswith(ENDING) and (octets := _octets(path, root)):
                yield path, octets


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise FolderError(f"{folder.name} cannot be read: {error.strerror}") from None


def _octets(path: Path, root: Path) -> FileOctets | None:
    """Find the file behind a name; None for a link that leads out, for what is no file, or is too large."""
    try:
        real = path.resolve(strict=True)
        read = real.lstat()
    except (OSError, RuntimeError):
        return None
    if not (real.is_relative_to(root) and stat.S_ISREG(read.st_mode) and read.st_size <= LARGEST_FILE):
        return None
    return FileOctets(str(real), FileStamp.of(read))
