"""What is wrong with a scenario file, as values that say where, what, and the likely fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oifde_simulator.text import shown

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
