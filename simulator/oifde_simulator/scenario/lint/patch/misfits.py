"""Words for a pointer that leads to nothing: what stands there, and what was likely meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from oifde_simulator.rules.pointer import INDEX, STAR
from oifde_simulator.scenario.lint.patch.answers import Answer, owners
from oifde_simulator.scenario.lint.patch.shapes import Shape
from oifde_simulator.text import did_you_mean, shown

WORDS: Mapping[str, str] = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
"""JSON types in words, in the order in which messages name them."""
BRACKETS = re.compile(r"([^[]*)\[(\*|[0-9]+)\]")
"""Element as JSONPath and most languages write it."""
DEEPEST_SEARCH = 6
"""Steps down to which a misplaced name is looked for."""


Words = tuple[str, bool]
"""A message, and whether it has a fix; one without can only list what is known."""


class Misfit(Exception):
    """Raised where a pointer leads to nothing in an answer."""

    def __init__(self, key: str, depth: int, words: Callable[[], Words], *, notation: bool = False) -> None:
        """Take the message as a function: most answers of a rule need none."""
        super().__init__()
        self.key = key
        """`path`, `from` or `value`."""
        self.depth = depth
        """Number of steps that lead to something."""
        self.words = words
        self.notation = notation
        """True where the pointer is written in the form of another notation."""

    @classmethod
    def saying(cls, key: str, depth: int, message: str, *, notation: bool = False) -> Misfit:
        """Make one with a message that is known."""
        return cls(key, depth, lambda: (message, True), notation=notation)


def joined(steps: Sequence[str]) -> str:
    """Write steps as a pointer."""
    return "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)


def place_name(answer: Answer, steps: Sequence[str]) -> str:
    """Name the place that steps lead to."""
    return joined(steps) if len(steps) > 1 else answer.owner


def kind(shape: Shape) -> str:
    """Name what may stand at a place."""
    return " or ".join(words for name, words in WORDS.items() if name in shape.types)


def no_step(answer: Answer, shape: Shape, steps: Sequence[str], depth: int) -> Words:
    """Say why the step at `depth` leads to nothing in `shape`; and whether the message has a fix."""
    step, where = steps[depth], place_name(answer, steps[:depth])
    if step == STAR and not shape.is_array:
        return f"* stands for each element of an array, and {where} is {kind(shape)}", True
    if shape.is_array and not shape.is_object:
        return _no_index(shape, steps, depth, where), True
    if shape.holds_json:
        return f"{where} is a string that holds JSON text; a pointer does not look into it", True
    if not shape.is_object:
        return f"{where} is {kind(shape)}, which has no {shown(step)}", True
    if step in shape.gone:
        return f"{where} has no {shown(step)} any more: {shape.gone[step]} takes it away", True
    hint = _near(answer, shape, steps, depth)
    return f"{where} has no {shown(step)}{hint or known_here(shape.members)}", bool(hint)


def written_otherwise(shape: Shape, steps: Sequence[str], depth: int) -> str:
    """Explain a step in the form of another notation; empty where it is none."""
    step = steps[depth]
    if (found := BRACKETS.match(step)) and (not found[1] or found[1] in shape.members):
        meant = BRACKETS.sub(r"\1/\2", joined(steps)).replace("//", "/")
        return f"a JSON Pointer writes an element as a step of its own: {meant}"
    if list(steps) == ["", ""]:
        return 'the pointer to the whole answer is "", without a slash'
    if not step and depth:
        return "a step is empty; remove the slash at the end, or the second of two slashes"
    return ""


def _no_index(shape: Shape, steps: Sequence[str], depth: int, where: str) -> str:
    """Explain a step into an array that is no index, or that finds it empty."""
    step = steps[depth]
    if step == STAR or INDEX.fullmatch(step):
        return f"{where} is an empty array"
    if step == "-":
        return 'the step "-" is after the last element, where only add, move and copy can write'
    if step.isdecimal():
        return f"an index has no zero before it; write {int(step)}"
    if step.removeprefix("-").isdecimal():
        return f"an index is never negative: 0 is the first element of {where}, * is each"
    fix = ", such as " + joined([*steps[:depth], STAR, *steps[depth:]])
    inner = shape.element is not None and step in shape.element.members
    return f"{where} is an array; write an index, or * for each element{fix if inner else ''}"


def _near(answer: Answer, shape: Shape, steps: Sequence[str], depth: int) -> str:
    """Guess which member was meant: one beside, one elsewhere in the answer, or one of another operation."""
    step = steps[depth]
    if near := did_you_mean(step, shape.members):
        return near
    if elsewhere := next(_found(answer.holder.members[""], step, [""]), ""):
        return f"; did you mean {elsewhere}?"
    others = owners(step) if depth == 1 else []
    return f"; it is a field of {others[0]}{known_here(shape.members)}" if others else ""


def _found(shape: Shape, name: str, steps: Sequence[str]) -> Iterator[str]:
    """Find the pointers to members called `name`."""
    if len(steps) > DEEPEST_SEARCH:
        return
    if name in shape.members:
        yield joined([*steps, name])
    for member, inner in shape.members.items():
        yield from _found(inner, name, [*steps, member])
    if shape.element is not None:
        yield from _found(shape.element, name, [*steps, STAR])


def known_here(names: Sequence[str] | Mapping[str, object]) -> str:
    """Write the end of a message that lists what is known."""
    return f"; known here: {', '.join(names)}" if names else "; it is empty"
