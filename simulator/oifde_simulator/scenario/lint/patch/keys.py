"""Finds keys that an operation of a patch lacks or does not use, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import share, size
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.schema.wording import plain
from oifde_simulator.text import KeyPath

OWN: Mapping[str, str] = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "fill": "bytes",
    "cut": "share",
    "repeat": "count",
    "scale": "factor",
}
"""The key that an operation has beside `op` and `path`; `remove` has none."""
COMMON = ("op", "path")
EXAMPLES = {"bytes": "bytes: 100000", "count": "count: 5000", "factor": "factor: 0.001"}
"""What such a key may be."""
OPTIONAL = ("share",)
"""Keys that their operation can do without."""
USERS: Mapping[str, str] = {
    "value": "replace",
    "from": "copy",
    "bytes": "fill",
    "share": "cut",
    "count": "repeat",
    "factor": "scale",
}
"""The operation that is likely meant by a key."""


def lint(path: KeyPath, operation: Mapping[str, Any]) -> Iterator[Finding]:
    """Find the key that an operation, at `path` of a rule, lacks, or else the keys that stand for it."""
    own = OWN.get(operation["op"], "")
    if own and own not in (*operation, *OPTIONAL):
        instead = list(unused(path, operation))
        example = f"; add it, such as {EXAMPLES[own]}" if own in EXAMPLES else ""
        yield from instead or [Finding(path, f"{operation['op']} needs {own}{example}")]


def unused(path: KeyPath, operation: Mapping[str, Any]) -> Iterator[Finding]:
    """Find the keys of an operation that it does not use; RFC 6902 has them ignored."""
    own = OWN.get(operation["op"], "")
    for key in operation:
        if key not in (*COMMON, own):
            yield Finding((*path, key), _message(operation, own, key), on_key=True)


def _message(operation: Mapping[str, Any], own: str, key: str) -> str:
    name = operation["op"]
    takes = f"{name} takes path and {own}" if own else f"{name} takes path alone"
    fix = _fix(operation, own, operation[key])
    return f"{takes}, found {key}: {plain(operation[key])}; {fix} op: {_user(name, key)}"


def _fix(operation: Mapping[str, Any], own: str, value: Any) -> str:
    """Write the fix up to the name of the operation that is meant."""
    if own and own not in operation:
        if _fits(own, value):
            return f"write {own}: {plain(value)}, or"
        if own not in OPTIONAL:
            return f"write {own} in its place, or"
    return "leave it out, or write"


def _user(name: str, key: str) -> str:
    return "move" if (name, key) == ("remove", "from") else USERS[key]


def _fits(key: str, value: Any) -> bool:
    """Check that a value could be that of another key."""
    try:
        return FITTING[key](value)
    except (TypeError, ValueError):
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


FITTING: Mapping[str, Callable[[Any], bool]] = {
    "value": lambda _value: False,  # each value would fit, and a value is seldom meant by another key
    "from": lambda value: isinstance(value, str) and value.startswith("/"),
    "bytes": lambda value: not isinstance(value, bool) and size(value) >= 1,
    "share": lambda value: not isinstance(value, bool) and 0 <= share(value) <= 1,
    "count": lambda value: type(value) is int and value > 1,
    "factor": _is_number,
}
"""Checks that a value could be that of a key."""
