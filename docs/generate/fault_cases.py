"""Cases in which clients meet faults: the values for each fault, and how a scenario writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.faults import builtin_faults

VALUES: Mapping[str, Sequence[Any]] = {
    "latency": ["200ms", "2s", {"fixed": "2s", "at": "body"}],
    "dribble": [{"chunks": 5, "over": "2s"}],
    "bandwidth": [600],
    "hang": ["2s", {"limit": "2s", "at": "body"}],
    "slow-close": ["2s"],
    "content-length": [10, -5],
    "content-type": ["text/html", "application/json; charset=UTF-16"],
    "informational": [103, 100],
    "charset": ["GBK", {"name": "GBK", "say": False}],
}
"""Values of faults whose first example is too slow, or does not say enough."""


def cases() -> dict[str, dict[str, Any]]:
    """List the cases of each fault: name of the fault -> case -> item of `faults`."""
    return {name: _cases(name, values) for name, values in _values().items()}


def items() -> dict[str, Any]:
    """List all cases: case -> item of `faults`."""
    return {case: item for of_fault in cases().values() for case, item in of_fault.items()}


def _values() -> dict[str, Sequence[Any]]:
    return {
        name: VALUES.get(name, fault.fault_schema["examples"][:1]) for name, fault in builtin_faults().items()
    }


def _cases(name: str, values: Sequence[Any]) -> dict[str, Any]:
    return {_yaml_item(name, value): name if value is None else {name: value} for value in values}


def _yaml_item(name: str, value: Any) -> str:
    return name if value is None else f"{name}: {_yaml(value)}"


def _yaml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if ": " in str(value) or "; " in str(value) else str(value)
