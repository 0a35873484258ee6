"""A folder of artifacts: each file is replaced whole, or not at all, and all together are bounded.

Rule: import the standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from oifde_simulator.text import printable

MOST_OF_FILE = 32 << 20
"""Bytes of one file."""
MOST_OF_ALL = 256 << 20
"""Bytes that one process writes in all."""


class TooLarge(Exception):
    """Content with more bytes than there is room for."""

    def __init__(self, most: int) -> None:
        """Take the number of bytes that there is room for."""
        super().__init__(f"there is more than the {most} bytes that are left for it")


class Budget:
    """Bytes that may still be written."""

    def __init__(self, left: int = MOST_OF_ALL) -> None:
        """Take the number of bytes for all files."""
        self.left = left


class ArtifactFolder:
    """A folder to write artifacts into."""

    def __init__(self, path: Path, budget: Budget | None = None) -> None:
        """Make nothing yet; folders with one `budget` share it."""
        self.path = path
        self._budget = budget or Budget()

    def inside(self, name: str) -> ArtifactFolder:
        """Choose a folder in this one, which shares its budget; it is made with its first file."""
        return ArtifactFolder(self.path / name, self._budget)

    @property
    def room(self) -> int:
        """Bytes that the next file may have."""
        return min(MOST_OF_FILE, self._budget.left)

    def require_writable(self, option: str) -> None:
        """Make the folder and try to write a file. Raises ValueError that names the `option`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            part = self.part("probe")
            part.touch(exist_ok=False)
            part.unlink()
        except OSError as error:
            where = f"{option} {printable(self.path)}"
            raise ValueError(
                f"{where}: cannot be written: {error.strerror}; name a folder that is there or can be made"
            ) from None

    def part(self, name: str) -> Path:
        """Name the file that has the content of `name` until it is whole."""
        return self.path / f".{name}.{os.getpid()}.part"

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file beside `name` and rename it. Raises TooLarge, OSError, and what `pieces` raise."""
        most, part = self.room, self.part(name)
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                for piece in pieces:
                    if file.tell() + len(piece) > most:
                        raise TooLarge(most)
                    file.write(piece)
                self._budget.left -= file.tell()
            part.replace(self.path / name)
        finally:
            part.unlink(missing_ok=True)
