"""Names of files as a shell reads them, in any encoding of the output: what is printed can be pasted."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path


def shell_word(path: Path, encoding: str | None = None) -> str:
    """Quote a file's name for a shell; `encoding` is that of standard output where none is given.

    What the encoding lacks is written in bytes, which bash, zsh and ksh read in any locale.
    """
    name = str(path)
    if os.name == "nt" or _can_be_shown(name, encoding or getattr(sys.stdout, "encoding", None) or "utf-8"):
        return shlex.quote(name)
    return f"$'{''.join(map(_escaped, os.fsencode(name)))}'"


def _can_be_shown(name: str, encoding: str) -> bool:
    try:
        return name.encode(encoding).decode(encoding).isprintable()
    except (UnicodeError, LookupError):
        return False


def _escaped(octet: int) -> str:
    character = chr(octet)
    plain = character.isascii() and character.isprintable() and character not in "'\\"
    return character if plain else f"\\{octet:03o}"
