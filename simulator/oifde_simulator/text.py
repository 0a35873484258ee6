"""Values and names as text for people: short, visible, with the likely fix. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def shown(value: Any, limit: int = 60) -> str:
    """Write a value in one line of at most `limit` characters, strings in double quotes."""
    # Of a long text its beginning is enough, and cheap.
    text = json.dumps(value[: limit + 1] if isinstance(value, str) else value, ensure_ascii=False)
    visible = escaped(text)
    return visible if len(visible) <= limit else f"{visible[: limit - 1]}…"


def escaped(text: str) -> str:
    """Write characters that cannot be printed as escapes."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def printable(path: Path | str) -> str:
    """Write a path with escapes for what cannot be printed."""
    return escaped(str(path).encode("utf-8", "backslashreplace").decode())


def nearest(written: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Find the known name that `written` likely means, whatever its case; empty when none is near."""
    from difflib import get_close_matches  # slow to import, and only wanted when something is wrong

    folded = {name.casefold(): name for name in known}
    near = get_close_matches(written.casefold()[:100], folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else ""


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """End a message with `; did you mean "x"?` for the nearest known name; empty when none is near."""
    near = nearest(written, known)
    return f'; did you mean "{near}"?' if near else ""


def counted(number: int, noun: str) -> str:
    """Write `1 record`, `250 records`: a number and a noun that takes an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
