"""Mistakes in a scenario file, as values with place, cause and the likely fix. Only loaders raise them."""

from __future__ import annotations

from collections.abc import Iterable

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.text import KeyPath, dotted


@dataclass(frozen=True, slots=True)
class ScenarioError:
    """One mistake in a scenario file."""

    origin: str
    """Name of the file, as the user gave it."""
    line: int
    """Line in the file, from 1; 0 for the whole file, or for a scenario without lines."""
    column: int
    """Column in the line, from 1; 0 if `line` is."""
    path: KeyPath
    """The key or item that the message is about; `()` for the whole document."""
    message: str
    """The value found, the value expected and the likely fix."""

    def __str__(self) -> str:
        place = f"{self.origin}:{self.line}:{self.column}" if self.line else self.origin
        return ": ".join(part for part in (place, dotted(self.path), self.message) if part)


class ScenarioErrors(Exception):
    """A scenario that cannot be used: all mistakes found in it, in the order of its lines."""

    def __init__(self, errors: Iterable[ScenarioError]) -> None:
        """Sort the mistakes by place, and drop repeated ones."""
        unique = dict.fromkeys(errors)
        self.errors = sorted(unique, key=lambda error: (error.origin, error.line, error.column))
        super().__init__("\n".join(map(str, self.errors)))


class NotAScenario(ScenarioErrors):
    """A file of another kind, such as a compose file, which is no scenario at all."""
