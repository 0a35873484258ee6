"""The server as a whole: alive, ready, and its requests of the last seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alive:
    """A server whose process runs."""

    status: str
    version: str


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A watched scenario file that cannot be served."""

    file: str
    message: str
    """The first mistake in it, with its place and the likely fix."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A server whose ports both listen."""

    status: str
    version: str
    tenants: int
    broken_files: Sequence[BrokenFile] = ()
    """Watched files that are wrong now; what was good before is served."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Requests of the last seconds."""

    until: str
    """The server's own time, an instant in ISO 8601; its second is the last one counted."""
    step: int
    """Seconds that a number is about."""
    complete: bool
    """False if the oldest seconds of the tenant were forgotten."""
    series: Mapping[str, Sequence[int]]
    """Numbers of `honest`, `spoiled`, `refused` and `broken` requests, the newest second last."""
