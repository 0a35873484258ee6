"""A YAML file as plain values that remember where they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oifde_simulator.scenario.errors import Path, ScenarioError


class Node:
    """One value of a file and where it stands; as it is, a scalar."""

    __slots__ = ("mark", "text", "value")

    items: Mapping[str, Node] | Sequence[Node] = ()
    """What is inside it, by key or in order."""
    keys: Mapping[str, Node] = {}
    """Its keys themselves."""
    weight: int = 1
    """How many values it holds, aliases written out, itself included."""
    height: int = 0
    """How many collections stand inside one another in it, itself included."""

    def __init__(self, value: Any, mark: Any, text: str = "") -> None:
        """`value` is of JSON types only; `mark` is PyYAML's; `text` is a plain scalar as it is written."""
        self.value = value
        self.mark = mark
        self.text = text

    def copy(self, mark: Any) -> Node:
        """The same value, standing elsewhere."""
        return Node(self.value, mark, self.text)

    @property
    def line(self) -> int:
        """From 1."""
        return int(self.mark.line) + 1

    @property
    def column(self) -> int:
        """From 1."""
        return int(self.mark.column) + 1

    def at(self, path: Path) -> Node:
        """The node that a path from here leads to."""
        node = self
        for step in path:
            node = node.items[step]  # type: ignore[index]  # a path fits its own tree
        return node


class Collection(Node):
    """A mapping or a list; open until its end has been read, when `key` says which value comes next."""

    __slots__ = ("anchor", "height", "items", "key", "keys", "weight")

    def __init__(self, value: dict[str, Any] | list[Any], mark: Any, anchor: str | None = None) -> None:
        super().__init__(value, mark)
        self.items: Any = {} if isinstance(value, dict) else []
        self.keys: dict[str, Node] = {}
        self.weight = 1
        self.height = 1
        self.anchor = anchor
        self.key: str | None = None

    def copy(self, mark: Any) -> Collection:
        """The same value, shared, standing elsewhere."""
        other = Collection(self.value, mark)
        other.items, other.keys = self.items, self.keys
        other.weight, other.height = self.weight, self.height
        return other

    @property
    def wants_key(self) -> bool:
        """Whether the next scalar is a key."""
        return self.key is None and type(self.value) is dict

    def place(self, node: Node) -> None:
        """Take a finished value: the value of the key read last, or the next item."""
        if self.key is None:
            self.value.append(node.value)
            self.items.append(node)
        else:
            self.value[self.key] = node.value
            self.items[self.key] = node
            self.key = None
        self.weight += node.weight
        if node.height >= self.height:
            self.height = node.height + 1


@dataclass(frozen=True, slots=True)
class Tree:
    """A file as read: its root, and what was wrong in it that did not keep us from reading on."""

    root: Node
    errors: tuple[ScenarioError, ...]
    floats: tuple[tuple[Path, Node], ...]
    """The numbers written with a point or an exponent, and where they are."""


class _Nowhere:
    """The mark of what stands in no file."""

    line = column = -1


NOWHERE = _Nowhere()


def plain(value: Any) -> Tree:
    """A value of JSON types as a tree whose nodes stand nowhere: line and column are 0."""
    floats: list[tuple[Path, Node]] = []
    return Tree(_plain(value, (), floats), (), tuple(floats))


def _plain(value: Any, path: Path, floats: list[tuple[Path, Node]]) -> Node:
    if isinstance(value, dict | list):
        node = Collection({} if isinstance(value, dict) else [], NOWHERE)
        for step, each in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(step, str):
                node.key, node.keys[step] = step, Node(step, NOWHERE, step)
            node.place(_plain(each, (*path, step), floats))
        return node
    scalar = Node(value, NOWHERE, value if isinstance(value, str) else json.dumps(value))
    if type(value) is float:
        floats.append((path, scalar))
    return scalar
