"""Amounts at the places of an answer, found along the steps of a pointer.

Rule: each place that is looked at takes a step, and the steps of one patch are limited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.rules.pointer import STAR

Steps = Sequence[str]
STEPS_OF_PATCH = 3_000
"""Steps that each patch may take."""
STEPS_OF_POINTER = 20
"""Steps that a patch may take beside, for each step of its pointers."""


class TooManySteps(Exception):
    """Raised where a patch has taken all its steps."""


class Effort:
    """Steps that one patch may still take."""

    def __init__(self, operations: Iterable[Mapping[str, Any]]) -> None:
        """Allow more steps to a patch with more `operations`, and to longer pointers."""
        pointers = (each.get(key, "") for each in operations for key in ("path", "from"))
        self.left = STEPS_OF_PATCH + STEPS_OF_POINTER * sum(each.count("/") for each in pointers)

    def take(self, steps: int) -> None:
        """Take so many steps. Raises TooManySteps where there are fewer."""
        self.left -= steps
        if self.left < 0:
            raise TooManySteps


@dataclass(slots=True)
class Node:
    """One place, and the places in it."""

    place: Steps = ()
    """Steps from the root; empty where nothing was added."""
    amount: int = 0
    name: int = 0
    """Bytes of the name of a member that the patch has made."""
    opaque: bool = False
    """Whether members with any name may stand here."""
    children: dict[str, Node] = field(default_factory=dict)

    def matching(self, step: str) -> list[Node]:
        """List the children that may be the same as `step`."""
        if step == STAR:
            return [*self.children.values()]
        return [self.children[name] for name in (step, STAR) if name in self.children]

    def covering(self, step: str) -> list[Node]:
        """List the children that stand for all that `step` does."""
        return [self.children[name] for name in {step: 0, STAR: 0} if name in self.children]


class PlaceTree:
    """Amounts by place; a place may have `*` among its steps."""

    def __init__(self, effort: Effort) -> None:
        self._root = Node()
        self._effort = effort

    def add(self, place: Steps, amount: int, name: int = 0, *, opaque: bool = False) -> None:
        """Add an amount at a place."""
        self._effort.take(len(place))
        node = self._root
        for step in place:
            node = node.children.setdefault(step, Node())
        node.place = place
        node.amount += amount
        node.name += name
        node.opaque |= opaque

    def along(self, place: Steps) -> Iterator[tuple[int, int]]:
        """Sum up the amounts at the place before each step: there in any case, and there perhaps.

        Ends where no place can follow.
        """
        sure, perhaps = [self._root], list[Node]()
        for step in place:
            if not (sure or perhaps):
                return
            yield sum(node.amount for node in sure), sum(node.amount for node in perhaps)
            perhaps = [inner for node in perhaps for inner in node.matching(step)]
            if step == STAR:
                others = (node.children.items() for node in sure)
                perhaps += [inner for items in others for name, inner in items if name != STAR]
            sure = [inner for node in sure for inner in node.covering(step)]
            self._effort.take(1 + len(sure) + len(perhaps))

    def inside(self, place: Steps) -> Iterator[tuple[Steps, int]]:
        """List the amounts at a place and below it, and the names below it, each with its own place."""
        level = [self._root]
        for step in place:
            level = [inner for node in level for inner in node.covering(step)]
            self._effort.take(1 + len(level))
        yield from ((node.place, node.amount) for node in level if node.amount)
        while level:
            inner = [*level.pop().children.values()]
            self._effort.take(1 + len(inner))
            yield from ((node.place, total) for node in inner if (total := node.amount + node.name))
            level += inner

    def may_have(self, place: Steps) -> bool:
        """Check whether the patch may have made a place: by itself, or as a part of another one."""
        level = [self._root]
        for step in place:
            level = [inner for node in level for inner in node.matching(step)]
            self._effort.take(1 + len(level))
            if not level or any(node.opaque for node in level):
                return bool(level)
        return True

    def forget(self, place: Steps, *, around: bool) -> None:
        """Forget what lies at a place or below it; with `around` also amounts of what it lies in."""
        level = [self._root]
        for step in place[:-1]:
            level = [inner for node in level for inner in node.matching(step)]
            self._effort.take(1 + len(level))
            for node in level if around else ():
                node.amount = 0
        for node in level:
            gone = [*node.children] if place[-1] == STAR else [place[-1], STAR]
            for name in gone:
                node.children.pop(name, None)
