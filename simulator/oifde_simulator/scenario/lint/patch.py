"""Checks the operations of a `patch`: pointers, and the fields that each operation needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import size
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, shown

NEEDED = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "fill": "bytes",
}
"""Name of the field that an operation cannot do without."""
LARGEST_FILL = 16 << 20
"""Longest string in bytes that `fill` makes."""


def lint(path: KeyPath, operation: Mapping[str, Any]) -> Iterator[Finding]:
    """Check one operation, at `path` of a rule."""
    for name in ("path", "from"):
        pointer = operation.get(name, "")
        if pointer and not pointer.startswith("/"):
            yield Finding((*path, name), f'is no JSON Pointer; begin it with a slash: "/{pointer}"')
    if _stars(operation, "from") > _stars(operation, "path"):
        yield Finding((*path, "from"), "a * in from needs one in path, which leads it")
    if "bytes" in operation and not 1 <= size(operation["bytes"]) <= LARGEST_FILL:
        message = f"expected 1 to {LARGEST_FILL} bytes, found {shown(operation['bytes'])}"
        yield Finding((*path, "bytes"), message)
    needed = NEEDED.get(operation["op"])
    if needed and needed not in operation:
        yield Finding(path, f"{operation['op']} needs {needed}")


def _stars(operation: Mapping[str, Any], name: str) -> int:
    return str(operation.get(name, "")).split("/").count("*")
