"""Finds patches that make an answer too large: copies of what they are written into, too much in all.

All findings are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from oifde_simulator.rules.copies import MOST_COPIED
from oifde_simulator.rules.pointer import STAR, split
from oifde_simulator.scenario.lint.answers.outcomes import patches
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.scenario.lint.patch.place_tree import TooManySteps
from oifde_simulator.scenario.lint.patch.weights import Weight, Writings
from oifde_simulator.text import KeyPath, shown

KEYS = {
    "repeat": "count",
    "fill": "bytes",
    "copy": "from",
    "add": "value",
    "replace": "value",
    "move": "from",
}
"""Operations that write, and the key of each that says how much."""
NAMED = "path"
"""Key of the names that are too much."""
DONE = {"repeat": "repeated", "fill": "filled", "copy": "copied"}
"""What is not done where there is no room."""


def warnings(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the patches of a rule without mistakes."""
    for path, operations in patches(rule):
        for place, operation in enumerate(operations):
            if operation["op"] == "copy":
                yield from _copy((*path, place), operation)
        # A warning may be missing: no patch makes a check long.
        with suppress(TooManySteps):
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
    writings, room = Writings(rule, operations), MOST_COPIED
    for place, operation in enumerate(operations):
        if (key := KEYS.get(operation["op"])) is None:
            writings.forget(operation)
            continue
        weight = writings.weigh(operation)
        values = weight.values * (operation["count"] - 1 if key == "count" else 1)
        if values + weight.names <= room:
            room -= values + weight.names
            writings.add(operation, weight)
        elif weight.names > room or values <= room:
            yield Finding((*path, place, NAMED), _name_message(weight, room))
        else:
            yield Finding((*path, place, key), _message(operation, key, weight, room))


def _name_message(weight: Weight, room: int) -> str:
    where = f"{weight.places:,} places" if weight.places > 1 else "its place"
    return (
        f"the name of {weight.name:,} bytes at {where} would take more than {MOST_COPIED >> 20} MiB"
        f"{_before(room)}, so not all of it is written; write a shorter name"
    )


def _message(operation: Mapping[str, Any], key: str, weight: Weight, room: int) -> str:
    many = "so many" if key in ("count", "bytes") else "so much"
    done = DONE.get(operation["op"], "written")
    fix = "write less"
    if key in ("count", "bytes"):
        one = weight.values if key == "count" else weight.places
        most = (room - weight.names) // one // 100 * 100
        fix = f"write {most} or less" if most else fix
    return f"{many} would take more than {MOST_COPIED >> 20} MiB{_before(room)}, so nothing is {done}; {fix}"


def _before(room: int) -> str:
    return "" if room == MOST_COPIED else ", with what is written before it"
