"""The key of a run's pseudonyms: drawn for each run, or kept in a file so that runs join."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from oifde_simulator.recorder.files import PRIVATE
from oifde_simulator.text import printable

SHORTEST, LONGEST = 16, 4096
"""Bytes of a key file."""


def draw() -> bytes:
    """Draw a key."""
    return secrets.token_bytes(32)


def from_file(path: Path) -> bytes:
    """Read a key, or draw one and write it where there is no file. Raises ValueError."""
    try:
        octets = _read(path) if path.exists() else _write(path)
    except OSError as error:
        raise ValueError(f"--key-file {printable(path)}: {error.strerror}") from None
    if not SHORTEST <= len(octets) <= LONGEST:
        raise ValueError(
            f"--key-file {printable(path)}: expected {SHORTEST} to {LONGEST} bytes that nobody can guess; "
            "remove the file to have one drawn"
        )
    return octets


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST + 1).strip()


def _write(path: Path) -> bytes:
    octets = draw().hex().encode()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
        file.write(octets + b"\n")
    return octets
