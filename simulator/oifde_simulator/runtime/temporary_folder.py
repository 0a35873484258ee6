"""A folder for temporary files, with a clear error where the whole file system is read-only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from oifde_simulator.text import temporary_folder_error


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that is gone after the block. Raises ValueError where none can be made."""
    try:
        folder = TemporaryDirectory(prefix="oifde-simulator-")
    except OSError as error:
        where, expected, found, fix = temporary_folder_error(error)
        raise ValueError(f"{where}: expected {expected}, found {found}; {fix}") from None
    with folder as path:
        yield Path(path)
