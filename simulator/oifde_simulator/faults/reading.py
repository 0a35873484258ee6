"""From what a scenario writes to the fields of a fault: durations become seconds, sizes become bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.faults import settings
from oifde_simulator.faults.fault import FaultError

LONGEST = 3600.0
"""Seconds: no fault waits longer at a time."""
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
BYTES = {"KiB": 1 << 10, "MiB": 1 << 20}
FIELDS = {"bytes": "size", "from": "begin"}
"""Settings whose names Python keeps for itself."""


def read(declared: Mapping[str, Any], value: Any, path: tuple[str, ...]) -> dict[str, Any]:
    """The settings that a fault's value stands for, by the names of its fields. Raises FaultError."""
    if value is None or value is True:
        return {}
    given = value if isinstance(value, Mapping) else {declared["x-main"]: value}
    return _group(declared, given, path)


def _group(declared: Mapping[str, Any], given: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    known = declared["properties"]
    return {FIELDS.get(key, key): _setting(known[key], value, (*path, key)) for key, value in given.items()}


def _setting(declared: Mapping[str, Any], value: Any, path: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return _group(declared, value, path)
    quantity = declared.get("x-quantity")
    found = READERS[quantity](value) if quantity else value
    if found is None or (quantity and not _fits(declared, found)):
        raise FaultError(path, f"{value!r} is out of range; {declared['x-fix']}")
    return found


def _fits(declared: Mapping[str, Any], found: float) -> bool:
    return math.isfinite(found) and declared.get("minimum", 0) <= found <= declared.get("maximum", LONGEST)


def _seconds(text: str) -> float | None:
    parts = re.fullmatch(rf"(?P<count>{settings.DURATION})", text, re.ASCII)
    if parts is None:
        return None
    unit = parts[3]
    return float(text.removesuffix(unit)) * SECONDS[unit]


def _bytes(given: int | str) -> int | None:
    if not isinstance(given, str):
        return int(given)
    parts = re.fullmatch(rf"(?P<count>{settings.SIZE})", given, re.ASCII)
    return int(given.removesuffix(parts[2])) * BYTES[parts[2]] if parts else None


def _amount(given: float | str) -> float | None:
    """A share stays a float from 0 to 1, bytes an integer."""
    if isinstance(given, float):
        return given if 0 <= given <= 1 else None
    return _bytes(given)


READERS: Mapping[str, Callable[[Any], float | None]] = {
    "duration": _seconds,
    "size": _bytes,
    "number": float,
    "amount": _amount,
}
