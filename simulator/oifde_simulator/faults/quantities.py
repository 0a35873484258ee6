"""Durations, sizes and shares as faults write them, read from a scenario's values.

Rule: the grammar is that of `oifde_simulator.quantities`; a reader here returns None for a malformed text,
since bounds and words are those of the schema and of the parser.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from oifde_simulator import quantities
from oifde_simulator.quantities import DURATION, SHARE, SIZE

__all__ = ["DURATION", "SHARE", "SIZE", "byte_count", "is_share", "seconds", "share", "share_or_bytes"]

Given = TypeVar("Given")
Quantity = TypeVar("Quantity")


def _or_none(read: Callable[[Given], Quantity], given: Given) -> Quantity | None:
    try:
        return read(given)
    except ValueError:
        return None


def seconds(duration: str) -> float | None:
    """Read seconds from a duration with its unit."""
    return _or_none(quantities.seconds, duration)


def byte_count(given: int | str) -> int | None:
    """Read bytes from a number or a size with its unit; a whole number may have a point, as in JSON."""
    return _or_none(quantities.size, int(given) if isinstance(given, float) else given)


def share(given: float | str) -> float | None:
    """Read a share from a number from 0 to 1 or a text in percent."""
    return _or_none(quantities.share, given)


def is_share(given: object) -> bool:
    """Check that a value is a share where it may be bytes too: it is in percent, or between whole numbers."""
    return given.endswith("%") if isinstance(given, str) else isinstance(given, float) and given % 1 != 0


def share_or_bytes(given: float | str) -> float | None:
    """Read a share, which becomes a float from 0 to 1, or bytes, which become an integer."""
    if isinstance(given, float) or (isinstance(given, str) and given.endswith("%")):
        return share(given)
    return byte_count(given)
