"""Lua scripts: each is put together from files of this room, of which the last is its body."""

from __future__ import annotations

from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Script(NamedTuple):
    """A script of the server."""

    name: str
    source: str
    digest: str
    """Hexadecimal SHA-1 of the source, by which servers know a script."""


def script(*parts: str) -> Script:
    """Read a script: files of this room, as in `counts/tables`; the last gives the name."""
    source = "\n".join((FOLDER / f"{part}.lua").read_text(encoding="ascii") for part in parts)
    return Script(parts[-1], source, sha1(source.encode(), usedforsecurity=False).hexdigest())
