"""Values and names as text for people: short, visible, with the likely fix. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def shown(value: Any, limit: int = 60) -> str:
    """Write a value in one line of at most `limit` characters, strings in double quotes."""
    # Only the beginning of a long text is needed, and it is cheap to write.
    text = json.dumps(value[: limit + 1] if isinstance(value, str) else value, ensure_ascii=False)
    visible = escaped(text)
    return visible if len(visible) <= limit else f"{visible[: limit - 1]}…"


def escaped(text: str) -> str:
    """Replace characters that cannot be printed by their escapes."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def printable(path: Path | str) -> str:
    """Write a path, and replace characters that cannot be printed by their escapes."""
    return escaped(str(path).encode("utf-8", "backslashreplace").decode())


def normal(text: str) -> str:
    """Compose characters (NFC), as keyboards do: names of files may have accents of their own."""
    if text.isascii():
        return text
    import unicodedata  # seldom wanted

    return unicodedata.normalize("NFC", text)


def close_matches(written: str, known: Iterable[str], *, most: int = 1, cutoff: float = 0.6) -> list[str]:
    """List the known names most like `written` in any case, the nearest first, at most `most` of them.

    `cutoff` is the least likeness, from 0 for any name to 1 for the same name.
    """
    from difflib import get_close_matches  # slow to import, and only wanted when something is wrong

    folded = {name.casefold(): name for name in known}
    return [folded[near] for near in get_close_matches(written[:100].casefold()[:100], folded, most, cutoff)]


def nearest(written: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Find the known name most like `written`; empty when none is like it."""
    return next(iter(close_matches(written, known, cutoff=cutoff)), "")


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """Write the end of a message, `; did you mean "x"?`; empty when no known name is like `written`."""
    near = nearest(written, known)
    return f'; did you mean "{near}"?' if near else ""


KeyPath = tuple[str | int, ...]
"""Path to a value inside a document: keys and indexes from its root."""


def dotted(path: KeyPath) -> str:
    """Write a path as people do, `sessions.records[3].callId`, in at most 160 characters."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_bare(step)}" for step in path)
    text = "".join(steps).removeprefix(".")
    return text if len(text) <= 160 else f"{text[:80]}…{text[-79:]}"


def _bare(key: str) -> str:
    return key if key.isprintable() and len(key) <= 40 else shown(key)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, `1 record` or `250 records`; the plural adds an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def temporary_folder_error(error: OSError) -> tuple[str, str, str, str]:
    """Say why no temporary folder could be made: place, expectation, finding and fix."""
    found = error.strerror or str(error)
    # Python says so of all the folders that it has tried.
    found = "none" if isinstance(error, FileNotFoundError) else found
    fix = "point TMPDIR to one; in Kubernetes with a read-only root, mount an emptyDir at /tmp"
    return "the folder for temporary files", "a writable one", found, fix
