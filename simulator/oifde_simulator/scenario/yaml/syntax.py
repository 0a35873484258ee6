"""Decodes a file and parses it into YAML events, up to the first place that is no YAML.

Only PyYAML's events are used: its loaders would build values (dates, Python objects, values that contain
themselves), and libyaml's composer overflows the stack on deep nesting.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml

from oifde_simulator.scenario.yaml.messages import explanation
from oifde_simulator.scenario.yaml.parser import BREAK, LOADER
from oifde_simulator.utf8 import NotUtf8, decoded

LARGEST_FILE = 16 * 2**20
"""Size of the largest scenario file in bytes."""

BINARY = (
    (b"\x1f\x8b", "compressed by gzip"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xfd7zXZ", "compressed by xz"),
    (b"BZh", "compressed by bzip2"),
    (b"\x28\xb5\x2f\xfd", "compressed by Zstandard"),
    (b"\x89PNG", "a picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database of SQLite"),
)
"""Beginnings of files that are no text, and what they are."""

UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
"""PyYAML's pattern of characters that cannot be printed; to compile one of our own takes 5 ms."""


class NotYaml(Exception):
    """A place at which a file is no YAML. Line and column count from 0."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


def decode(source: bytes) -> str:
    """Decode a file as UTF-8. Raises NotYaml for other bytes, unprintable characters and large files."""
    if len(source) > LARGEST_FILE:
        raise NotYaml(
            0, 0, f"the file is larger than {LARGEST_FILE >> 20} MiB; split it into several scenarios"
        )
    if kind := next((kind for mark, kind in BINARY if source.startswith(mark)), ""):
        raise NotYaml(0, 0, f"the file is {kind}, not text; expected a scenario, which is YAML or JSON")
    try:
        text = decoded(source)
    except NotUtf8 as error:
        raise _not_utf8(source, error) from None
    if found := UNPRINTABLE.search(text):
        line, column = _place(text[: found.start()])
        raise NotYaml(line, column, _unprintable(found[0]))
    return text


def _not_utf8(source: bytes, error: NotUtf8) -> NotYaml:
    if error.start is None:
        return NotYaml(0, 0, f"the file is {error.encoding}; save it as UTF-8")
    line, column = _place(source[: error.start].decode("utf-8-sig"))
    message = f"the byte 0x{source[error.start]:02x} is not UTF-8; save the file as UTF-8{error.guess}"
    return NotYaml(line, column, message)


def _unprintable(character: str) -> str:
    return (
        f"the character U+{ord(character):04X} cannot be printed; remove it, "
        f'or write "\\u{ord(character):04x}" in double quotes'
    )


def _place(before: str) -> tuple[int, int]:
    lines = BREAK.split(before)
    return len(lines) - 1, len(lines[-1])


class TooDeep(Exception):
    """The parser reached its own limit of nesting, before it gave the events up to there."""

    def __init__(self, index: int) -> None:
        """Take the index of the character that opened one level too many."""
        super().__init__(index)
        self.index = index


def events(text: str, loader: Any = None) -> Iterator[Any]:
    """Yield the events of a YAML stream. Raises NotYaml at the first place that is no YAML."""
    given = 0
    try:
        for event in _events(text, loader or LOADER):
            given += 1
            yield event
    except TooDeep as deep:
        # libyaml reads up to 1,024 characters ahead, and from 0.2.6 on refuses deep nesting while it does so.
        # Yield the events before that place all the same: the caller has its own bound and a better message.
        yield from islice(_events(text[: deep.index], loader or LOADER), given, None)


def _events(text: str, loader: Any) -> Iterator[Any]:
    parser = loader(text)
    try:
        yield from iter(parser.get_event, None)
    except yaml.MarkedYAMLError as error:
        if "maximum nesting depth" in (error.problem or "") and error.problem_mark:
            raise TooDeep(error.problem_mark.index) from None
        raise NotYaml(*explanation(error, text)) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # An escape beyond Unicode and an endless version number make the Python parser raise ValueError.
        mark = parser.get_mark() if hasattr(parser, "get_mark") else None
        line, column = (mark.line, mark.column) if mark else (0, 0)
        raise NotYaml(line, column, "an escape or a number that YAML does not know") from None
    finally:
        parser.dispose()
