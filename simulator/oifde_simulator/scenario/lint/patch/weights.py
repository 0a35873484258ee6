"""Weighs what the operations of a patch write, at the least: by the contract, and by what earlier ones wrote.

Rule: an array has one element where nothing else is known; of what may be meant, the smallest is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from oifde_simulator.quantities import size
from oifde_simulator.rules.copies import VALUE_BYTES, json_length, weight_of
from oifde_simulator.rules.pointer import STAR, split
from oifde_simulator.rules.templates.template import is_whole
from oifde_simulator.scenario.lint.patch.answers import answers
from oifde_simulator.scenario.lint.patch.effects import Step
from oifde_simulator.scenario.lint.patch.misfits import Misfit
from oifde_simulator.scenario.lint.patch.place_tree import Effort, PlaceTree, Steps
from oifde_simulator.scenario.lint.patch.shapes import Shape

TRANSFERS = ("move", "copy")
"""Operations that write a value of another place."""
LESSENING = ("remove", "move", "cut", "replace")
"""Operations after which less may stand in what was written."""
SHIFTS = ("add", "remove", "move", "copy")
"""Operations by which elements may come to another index."""
NAMING = ("add", "copy", "fill", "move")
"""Operations that may write a new member."""


class Weight(NamedTuple):
    """What one operation writes: bytes at each of its places."""

    places: int
    value: int
    """Bytes of the value, or of one repetition."""
    name: int = 0
    """Bytes of the name that a member gets, where the contract knows none of it."""
    is_new: bool = False
    """Whether the member was not there before."""

    @property
    def values(self) -> int:
        """Bytes of the values at all places."""
        return self.places * self.value

    @property
    def names(self) -> int:
        """Bytes of the new names at all places."""
        return self.places * self.name if self.is_new else 0


class Writings:
    """What the operations of one patch have written so far."""

    def __init__(self, rule: Mapping[str, Any], operations: Sequence[Mapping[str, Any]]) -> None:
        """`rule` says which answers the patch is about."""
        self._answers = answers(rule)
        effort = Effort(operations)
        self._written = PlaceTree(effort)
        """Bytes that are written at each place."""
        self._lengths = PlaceTree(effort)
        """Elements that each array has got beside one."""

    def weigh(self, operation: Mapping[str, Any]) -> Weight:
        """Weigh what an operation writes. Raises TooManySteps where the patch is too long to tell."""
        path = split(operation["path"])
        places, value = self._places(path), self._at_one(operation)
        if operation["op"] not in NAMING or not (name := self._name(path)):
            return Weight(places, value)
        return Weight(places, value, name, not self._written.may_have(path))

    def add(self, operation: Mapping[str, Any], weight: Weight) -> None:
        """Remember what an operation has written, `weight` as it was weighed before."""
        path = split(operation["path"])
        if operation["op"] == "repeat":
            self._lengths.add(path[:-1], operation["count"] - 1)
            path = (*path[:-1], STAR)
        else:
            self.forget(operation)
        self._written.add(path, weight.value, weight.name, opaque=_is_opaque(operation))

    def _at_one(self, operation: Mapping[str, Any]) -> int:
        match operation["op"]:
            case "fill":
                return size(operation["bytes"])
            case "repeat":
                return self._element(operation)
            case "copy":
                return self._inside(split(operation["from"]))
            case "move":
                return 0
        return weight_of(operation["value"])

    def _name(self, path: Steps) -> int:
        """Weigh the name of a member; 0 for an element, and where the contract has the member."""
        if path[-1] in (STAR, "-") or path[-1].isdecimal():
            return 0
        known = any(_has(answer.holder, path) for answer in self._answers)
        return 0 if known else json_length(path[-1])

    def _element(self, operation: Mapping[str, Any]) -> int:
        """Weigh an element by the contract, and by what is written into it; 0 where no answer has it."""
        weights = [weight for answer in self._answers if (weight := _weight(Step(answer, operation, "")))]
        return (min(weights) if weights else 0) + self._inside(split(operation["path"]))

    def _inside(self, place: Steps) -> int:
        """Weigh what is written at a place and below it."""
        found = self._written.inside(place)
        return sum(each * self._places(path, len(place)) for path, each in found)

    def _places(self, path: Steps, first: int = 0) -> int:
        """Count the places of a path, from the step `first` on."""
        if STAR not in path[first:]:
            return 1
        number, beside = 1, 0
        added = [*zip(path, self._lengths.along(path), strict=False)]
        for step, (everywhere, at_one) in reversed(added[first:]):
            if step == STAR:  # one of the arrays may be longer, so it has all that follows once more
                beside += at_one * (number + beside)
                number *= 1 + everywhere
        return number + beside

    def forget(self, operation: Mapping[str, Any]) -> None:
        """Forget what an operation may take away, or move to another index."""
        for key in ("path", "from") if operation["op"] == "move" else ("path",):
            place = split(operation[key])
            if operation["op"] in SHIFTS and (place[-1] in (STAR, "-") or place[-1].isdecimal()):
                place = place[:-1]
            self._lengths.forget(place, around=False)
            self._written.forget(place, around=operation["op"] in LESSENING)


def _is_opaque(operation: Mapping[str, Any]) -> bool:
    """Check whether members that no operation names may stand in what an operation writes."""
    value = operation.get("value")
    whole = isinstance(value, str) and is_whole(value)
    return operation["op"] in TRANSFERS or whole or (isinstance(value, dict | list) and bool(value))


def _has(shape: Shape | None, path: Steps) -> bool:
    """Check that the contract knows of a place."""
    for step in path:
        shape = shape.inner(step) if shape else None
    return shape is not None


def _weight(step: Step) -> int:
    """Weigh an element by the members that the contract names; 0 where the answer has none."""
    try:
        shape = step.resolve("path")
    except Misfit:
        return 0
    return VALUE_BYTES * (1 + len(shape.members)) + sum(map(len, shape.members))
