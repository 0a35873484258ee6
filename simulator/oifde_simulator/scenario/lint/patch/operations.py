"""Checks one operation of a patch by itself: the form of its pointers, and its keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import size
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.patch import keys
from oifde_simulator.text import KeyPath, shown

LARGEST_FILL = 16 << 20
"""Longest string in bytes that `fill` makes."""


def lint(path: KeyPath, operation: Mapping[str, Any]) -> Iterator[Finding]:
    """Check one operation, at `path` of a rule."""
    for name in ("path", "from"):
        if message := _pointer_error(operation.get(name, "")):
            yield Finding((*path, name), message)
    if _stars(operation, "from") > _stars(operation, "path"):
        yield Finding((*path, "from"), "a * in from needs one in path, which leads it")
    if operation["op"] == "remove" and not operation["path"]:
        message = 'the whole answer cannot be removed; for an empty one write respond: {body: ""}'
        yield Finding((*path, "path"), message)
    if "bytes" in operation and not 1 <= size(operation["bytes"]) <= LARGEST_FILL:
        message = f"expected 1 to {LARGEST_FILL} bytes, found {shown(operation['bytes'])}"
        yield Finding((*path, "bytes"), message)
    yield from keys.lint(path, operation)


def _pointer_error(written: str) -> str:
    """Say why a text is no JSON Pointer (RFC 6901); empty where it is one."""
    if written and not written.startswith("/"):
        return f"is no JSON Pointer; begin it with a slash: {shown(_as_pointer(written))}"
    if re.search("~(?![01])", written):
        return "a JSON Pointer writes ~ in a name as ~0, and / as ~1"
    return ""


def _as_pointer(written: str) -> str:
    """Write JSONPath, a dotted path or a URI's fragment as a JSON Pointer."""
    bare = written.removeprefix("#").removeprefix("$")
    steps = re.sub(r"""\[["']?(.*?)["']?\]""", r".\1", bare).replace(".", "/")
    return f"/{steps.lstrip('/')}"


def _stars(operation: Mapping[str, Any], name: str) -> int:
    return str(operation.get(name, "")).split("/").count("*")
