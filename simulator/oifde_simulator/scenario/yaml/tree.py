"""Reads YAML into a tree of plain values that keep their places in the file.

The tree is built from the parser's events, with bounds on its depth and on the values and texts that aliases
stand for, so that no file can harm the process. A text that YAML readers understand differently is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from oifde_simulator.scenario.errors import NotAScenario, ScenarioError, ScenarioErrors
from oifde_simulator.scenario.files import foreign
from oifde_simulator.scenario.yaml import confusables, decimals
from oifde_simulator.scenario.yaml.mistakes import Mistakes
from oifde_simulator.scenario.yaml.node import Collection, Node, Tree
from oifde_simulator.scenario.yaml.parser import BREAK
from oifde_simulator.scenario.yaml.scalar_nodes import ScalarNodes, tag_refused
from oifde_simulator.scenario.yaml.syntax import NotYaml, decode, events
from oifde_simulator.text import KeyPath, shown

DEEPEST = 64
"""Levels of lists and mappings inside one another."""
MOST_COPIES = 200_000
"""Values for which all aliases of a file together may stand."""
MOST_COPIED_BYTES = 64 << 20
"""Bytes of the texts for which all aliases of a file together may stand."""


def read(source: bytes, origin: str, loader: Any = None) -> Tree:
    """Read one YAML document. Raises ScenarioErrors if the rest of the file cannot be read.

    `origin` is the file's name in messages. `loader` is the PyYAML class with the parser to use, by default
    the fastest; tests compare several.
    """
    reader = _Reader(origin)
    try:
        return reader.read(decode(source), loader)
    except NotYaml as error:
        error = reader.confused(error)
        if kind := reader.foreign_kind():
            raise NotAScenario([ScenarioError(origin, 1, 1, (), foreign.message(kind))]) from None
        path = reader.path_at(error.line)
        found = ScenarioError(origin, error.line + 1, error.column + 1, path, error.message)
        earlier = [
            each for each in reader.mistakes.told() if (each.line, each.column) != (found.line, found.column)
        ]
        raise ScenarioErrors([*earlier, found]) from None


class _Reader:
    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.text = ""
        self.mistakes = Mistakes()
        self.open: list[Collection] = []
        self.anchors: dict[str, Node] = {}
        self.copies = 0
        self.copied_bytes = 0
        self.undashed: Collection | None = None
        """Item of a list in which a further item may begin without its dash."""
        self.root: Node | None = None
        self.skips = False
        """True before the empty value of a key that is the end of a number."""
        self.readings: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.MappingStartEvent: lambda event: self.begin(event, {}),
            yaml.SequenceStartEvent: lambda event: self.begin(event, []),
            yaml.MappingEndEvent: self.end,
            yaml.SequenceEndEvent: self.end,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
        }

    def read(self, text: str, loader: Any) -> Tree:
        self.text = text
        self.scalars = ScalarNodes(text, self.path, self.report)
        for event in events(text, loader):
            if reading := self.readings.get(type(event)):
                reading(event)
        if self.root is None:
            raise NotYaml(0, 0, EMPTY)
        return Tree(self.root, tuple(self.mistakes.told()))

    def foreign_kind(self) -> str:
        """Name the kind of the file by what was read of it; empty for a scenario and for what is unknown."""
        top = self.root or (self.open[0] if self.open else None)
        return foreign.kind_by_keys(top.keys) if top else ""

    def confused(self, error: NotYaml) -> NotYaml:
        """Explain a parser's error by a character that stands for another, in its line or the one above."""
        lines = BREAK.split(self.text)[: error.line + 1]
        if ended := confusables.line_end(self.text, error.line):
            return NotYaml(ended[0], len(lines[ended[0]]), ended[1].message)
        for number in range(len(lines) - 1, max(-1, len(lines) - 3), -1):
            if not lines[number].isascii() and (found := confusables.in_line(lines[number])):
                return NotYaml(number, found.index, found.message)
        return error

    def path(self) -> KeyPath:
        """Return the path to the place that is being read."""
        inside = (level for level in self.open if not level.wants_key)
        return tuple(len(level.items) if level.key is None else level.key for level in inside)

    def path_at(self, line: int) -> KeyPath:
        """Return the path to the place at which the reading stopped.

        A line without a dash begins no item of a list: there it is the path of the item above it.
        """
        path = self.path()
        level = self.open[-1] if self.open else None
        if level is None or not isinstance(level.value, list) or not level.items:
            return path
        is_block = self.text[level.mark.index : level.mark.index + 1] == "-"
        text = BREAK.split(self.text)[line : line + 1]
        if is_block and text and not text[0].lstrip().startswith("-"):
            return (*path[:-1], len(level.items) - 1)
        return path

    def document(self, event: Any) -> None:
        if self.root is not None:
            raise _at(event.start_mark, SECOND_DOCUMENT)

    def begin(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        if self._wants_key():
            raise _at(event.start_mark, COMPLEX_KEY)
        if len(self.open) >= DEEPEST:
            raise _at(event.start_mark, TOO_DEEP)
        if event.tag:
            self.add_error(event.start_mark, tag_refused(event.tag))
        self.open.append(Collection(value, event.start_mark, event.anchor))

    def end(self, _event: Any) -> None:
        closed = self.open.pop()
        self._place(closed, closed.anchor)

    def scalar(self, event: Any) -> None:
        if self.skips:
            self.skips = False
            return
        if not event.style and event.value[:1].isdigit() and self._is_end_of_number(event):
            return
        self._place(self.scalars.read(event, self._wants_key()), event.anchor)

    def _is_end_of_number(self, event: Any) -> bool:
        """Report a number that a decimal comma has taken apart, and read it as one."""
        level = self.open[-1] if self.open else None
        if level is None or level.key is not None:
            return False
        split = decimals.split(self.text, event, level)
        if split is None:
            return False
        split.rejoin()
        self.skips = level.wants_key
        path = self.path()[: None if level.wants_key else -1]
        place = (split.whole.line, split.whole.column)
        self.mistakes.add(ScenarioError(self.origin, *place, (*path, *split.inside), split.message))
        return True

    def alias(self, event: Any) -> None:
        node = self._named(event.anchor, event.start_mark)
        self.copies += node.weight
        if self.copies > MOST_COPIES:
            raise _at(event.start_mark, TOO_MANY)
        self.copied_bytes += _text_bytes(node.value)
        if self.copied_bytes > MOST_COPIED_BYTES:
            raise _at(event.start_mark, TOO_LONG)
        if len(self.open) + node.height > DEEPEST:
            raise _at(event.start_mark, TOO_DEEP)
        self._place(node.copy(event.start_mark), None)

    def add_error(self, mark: Any, message: str) -> None:
        self.report(mark.line + 1, mark.column + 1, message)

    def report(self, line: int, column: int, message: str) -> None:
        self.mistakes.add(ScenarioError(self.origin, line, column, self.path(), message))

    def _wants_key(self) -> bool:
        return bool(self.open) and self.open[-1].wants_key

    def _place(self, node: Node, anchor: str | None) -> None:
        """Put a finished node in its place: root, key, value of a key, or item of a list."""
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
        elif (level := self.open[-1]).wants_key:
            self._key(level, node)
        else:
            level.place(node)

    def _key(self, level: Collection, node: Node) -> None:
        if not isinstance(node.value, str):
            raise _at(node.mark, COMPLEX_KEY)
        if (first := level.keys.get(node.value)) and level is not self.undashed:
            self.add_error(node.mark, self._duplicate(level, node.value, first))
        level.keys[node.value] = node
        level.key = node.value

    def _duplicate(self, level: Collection, key: str, first: Node) -> str:
        """Explain a key that comes twice; the first key of an item, in a later line, may begin a new one."""
        message = f"duplicate key {shown(key)}; the first is on line {first.line}: keep one"
        is_item = len(self.open) > 1 and isinstance(self.open[-2].value, list)
        if not is_item or key != next(iter(level.keys)) or self.text[level.mark.index] == "{":
            return message
        self.undashed = level  # its other keys come twice for the same reason
        item = "rule" if self.open[-2] is self.root_rules() else "item"
        return f'{message}; or is the "- " of a new {item} missing?'

    def root_rules(self) -> Collection | None:
        """Return the list of rules, while it is being read."""
        return self.open[1] if self.open[0].key == "rules" and len(self.open) > 1 else None

    def _named(self, name: str, mark: Any) -> Node:
        if any(level.anchor == name for level in self.open):
            raise _at(mark, f"*{name} {CONTAINS_ITSELF}")
        if name not in self.anchors:
            quoted = shown(f"*{name}")
            raise _at(mark, f"*{name} names no anchor above; for text put it in quotes: {quoted}")
        return self.anchors[name]


EMPTY = "the file is empty; write at least one key, such as: description: My scenario"
SECOND_DOCUMENT = 'a second document begins here; a file is one scenario: remove the "---" or split it'
TOO_DEEP = f"more than {DEEPEST} lists and mappings inside one another; write it flatter"
TOO_MANY = f"aliases stand for more than {MOST_COPIES} values here; write fewer of them"
TOO_LONG = (
    f"aliases stand for more than {MOST_COPIED_BYTES >> 20} MiB of text here; write fewer, or a shorter text"
)
CONTAINS_ITSELF = "stands inside what it names, a value that contains itself; write the value out"
COMPLEX_KEY = 'a list or mapping used as a key; keys are text: put text that begins with "{" or "[" in quotes'


def _at(mark: Any, message: str) -> NotYaml:
    return NotYaml(mark.line, mark.column, message)


def _text_bytes(value: Any) -> int:
    """Measure the texts of a value and its keys, as they are in UTF-8."""
    size, level = 0, [value]
    while level:
        each = level.pop()
        if isinstance(each, dict):
            level += [*each, *each.values()]
        elif isinstance(each, list):
            level += each
        elif isinstance(each, str):
            size += len(each) if each.isascii() else len(each.encode())
    return size
