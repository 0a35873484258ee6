"""Makes nodes of the scalars of a file, and tells those that YAML readers understand differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oifde_simulator.scenario.yaml import confusables
from oifde_simulator.scenario.yaml.confusables import Confusable
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.scenario.yaml.scalars import resolve
from oifde_simulator.text import KeyPath, shown

Report = Callable[[int, int, str], None]
"""Function that takes a mistake: its line and column, from 1, and a message."""
TEXTS: tuple[KeyPath, ...] = (("name",), ("description",), ("id",), ("secret",), ("is",), ("becomes",))
"""Ends of the paths of values that are always texts."""
TEXT_TAG = "tag:yaml.org,2002:str"
"""Tag of a text; the only one that is allowed."""


class ScalarNodes:
    """Makes nodes of the scalars of one file."""

    def __init__(self, text: str, path: Callable[[], KeyPath], report: Report) -> None:
        """Take the whole text of the file; `path` tells that of the place that is being read."""
        self._text = text
        self._has_next_lines = NEXT_LINE in text
        self._path = path
        self._report = report

    def read(self, event: Any, is_key: bool) -> Node:
        """Make the node of a scalar's event."""
        start = event.start_mark
        if self._has_next_lines and NEXT_LINE in self._text[start.index : event.end_mark.index]:
            self._add(start, NEXT_LINE_LOST)
        if event.style or event.tag:  # in quotes, in a block, or with a tag
            return self._written_as_text(event)
        return self._plain_key(event.value, start) if is_key else self._plain_value(event.value, start)

    def _written_as_text(self, event: Any) -> Node:
        if event.tag and event.tag != TEXT_TAG:
            self._add(event.start_mark, tag_refused(event.tag))
        text = event.value
        if not text.isascii():
            if any("\ud800" <= c <= "\udfff" for c in text):
                self._add(event.start_mark, SURROGATE)
                text = ""
            elif event.style in ("'", '"'):
                raw = self._text[event.start_mark.index : event.end_mark.index]
                text = self._meant(text, event.start_mark, confusables.in_quoted(raw, text), 1)
        return Node(text, event.start_mark)

    def _plain_value(self, text: str, mark: Any) -> Node:
        if not text.isascii():
            text = self._meant(text, mark, confusables.in_value(text))
        value, mistake = resolve(text)
        if mistake and value in (True, False) and self._path()[-1:] in TEXTS:
            mistake = f"{text} without quotes is a switch in YAML 1.1; put it in quotes: {shown(text)}"
        if text[-1:] == '"' and text.count('"') == 1 and " " not in text:
            mistake = LONE_QUOTE
        node = Node(value, mark, text)
        if mistake:
            self._add(mark, mistake)
        return node

    def _plain_key(self, text: str, mark: Any) -> Node:
        """Read a plain key, which is text; one that YAML could read as another type is an error."""
        if not text.isascii():
            text = self._meant(text, mark, confusables.in_key(text))
        value, mistake = resolve(text)
        if text == "<<":
            self._add(mark, MERGE)
        elif mistake or value is not text:
            fix = f"put it in quotes: {shown(text)}" if text else "write its name"
            self._add(mark, f"a key must be text, found {text or 'no key'}; {fix}")
        return Node(text, mark, text)

    def _meant(self, text: str, mark: Any, found: Confusable | None, quote: int = 0) -> str:
        """Report a character that stands for another, and return the text that is meant."""
        if found is None:
            return text
        index = mark.index + quote + found.index
        inside = self._text[index : index + 1] == found.character  # a text of several lines is folded
        column = mark.column + (quote + found.index if inside else 0)
        self._report(mark.line + 1, column + 1, found.message)
        return found.meant

    def _add(self, mark: Any, message: str) -> None:
        self._report(mark.line + 1, mark.column + 1, message)


def tag_refused(tag: str) -> str:
    """Explain that a tag is not allowed."""
    name = shown(tag.replace("tag:yaml.org,2002:", "!!"))
    return f"explicit tag {name}; remove it, or put the text in quotes"


NEXT_LINE = "\x85"
NEXT_LINE_LOST = (
    "U+0085 NEXT LINE in this text is a line break in YAML 1.1 and a character in YAML 1.2; "
    'remove it, or write "\\u0085" in double quotes'
)
MERGE = 'merge key "<<", which YAML 1.2 does not know; write the keys out'
LONE_QUOTE = (
    "a quote closes the text here, and none opens it; write one before the text, or none behind it; "
    "for the character itself put the text in single quotes"
)
SURROGATE = "half of a surrogate pair, which is no character; write the character itself"
