"""Shapes of answers: what may stand at each place, by the contract and by what a patch has made.

Rule: a shape never changes; an edit makes a new one that shares the rest, so that a copy costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.rules.templates.template import is_whole

JSON_TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}
DEEPEST_UNION = 8
"""Levels of two shapes that are compared; below, anything may stand."""
MOST_COMPARED = 100
"""Pairs of different shapes that are compared to unite two; with more, anything may stand in their place."""
MOST_MEMBERS = 1000
"""Members of one object that are known; with more, anything may stand in its place."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at one place of an answer."""

    types: frozenset[str] = frozenset()
    """JSON types; empty where anything may stand."""
    members: Mapping[str, Shape] = field(default_factory=dict)
    """Members of an object."""
    element: Shape | None = None
    """Any element of an array; None where the array is empty."""
    holds_json: bool = False
    """True for a string that holds JSON text."""
    gone: Mapping[str, str] = field(default_factory=dict)
    """Members that the patch has removed, each with the operation that did."""

    @property
    def is_open(self) -> bool:
        """Whether anything may stand here."""
        return not self.types

    def inner(self, step: str) -> Shape | None:
        """Find the shape that a step leads to; None where nothing is known to stand."""
        if self.is_open:
            return self
        return self.element if self.is_array and step not in self.members else self.members.get(step)

    @property
    def is_array(self) -> bool:
        """Whether an array may stand here."""
        return "array" in self.types

    @property
    def is_object(self) -> bool:
        """Whether an object may stand here."""
        return "object" in self.types

    def edited(self, steps: Sequence[str], edit: Callable[[Shape, str], Shape]) -> Shape:
        """Return the shape after an edit of the container that the steps but the last lead to."""
        step, *rest = steps
        if self.is_open:
            return self
        if not rest:
            return edit(self, step)
        inner = self.inner(step)
        return self if inner is None else self.having(step, inner.edited(rest, edit))

    def having(self, step: str, shape: Shape) -> Shape:
        """Return a copy with `shape` where a step leads to."""
        if self.is_array and step not in self.members:
            return replace(self, element=shape)
        if len(self.members) >= MOST_MEMBERS and step not in self.members:
            return Shape()
        gone = self.gone
        if step in gone:
            gone = {name: why for name, why in gone.items() if name != step}
        return replace(self, members={**self.members, step: shape}, gone=gone)

    def emptied(self) -> Shape:
        """Return a copy as an array without elements."""
        return replace(self, element=None)

    def without(self, step: str, why: str) -> Shape:
        """Return a copy without a member, which `why` has removed."""
        members = {name: shape for name, shape in self.members.items() if name != step}
        gone = {**self.gone, step: why} if len(self.gone) < MOST_MEMBERS else self.gone
        return replace(self, members=members, gone=gone)


def of_schema(schema: Mapping[str, Any]) -> Shape:
    """Make the shape that the contract gives an answer, or a part of one."""
    named = schema.get("type", ())
    types = frozenset([named] if isinstance(named, str) else named)
    members = {name: of_schema(each) for name, each in schema.get("properties", {}).items()}
    element = of_schema(schema["items"]) if "items" in schema else None
    return Shape(types, members, element, "contentMediaType" in schema)


def of_value(value: Any) -> Shape:
    """Make the shape of a value that a scenario writes; a placeholder alone may become anything."""
    if isinstance(value, str) and is_whole(value):
        return Shape()
    types = frozenset([JSON_TYPES.get(type(value), "string")])
    if isinstance(value, Mapping):
        return Shape(types, {str(name): of_value(each) for name, each in value.items()})
    if isinstance(value, list):
        return Shape(types, element=union(map(of_value, value)))
    return Shape(types)


class _TooManyPairs(Exception):
    """Raised where two shapes have too many different parts to compare."""


def union(shapes: Iterable[Shape | None]) -> Shape | None:
    """Make the shape of whatever has one of these shapes; None where there are none."""
    made: Shape | None = None
    for each in shapes:
        try:
            made = _either(made, each, 0, iter(range(MOST_COMPARED)))
        except _TooManyPairs:
            return Shape()
    return made


def _either(one: Shape | None, other: Shape | None, depth: int, pairs: Iterator[int]) -> Shape | None:
    return other if one is None else one if other is None else _both(one, other, depth, pairs)


def _both(one: Shape, other: Shape, depth: int, pairs: Iterator[int]) -> Shape:
    """Unite two shapes. Raises _TooManyPairs where `pairs` has no more."""
    if one is other:
        return one
    if next(pairs, None) is None:
        raise _TooManyPairs
    if one.is_open or other.is_open or depth == DEEPEST_UNION:
        return Shape()
    members = {**one.members, **other.members}
    if len(members) > MOST_MEMBERS:
        return Shape()
    for name in [name for name in one.members if name in other.members]:
        members[name] = _both(one.members[name], other.members[name], depth + 1, pairs)
    element = _either(one.element, other.element, depth + 1, pairs)
    return Shape(one.types | other.types, members, element, one.holds_json and other.holds_json)
