"""Write files whole or not at all, and readable by their owner alone where that is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from oifde_simulator.text import printable

PRIVATE = 0o600


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its place at the end of the block, or goes if that raises."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    mode = PRIVATE if private else 0o666
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write(path: Path, text: str, *, private: bool = False) -> None:
    """Write a text. Raises ValueError that names the file."""
    try:
        with replacing(path, private=private) as file:
            file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise ValueError(f"{printable(path)}: cannot be written: {error.strerror}") from None
