"""A mistake in a scenario's values, and the part of the document that a check may ask about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.text import KeyPath


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, or one warning."""

    path: KeyPath
    """The key or item that the message is about; `()` for the whole document."""
    message: str
    """The value found, the value expected and the likely fix."""
    place: KeyPath | None = None
    """The value to point at; None for the one at `path`, or the nearest one around it."""
    on_key: bool = False
    """True to point at the key of the value, not at the value."""

    def inside(self, *parent: str | int) -> Finding:
        """Return the same finding with paths from further outside; `parent` leads to the checked value."""
        place = None if self.place is None else (*parent, *self.place)
        return replace(self, path=(*parent, *self.path), place=place)


class Source(Protocol):
    """The document from which the values come."""

    def text(self, path: KeyPath, /) -> str:
        """Return the scalar at `path` as the document writes it, such as `1e3` for 1000.0."""
        ...

    def line(self, path: KeyPath, /) -> str:
        """Describe the place of a value: `in line 3`, or `above` in a document without lines."""
        ...


def value_at(value: Any, path: KeyPath) -> Any:
    """Return the value that `path` leads to in a document of any shape; None where there is none."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
