"""JSON Pointers (RFC 6901) in a document, with `*` for each element of an array.

Rule: a pointer is split once, and a document is walked once for all the places that the pointer leads to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.text import shown

STAR = "*"
"""Step that stands for each element of an array."""
INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
"""Index of an array in a pointer (RFC 6901, section 4)."""
LONGEST_NAME = 60
"""Characters of a step that a message has room for; each place of a `*` may have a message."""
TYPES = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}
"""JSON types in words; other values are numbers."""


class NoPlace(Exception):
    """Raised where a document has nothing at the place that a pointer names; says what is missing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pointer leads to: a container, and a step inside it, which may be absent."""

    container: Any
    step: str
    indexes: tuple[int, ...] = ()
    """Elements that the `*` of the pointer stand for, the first one first."""


def split(pointer: str) -> tuple[str, ...]:
    """Split a pointer into its steps. The first is the empty one before the first slash."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/"))


def type_name(value: Any) -> str:
    """Name the JSON type of a value."""
    return TYPES.get(type(value), "a number")


def named(step: str) -> str:
    """Write a step in a message, shortened where it is long."""
    return f'"{step}"' if len(step) <= LONGEST_NAME else shown(step, LONGEST_NAME)


def places(holder: Any, steps: Sequence[str], indexes: tuple[int, ...] = ()) -> Iterator[Place | NoPlace]:
    """Find each place that the steps lead to from a container, or the reason why a branch has none."""
    value = holder
    for depth, step in enumerate(steps):
        if step == STAR:
            yield from _each(value, steps[depth + 1 :], indexes)
            return
        if depth == len(steps) - 1:
            yield Place(value, step, indexes)
            return
        try:
            value = child(value, step)
        except NoPlace as missing:
            yield missing
            return


def _each(array: Any, rest: Sequence[str], indexes: tuple[int, ...]) -> Iterator[Place | NoPlace]:
    if not isinstance(array, list):
        yield NoPlace(f"* stands for the elements of an array, and there is {type_name(array)}")
        return
    for index, element in enumerate(array):
        if rest:
            yield from places(element, rest, (*indexes, index))
        else:
            yield Place(array, str(index), (*indexes, index))


def child(container: Any, step: str) -> Any:
    """Find what a step leads to in a container. Raises NoPlace where there is nothing."""
    if isinstance(container, dict):
        if step in container:
            return container[step]
        raise NoPlace(f"there is no {named(step)}")
    if isinstance(container, list):
        return container[index(container, step)]
    raise NoPlace(f"there is {type_name(container)}, which has no {named(step)}")


def index(array: Sequence[Any], step: str, beyond: int = 0) -> int:
    """Read the index of an element. Raises NoPlace where the array has none; `beyond` allows so many more."""
    if not INDEX.fullmatch(step):
        raise NoPlace(f"there is an array, which has no {named(step)}")
    found = int(step)
    if found >= len(array) + beyond:
        raise NoPlace(f"there is no element {step}, the array has {len(array)}")
    return found


def with_indexes(steps: Sequence[str], indexes: Sequence[int]) -> tuple[str, ...]:
    """Put indexes in the places of the first `*` steps."""
    given = iter(indexes)
    return tuple(str(next(given, STAR)) if step == STAR else step for step in steps)
