"""Weighs what the operations of a patch write, at the least: by the contract, and by what earlier ones wrote.

Rule: an array has one element where nothing else is known; of what may be meant, the smallest is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.quantities import size
from oifde_simulator.rules.copies import VALUE_BYTES, weight_of
from oifde_simulator.rules.pointer import STAR, split
from oifde_simulator.scenario.lint.patch.answers import answers
from oifde_simulator.scenario.lint.patch.effects import Step
from oifde_simulator.scenario.lint.patch.misfits import Misfit

Steps = Sequence[str]
MOVES = ("move",)
"""Operations that take a value away from another place."""
LESSENING = ("remove", "move", "cut", "replace")
"""Operations after which less may stand in what was written."""
SHIFTS = ("add", "remove", "move", "copy")
"""Operations by which elements may come to another index."""


class Writings:
    """What the operations of one patch have written so far."""

    def __init__(self, rule: Mapping[str, Any]) -> None:
        """`rule` says which answers the patch is about."""
        self._answers = answers(rule)
        self._written: list[tuple[Steps, int]] = []
        """Places, and the bytes written at each."""
        self._lengths: list[tuple[Steps, int]] = []
        """Arrays, and the elements that each has got beside one."""

    def weight(self, operation: Mapping[str, Any]) -> int:
        """Weigh what an operation writes: at all of its places, and of a `repeat` for each repetition."""
        path = split(operation["path"])
        return self._places(path) * self._at_one(operation)

    def add(self, operation: Mapping[str, Any], weight: int) -> None:
        """Remember what an operation has written, `weight` as it was weighed before."""
        path = split(operation["path"])
        each = weight // self._places(path)
        if operation["op"] != "repeat":
            self.forget(operation)
        if operation["op"] == "repeat":
            self._lengths.append((path[:-1], operation["count"] - 1))
            path = (*path[:-1], STAR)
        self._written.append((path, each))

    def _at_one(self, operation: Mapping[str, Any]) -> int:
        match operation["op"]:
            case "fill":
                return size(operation["bytes"])
            case "repeat":
                return self._element(operation)
            case "copy":
                return self._inside(split(operation["from"]))
        return weight_of(operation["value"])

    def _element(self, operation: Mapping[str, Any]) -> int:
        """Weigh an element by the contract, and by what is written into it; 0 where no answer has it."""
        weights = [weight for answer in self._answers if (weight := _weight(Step(answer, operation, "")))]
        return (min(weights) if weights else 0) + self._inside(split(operation["path"]))

    def _inside(self, place: Steps) -> int:
        """Weigh what is written at a place and below it."""
        return sum(
            each * self._places(path, len(place))
            for path, each in self._written
            if len(path) >= len(place) and all(map(_covers, path, place))
        )

    def _places(self, path: Steps, first: int = 0) -> int:
        """Count the places of a path, from the step `first` on."""
        number, beside = 1, 0
        for depth in range(first, len(path)):
            if path[depth] == STAR:
                everywhere, at_one = self._added(path[:depth])
                number *= 1 + everywhere
                beside += at_one * self._places(path, depth + 1) if at_one else 0
        return number + beside

    def _added(self, array: Steps) -> tuple[int, int]:
        """Count the elements that arrays at a path have got: at each place of it, and at one of several."""
        everywhere = at_one = 0
        for path, more in self._lengths:
            if len(path) == len(array) and all(map(_covers, path, array)):
                everywhere += more
            elif len(path) == len(array) and all(map(_meets, path, array)):
                at_one += more
        return everywhere, at_one

    def forget(self, operation: Mapping[str, Any]) -> None:
        """Forget what an operation may take away, or move to another index."""
        for key in ("path", "from") if operation["op"] in MOVES else ("path",):
            place = split(operation[key])
            if operation["op"] in SHIFTS and (place[-1] in (STAR, "-") or place[-1].isdecimal()):
                place = place[:-1]
            self._forget(place, around=operation["op"] in LESSENING)

    def _forget(self, place: Steps, *, around: bool) -> None:
        """Forget what lies at a place or below it; with `around` also what is written there as a whole."""
        self._lengths = [each for each in self._lengths if not _is_below(each[0], place)]
        self._written = [
            each
            for each in self._written
            if not (_is_below(each[0], place) or (around and _is_below(place, each[0])))
        ]


def _covers(one: str, other: str) -> bool:
    """Check that a step stands for all that another one does."""
    return one in (other, STAR)


def _meets(one: str, other: str) -> bool:
    """Check that two steps may stand for the same."""
    return one == other or STAR in (one, other)


def _is_below(inner: Steps, outer: Steps) -> bool:
    """Check that a place may be another one, or lie in it."""
    return len(inner) >= len(outer) and all(map(_meets, inner, outer))


def _weight(step: Step) -> int:
    """Weigh an element by the members that the contract names; 0 where the answer has none."""
    try:
        shape = step.resolve("path")
    except Misfit:
        return 0
    return VALUE_BYTES * (1 + len(shape.members)) + sum(map(len, shape.members))
