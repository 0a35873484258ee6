"""From what a scenario writes to the fields of a fault: durations become seconds, sizes become bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator import quantities
from oifde_simulator.faults.fault import FaultError

LONGEST = 3600.0
"""Seconds: no fault waits longer at a time."""
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
    try:
        found = READERS[quantity](value) if quantity else value
    except ValueError:
        found = None
    if found is None or (quantity and not _fits(declared, found)):
        raise FaultError(path, f"{value!r} is out of range; {declared['x-fix']}")
    return found


def _fits(declared: Mapping[str, Any], found: float) -> bool:
    return math.isfinite(found) and declared.get("minimum", 0) <= found <= declared.get("maximum", LONGEST)


def _amount(given: float | str) -> float:
    """Read a share as a float from 0 to 1, and bytes as an integer."""
    if isinstance(given, float) or (isinstance(given, str) and given.endswith("%")):
        return quantities.share(given)
    return quantities.size(given)


READERS: Mapping[str, Callable[[Any], float]] = {
    "duration": quantities.seconds,
    "size": quantities.size,
    "share": quantities.share,
    "number": float,
    "amount": _amount,
}
