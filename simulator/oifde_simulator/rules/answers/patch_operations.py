"""The operations of a patch at one place: those of RFC 6902, and `fill`, `cut`, `repeat` and `scale`.

Rule: an operation edits the document in place, or raises NoPlace before it has changed anything. No two
places share a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.rules.copies import Copies
from oifde_simulator.rules.pointer import NoPlace, Place, child, index, named, type_name, with_indexes

DEFAULT_SHARE = 0.5
"""Share of a string that `cut` keeps by default."""
WHOLE_NUMBERS = range(-(2**63), 2**64)
"""Whole numbers that JSON text is written of (orjson's bounds)."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One operation on one document."""

    holder: Mapping[str, Any]
    """The document, under the empty name: the first step of each pointer."""
    settings: Mapping[str, Any]
    """Keys of the operation as the scenario writes them, with quantities and pointers read."""
    copies: Copies
    """Maker of the copies that the whole patch writes."""


def add(place: Place, edit: Edit) -> None:
    """Write a member, or insert an element."""
    insert(place, edit.copies.of(edit.settings["value"]), edit.copies)


def remove(place: Place, edit: Edit) -> None:
    """Remove a member or an element."""
    child(place.container, place.step)
    if place.container is edit.holder:
        raise NoPlace("the whole answer cannot be removed")
    del place.container[_key(place)]


def replace(place: Place, edit: Edit) -> None:
    """Put another value in the place of one."""
    child(place.container, place.step)
    place.container[_key(place)] = edit.copies.of(edit.settings["value"])


def move(place: Place, edit: Edit) -> None:
    """Move a value; nothing moves where its new place does not exist."""
    source = with_indexes(edit.settings["from"], place.indexes)
    target = with_indexes(edit.settings["path"], place.indexes)
    there = _follow(edit.holder, source)
    value = child(there.container, there.step)
    if source == target:
        return
    if target[: len(source)] == source:
        raise NoPlace("a value cannot move into itself")
    if isinstance(there.container, list):
        _move_element(edit, there, target)
    else:
        insert(place, value, edit.copies)
        del there.container[there.step]


def _move_element(edit: Edit, source: Place, target: Sequence[str]) -> None:
    """Move an element; the indexes of its new place count without it (RFC 6902, section 4.4)."""
    at = int(source.step)
    value = source.container.pop(at)
    try:
        insert(_follow(edit.holder, target), value, edit.copies)
    except NoPlace:
        source.container.insert(at, value)
        raise


def copy_value(place: Place, edit: Edit) -> None:
    """Copy a value to a second place."""
    source = _follow(edit.holder, with_indexes(edit.settings["from"], place.indexes))
    insert(place, edit.copies.of(child(source.container, source.step)), edit.copies)


def test(place: Place, edit: Edit) -> None:
    """Check that a place has this value."""
    found = child(place.container, place.step)
    if not same(found, edit.settings["value"]):
        raise NoPlace("the value is another one")


def fill(place: Place, edit: Edit) -> None:
    """Write a string of so many bytes, as `add` does: a field that an element lacks is written too."""
    insert(place, "x" * edit.settings["bytes"], edit.copies)


def cut(place: Place, edit: Edit) -> None:
    """Keep the first share of a string."""
    found = child(place.container, place.step)
    if not isinstance(found, str):
        raise NoPlace(f"there is {type_name(found)}, and only a string can be cut")
    kept = int(len(found) * edit.settings.get("share", DEFAULT_SHARE))
    place.container[_key(place)] = found[:kept]


def repeat(place: Place, edit: Edit) -> None:
    """Have an element of an array stand there `count` times in a row."""
    found = child(place.container, place.step)
    if not isinstance(place.container, list):
        raise NoPlace("only an element of an array can be repeated")
    after = int(place.step) + 1
    place.container[after:after] = edit.copies.times(edit.settings["count"] - 1, found)


def scale(place: Place, edit: Edit) -> None:
    """Multiply a number; a whole one stays whole, and loses what comes after the point."""
    found = child(place.container, place.step)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise NoPlace(f"there is {type_name(found)}, and only a number can be scaled")
    factor: Fraction = edit.settings["factor"]
    scaled = found * float(factor) if isinstance(found, float) else int(found * factor)
    if scaled not in WHOLE_NUMBERS if isinstance(scaled, int) else not isfinite(scaled):
        raise NoPlace("the number would be too large for JSON")
    place.container[_key(place)] = scaled


OPERATIONS: Mapping[str, Callable[[Place, Edit], None]] = {
    "add": add,
    "remove": remove,
    "replace": replace,
    "move": move,
    "copy": copy_value,
    "test": test,
    "fill": fill,
    "cut": cut,
    "repeat": repeat,
    "scale": scale,
}
"""Operations by the name that a scenario writes."""


def insert(place: Place, value: Any, copies: Copies) -> None:
    """Write a member, whose name takes room where it is new, or insert an element before the one there."""
    if isinstance(place.container, list):
        array = place.container
        array.insert(len(array) if place.step == "-" else index(array, place.step, 1), value)
    elif isinstance(place.container, dict):
        if place.step not in place.container:
            copies.take_name(place.step)
        place.container[place.step] = value
    else:
        raise NoPlace(f"there is {type_name(place.container)}, which can have no {named(place.step)}")


def same(found: Any, wanted: Any) -> bool:
    """Compare two values as JSON does: 1 is 1.0, but not true (RFC 6902, section 4.6)."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[name], wanted[name]) for name in found)
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)


def _follow(holder: Any, steps: Sequence[str]) -> Place:
    """Find the one place that steps without `*` lead to."""
    container = holder
    for step in steps[:-1]:
        container = child(container, step)
    return Place(container, steps[-1])


def _key(place: Place) -> Any:
    return int(place.step) if isinstance(place.container, list) else place.step
