"""Bytes to text to YAML events, up to where a file ceases to be YAML.

Only events are asked of PyYAML: its loaders would build values (dates, Python objects, values
that contain themselves) and libyaml's composer overflows the stack on deep nesting.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml

from oifde_simulator.scenario.yaml.messages import BREAK, complaint

LARGEST_FILE = 16 * 2**20
"""Bytes that a scenario file may have."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it, else the slow one in Python."""

UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
"""PyYAML's own pattern: compiling its like again would cost a start 5 ms."""
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class NotYaml(Exception):
    """Why reading cannot go on; line and column count from 0."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message


def decode(source: bytes) -> str:
    """The text of a file. Raises NotYaml for what is not printable UTF-8 of a sane size."""
    if len(source) > LARGEST_FILE:
        raise NotYaml(
            0, 0, f"the file is larger than {LARGEST_FILE >> 20} MiB; split it into several scenarios"
        )
    if source.startswith(UTF16) or b"\0" in source[:2]:
        raise NotYaml(0, 0, "the file is UTF-16; save it as UTF-8")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(error.object, error.start) from None
    if found := UNPRINTABLE.search(text):
        line, column = _place(text[: found.start()])
        raise NotYaml(line, column, _unprintable(found[0]))
    return text


def _not_utf8(decoded: bytes, start: int) -> NotYaml:
    line, column = _place(decoded[:start].decode("utf-8-sig"))
    return NotYaml(line, column, f"the byte 0x{decoded[start]:02x} is not UTF-8; save the file as UTF-8")


def _unprintable(character: str) -> str:
    return (
        f"the character U+{ord(character):04X} cannot be printed; remove it, "
        f'or write "\\u{ord(character):04x}" in double quotes'
    )


def _place(before: str) -> tuple[int, int]:
    lines = BREAK.split(before)
    return len(lines) - 1, len(lines[-1])


class TooDeep(Exception):
    """The parser's own limit of nesting was passed before the caller could see it coming."""

    def __init__(self, index: int) -> None:
        """`index` is that of the character which was one level too many."""
        super().__init__(index)
        self.index = index


def events(text: str, loader: Any = None) -> Iterator[Any]:
    """The events of a YAML stream, one after another. Raises NotYaml where it ceases to be YAML."""
    given = 0
    try:
        for event in _events(text, loader or LOADER):
            given += 1
            yield event
    except TooDeep as deep:
        # libyaml reads up to 1,024 characters ahead and from 0.2.6 on bounds nesting while it does so: the
        # levels that it has read belong to the caller, who has a bound of its own and a better message.
        yield from islice(_events(text[: deep.index], loader or LOADER), given, None)


def _events(text: str, loader: Any) -> Iterator[Any]:
    parser = loader(text)
    try:
        yield from iter(parser.get_event, None)
    except yaml.MarkedYAMLError as error:
        if "maximum nesting depth" in (error.problem or "") and error.problem_mark:
            raise TooDeep(error.problem_mark.index) from None
        raise NotYaml(*complaint(error, text)) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # An escape beyond Unicode and an endless version number make the Python parser raise ValueError.
        mark = parser.get_mark() if hasattr(parser, "get_mark") else None
        line, column = (mark.line, mark.column) if mark else (0, 0)
        raise NotYaml(line, column, "an escape or a number that YAML does not know") from None
    finally:
        parser.dispose()
