"""What the operations of a patch do to the shape of an answer.

Rule: an operation returns another shape, or raises Misfit where the answer has no place for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.rules.pointer import INDEX, STAR, split
from oifde_simulator.scenario.lint.patch import shapes
from oifde_simulator.scenario.lint.patch.answers import Answer
from oifde_simulator.scenario.lint.patch.misfits import (
    Misfit,
    joined,
    kind,
    no_step,
    place_name,
    written_otherwise,
)
from oifde_simulator.scenario.lint.patch.shapes import Shape
from oifde_simulator.text import shown

STRING = Shape(frozenset(["string"]))


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on one answer."""

    answer: Answer
    given: Mapping[str, Any]
    label: str
    """Place in the patch, for messages."""

    def resolve(self, key: str, most: int | None = None) -> Shape:
        """Find the shape at `path` or `from`, or at its first `most` steps."""
        steps = split(self.given[key])
        shape = self.answer.holder
        for depth, step in enumerate(steps[:most]):
            found = shape.inner(step) if _may_be_step(shape, step) else None
            if found is None:
                raise self._misfit(key, shape, steps, depth)
            shape = found
        return shape

    def _misfit(self, key: str, shape: Shape, steps: Sequence[str], depth: int) -> Misfit:
        if message := written_otherwise(shape, steps, depth):
            return Misfit.saying(key, depth, message, notation=True)
        return Misfit(key, depth, lambda: no_step(self.answer, shape, steps, depth))

    def written(self, value: Shape) -> Shape:
        """Write a member or insert an element at `path`, whose container must be there."""
        steps = split(self.given["path"])
        container = self.resolve("path", -1)
        if not _has_room(container, steps):
            raise self._misfit("path", container, steps, len(steps) - 1)
        return self.answer.holder.edited(steps, lambda shape, step: _having(shape, step, value, steps))

    def replaced(self, value: Shape) -> Shape:
        """Put another value in the place of one."""
        self.resolve("path")
        steps = split(self.given["path"])
        return self.answer.holder.edited(steps, lambda shape, step: _having(shape, step, value, steps))


def _may_be_step(shape: Shape, step: str) -> bool:
    return shape.is_open or step in shape.members or not shape.is_array or bool(_is_index(step))


def _is_index(step: str) -> bool:
    return step == STAR or INDEX.fullmatch(step) is not None


def _has_room(shape: Shape, steps: Sequence[str]) -> bool:
    """Check that something can be written at the last step."""
    step = steps[-1]
    if shape.is_open or (shape.is_array and (step == "-" or _is_index(step))):
        return True
    return shape.is_object and step != STAR and not written_otherwise(shape, steps, len(steps) - 1)


def _having(shape: Shape, step: str, value: Shape, steps: Sequence[str]) -> Shape:
    """Write a value into a container; where an index leads to it, its other forms stay known."""
    if shape.is_array and step not in shape.members and (step == "-" or _is_index(step)):
        return shape.having(step, shapes.union((shape.element, value)) or value)
    certain = not any(map(INDEX.fullmatch, steps[:-1]))
    return shape.having(step, value if certain else shapes.union((shape.members.get(step), value)) or value)


def _removed(holder: Shape, pointer: str, label: str) -> Shape:
    """Remove what a pointer leads to; where an index leads to it, it stays known."""
    steps = split(pointer)
    if any(map(INDEX.fullmatch, steps)):
        return holder

    def edit(shape: Shape, step: str) -> Shape:
        return shape.emptied() if step == STAR else shape.without(step, label)

    return holder.edited(steps, edit)


def _add(step: Step) -> Shape:
    return step.written(shapes.of_value(step.given["value"]))


def _remove(step: Step) -> Shape:
    step.resolve("path")
    return _removed(step.answer.holder, step.given["path"], step.label)


def _replace(step: Step) -> Shape:
    return step.replaced(shapes.of_value(step.given["value"]))


def _move(step: Step) -> Shape:
    source, target = split(step.given["from"]), split(step.given["path"])
    value = step.resolve("from")
    if source == target:
        return step.answer.holder
    if target[: len(source)] == source:
        raise Misfit.saying("path", len(source), "lies inside from; a value cannot move into itself")
    written = step.written(value)
    certain = not any(map(INDEX.fullmatch, target))
    return _removed(written, step.given["from"], step.label) if certain and len(target) > 1 else written


def _copy(step: Step) -> Shape:
    return step.written(step.resolve("from"))


def _test(step: Step) -> Shape:
    found, wanted = step.resolve("path"), shapes.of_value(step.given["value"])
    numbers = frozenset(["integer", "number"])
    types = wanted.types | (numbers if wanted.types & numbers else frozenset())
    # A record of a scenario may have null in any field.
    if not (found.is_open or wanted.is_open) and "null" not in types and not types & found.types:
        where = place_name(step.answer, split(step.given["path"]))
        message = f"never holds: {where} is {kind(found)}, and value is {shown(step.given['value'])}"
        raise Misfit.saying("value", len(split(step.given["path"])), message)
    return step.answer.holder


def _fill(step: Step) -> Shape:
    return step.replaced(STRING)


def _cut(step: Step) -> Shape:
    _require(step, "a string", {"string"})
    return step.replaced(STRING)


def _repeat(step: Step) -> Shape:
    steps = split(step.given["path"])
    step.resolve("path")
    holder = step.resolve("path", -1)
    if not (holder.is_open or holder.is_array) or len(steps) == 1:
        whole = step.resolve("path").is_array and len(steps) > 1
        found = f"is an array; write {joined((*steps, '0'))}" if whole else "is none"
        message = f"repeat needs an element of an array, and {place_name(step.answer, steps)} {found}"
        raise Misfit.saying("path", len(steps), message)
    return step.answer.holder


def _scale(step: Step) -> Shape:
    _require(step, "a number", {"integer", "number"})
    return step.answer.holder


def _require(step: Step, words: str, types: set[str]) -> None:
    """Raise Misfit where `path` leads to something else than these types."""
    found, steps = step.resolve("path"), split(step.given["path"])
    if not found.is_open and types.isdisjoint(found.types):
        where = place_name(step.answer, steps)
        message = f"{step.given['op']} needs {words}, and {where} is {kind(found)}"
        raise Misfit.saying("path", len(steps), message)


EFFECTS: Mapping[str, Callable[[Step], Shape]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
    "fill": _fill,
    "cut": _cut,
    "repeat": _repeat,
    "scale": _scale,
}
"""What each operation does to the shape of an answer."""
