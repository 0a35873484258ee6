"""Finds patches that make an answer too large: copies of what they are written into, too much in all.

All findings are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oifde_simulator.quantities import size
from oifde_simulator.rules.copies import MOST_COPIED
from oifde_simulator.rules.pointer import STAR, split
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.outcomes import patches
from oifde_simulator.scenario.lint.patch.weights import Writings
from oifde_simulator.text import KeyPath, shown

KEYS = {"repeat": "count", "fill": "bytes", "copy": "from", "add": "value", "replace": "value"}
"""Operations that write, and the key of each that says how much."""
DONE = {"repeat": "repeated", "fill": "filled", "copy": "copied"}
"""What is not done where there is no room."""


def warnings(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the patches of a rule without mistakes."""
    for path, operations in patches(rule):
        for place, operation in enumerate(operations):
            if operation["op"] == "copy":
                yield from _copy((*path, place), operation)
        yield from _too_much(path, operations, rule)


def _copy(path: KeyPath, operation: Mapping[str, Any]) -> Iterator[Finding]:
    source, target = split(operation["from"]), split(operation["path"])
    if target[: len(source)] == source and STAR in target[len(source) :]:
        held, place = shown(operation["from"]), shown(operation["path"])
        message = (
            f"{held} holds what it is copied into, so the answer doubles with each element of {place}; "
            f"a patch writes {MOST_COPIED >> 20} MiB at most; copy a smaller part"
        )
        yield Finding((*path, "from"), message)


def _too_much(
    path: KeyPath, operations: Sequence[Mapping[str, Any]], rule: Mapping[str, Any]
) -> Iterator[Finding]:
    """Add up the least that the operations write; find each that leaves the answer no room."""
    writings, written = Writings(rule), 0
    for place, operation in enumerate(operations):
        if (key := KEYS.get(operation["op"])) is None:
            writings.forget(operation)
            continue
        each = writings.weight(operation)
        total = each * (operation["count"] - 1 if key == "count" else 1)
        if written + total <= MOST_COPIED:
            written += total
            writings.add(operation, each)
        else:
            message = _message(operation, key, each, written)
            yield Finding((*path, place, key), message)


def _message(operation: Mapping[str, Any], key: str, each: int, written: int) -> str:
    many = "so many" if key in ("count", "bytes") else "so much"
    before = ", with what is written before it" if written else ""
    done = DONE.get(operation["op"], "written")
    fix = "write less"
    if key in ("count", "bytes"):
        one = each if key == "count" else each // size(operation["bytes"])
        most = (MOST_COPIED - written) // one // 100 * 100
        fix = f"write {most} or less" if most else fix
    return f"{many} would take more than {MOST_COPIED >> 20} MiB{before}, so nothing is {done}; {fix}"
