"""A YAML file as plain values that keep their place in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.scenario.errors import ScenarioError
from oifde_simulator.text import KeyPath


class Node:
    """One value of a file and its place. This class holds scalars, `Collection` the others."""

    __slots__ = ("mark", "text", "value")

    items: Mapping[str, Node] | Sequence[Node] = ()
    """Nodes inside this one, by key or in order."""
    keys: Mapping[str, Node] = {}
    """Nodes of the keys of a mapping, by key."""
    weight: int = 1
    """Number of values in this one, itself included and aliases written out."""
    height: int = 0
    """Number of collections inside one another, this one included."""

    def __init__(self, value: Any, mark: Any, text: str = "") -> None:
        """Take a value of JSON types, PyYAML's mark of its place, and a plain scalar's text as written."""
        self.value = value
        self.mark = mark
        self.text = text

    def copy(self, mark: Any) -> Node:
        """Return the same value at another place."""
        return Node(self.value, mark, self.text)

    @property
    def line(self) -> int:
        """Line in the file, from 1."""
        return int(self.mark.line) + 1

    @property
    def column(self) -> int:
        """Column in the line, from 1."""
        return int(self.mark.column) + 1

    def at(self, path: KeyPath) -> Node:
        """Return the node that a path from here leads to."""
        node = self
        for step in path:
            node = node.items[step]  # type: ignore[index]  # a path fits its own tree
        return node

    def nearest(self, path: KeyPath) -> Node:
        """Return the node that a path from here leads to, or the last one on the way."""
        node = self
        for step in path:
            try:
                node = node.items[step]  # type: ignore[index]  # a path that does not fit ends here
            except (LookupError, TypeError):
                break
        return node


class Collection(Node):
    """A mapping or a list. While it is open, `key` is the key whose value comes next."""

    __slots__ = ("anchor", "height", "items", "key", "keys", "weight")

    def __init__(self, value: dict[str, Any] | list[Any], mark: Any, anchor: str | None = None) -> None:
        """Open an empty collection; `anchor` is the name by which aliases refer to it."""
        super().__init__(value, mark)
        self.items: Any = {} if isinstance(value, dict) else []
        self.keys: dict[str, Node] = {}
        self.weight = 1
        self.height = 1
        self.anchor = anchor
        self.key: str | None = None

    def copy(self, mark: Any) -> Collection:
        """Return the same value, shared, at another place."""
        other = Collection(self.value, mark)
        other.items, other.keys = self.items, self.keys
        other.weight, other.height = self.weight, self.height
        return other

    @property
    def wants_key(self) -> bool:
        """True if the next scalar is a key."""
        return self.key is None and type(self.value) is dict

    def place(self, node: Node) -> None:
        """Add a finished value: under the key read last, or as the next item."""
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
    """A file as read."""

    root: Node
    errors: tuple[ScenarioError, ...]
    """Mistakes in single values; the reader went on after each."""
