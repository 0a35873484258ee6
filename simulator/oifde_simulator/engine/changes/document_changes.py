"""What was changed between two JSON documents, by pointer: same changes in several elements are told once.

An element that the patch names by its index is told by it, any other one as `*`.

Rule: pure and without recursion, since documents may be nested deeply.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

import orjson

from oifde_simulator.model.exchange import Exchange
from oifde_simulator.rules.answers.patch import Operation, Patch
from oifde_simulator.rules.pointer import STAR
from oifde_simulator.rules.rule import Rule

How = Literal["added", "removed", "replaced"]
ABSENT: Any = object()
"""Stands for a value that is not there."""
Steps = tuple[str | int, ...]
"""Way to a value: names of members, and indexes of elements."""
Pointer = tuple[str, ...]
"""Steps of a JSON Pointer as the patch writes it, from the root on."""
END = "-"
"""Step of a pointer behind the last element (RFC 6901, section 4)."""


class Change(NamedTuple):
    """One change, in so many places."""

    path: str
    """JSON pointer (RFC 6901); `*` stands for elements of an array that the patch does not name."""
    how: How
    times: int
    before: Any
    """Value in the first of the places; ABSENT where it was added."""
    after: Any
    """Value in the first of the places; ABSENT where it was removed."""

    def as_json(self) -> dict[str, Any]:
        """Write the change for machines."""
        return {name: value for name, value in self._asdict().items() if value is not ABSENT}


def patch_changes(rule: Rule, exchange: Exchange) -> tuple[Change, ...]:
    """List what a rule with a patch has changed; nothing for rules that send other answers."""
    before, after = exchange.honest.response.body, exchange.response.body
    operations = _operations(rule, exchange)
    if before == after or not operations:
        return ()
    if not (isinstance(before, bytes) and isinstance(after, bytes)):
        return ()
    pointers = [
        each.settings[name][1:] for each in operations for name in ("path", "from") if name in each.settings
    ]
    try:
        return tuple(changes(orjson.loads(before), orjson.loads(after), pointers))
    except orjson.JSONDecodeError:
        return ()


def _operations(rule: Rule, exchange: Exchange) -> list[Operation]:
    """List the operations of the outcomes that may have been drawn, which are those with its faults."""
    drawn = exchange.faults_of(rule.name)
    return [
        operation
        for action, _ in rule.actions
        if tuple(fault.fault_name for fault in action.faults) == drawn
        for each in action.reshapes
        if isinstance(each, Patch)
        for operation in each.operations
    ]


def changes(before: Any, after: Any, pointers: Sequence[Pointer] = ()) -> list[Change]:
    """List the changes from one document to another, in the order of the documents.

    `pointers` are those of the patch; elements that they name are told by their indexes.
    """
    found: dict[tuple[str, How], Change] = {}
    for steps, old, new in _differences(before, after):
        path = _written(steps, pointers)
        how: How = "added" if old is ABSENT else "removed" if new is ABSENT else "replaced"
        known = found.get((path, how))
        change = Change(path, how, 1, old, new) if known is None else known._replace(times=known.times + 1)
        found[path, how] = change
    return list(found.values())


def _written(steps: Steps, pointers: Sequence[Pointer]) -> str:
    """Write the way to a change as the pointer that leads to it, or around it, names its elements."""
    pointer = next((each for each in pointers if _leads_to(each, steps)), ())
    named = {place for place, each in enumerate(pointer) if each != STAR}
    return "".join(
        f"/{step(each) if isinstance(each, str) else each if place in named else STAR}"
        for place, each in enumerate(steps)
    )


def _leads_to(pointer: Pointer, steps: Steps) -> bool:
    return len(pointer) <= len(steps) and all(
        one == str(other) or (isinstance(other, int) and one in (STAR, END))
        for one, other in zip(pointer, steps, strict=False)
    )


def _differences(before: Any, after: Any) -> Iterator[tuple[Steps, Any, Any]]:
    pairs: list[tuple[Steps, Any, Any]] = [((), before, after)]
    while pairs:
        steps, old, new = pairs.pop()
        inner: list[tuple[Steps, Any, Any]]
        if type(old) is dict and type(new) is dict:
            names = dict.fromkeys((*old, *new))
            inner = [((*steps, name), old.get(name, ABSENT), new.get(name, ABSENT)) for name in names]
        elif type(old) is list and type(new) is list:
            inner = [((*steps, index), one, other) for index, one, other in _elements(old, new)]
        else:
            if old is ABSENT or new is ABSENT or type(old) is not type(new) or old != new:
                yield steps, old, new
            continue
        pairs.extend(reversed(inner))


def _elements(old: list[Any], new: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Pair the elements of two lists; where some were put in or left out, those at both ends stay pairs."""
    begin, end, shorter = 0, 0, min(len(old), len(new))
    if len(old) != len(new):
        while begin < shorter and old[begin] == new[begin]:
            begin += 1
        while end < shorter - begin and old[-1 - end] == new[-1 - end]:
            end += 1
    middle = zip_longest(old[begin : len(old) - end], new[begin : len(new) - end], fillvalue=ABSENT)
    yield from ((place, one, other) for place, (one, other) in enumerate(middle, begin))


def step(name: str) -> str:
    """Write a name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
