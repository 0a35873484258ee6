"""What is wrong with a scenario file, as values that say where, what, and the likely fix."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Where in a file: keys and indexes from its root."""


@dataclass(frozen=True, slots=True)
class ScenarioError:
    """One mistake in a scenario file."""

    origin: str
    """The file's name, as the user gave it."""
    line: int
    """From 1; 0 when the file as a whole is meant."""
    column: int
    path: Path
    """The key or item it is about; `()` for the whole document."""
    message: str
    """What was found, what was expected and the likely fix."""

    def __str__(self) -> str:
        place = f"{self.origin}:{self.line}:{self.column}" if self.line else self.origin
        return ": ".join(part for part in (place, dotted(self.path), self.message) if part)


class ScenarioErrors(Exception):
    """A scenario that cannot be used: every mistake found in it, in the order of its lines."""

    def __init__(self, errors: Iterable[ScenarioError]) -> None:
        unique = dict.fromkeys(errors)
        self.errors = sorted(unique, key=lambda error: (error.origin, error.line, error.column))
        super().__init__("\n".join(map(str, self.errors)))


def dotted(path: Path) -> str:
    """A path as people write it: `sessions.records[3].callId`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_bare(step)}" for step in path)
    text = "".join(steps).removeprefix(".")
    return text if len(text) <= 160 else f"{text[:80]}…{text[-79:]}"


def _bare(key: str) -> str:
    return key if key.isprintable() and len(key) <= 40 else shown(key)


def shown(value: Any, limit: int = 60) -> str:
    """A value in one short line, strings in double quotes."""
    # Of a long text its beginning is enough, and cheap.
    text = json.dumps(value[: limit + 1] if isinstance(value, str) else value, ensure_ascii=False)
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return visible if len(visible) <= limit else f"{visible[: limit - 1]}…"


def meant(written: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the known name nearest to what was written; empty when none is near."""
    from difflib import get_close_matches  # slow to import, and only wanted when something is wrong

    folded = {name.casefold(): name for name in known}
    near = get_close_matches(written.casefold()[:100], folded, n=1)
    return f'; did you mean "{folded[near[0]]}"?' if near else ""
