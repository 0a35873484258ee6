"""Finds the column that a line with a wrong indentation was meant to begin in.

A parser says only that the line does not fit. Which columns fit is read from the lines above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from oifde_simulator.scenario.yaml.slips import Slip
from oifde_simulator.text import counted, shown

LOOKED_AT = 500
"""Lines above a complaint among which its levels are looked for."""
LINE = re.compile(r"(?P<dashes> *(?:- +)*)(?P<text>.*)")
BLOCK_TEXT = re.compile(r".*[:-] +[|>][-+0-9]{0,2} *(?:#.*)?")
"""A line below which a text goes on while lines are indented."""
KEY = re.compile(r"""(?P<key>[\w.-]+|"[\w.-]+"|'[\w.-]+'):(?: |$)""")


class Level(NamedTuple):
    """A column in which the keys of a mapping, or the dashes of a list, begin. All counts are from 0."""

    column: int
    is_list: bool
    key: str
    """Its key nearest to the complaint; empty for a list."""
    line: int
    """Line of that key, or of the nearest dash."""


def misplaced(lines: Sequence[str], line: int) -> Slip | None:
    """Explain why a line fits nowhere by its indentation; None where it is no key and no item."""
    text = lines[line] if line < len(lines) else ""
    column = len(text) - len(text.lstrip(" "))
    levels = _levels(lines, line)
    if text[column:].startswith("- "):
        message = _item(column, levels)
    else:
        message = _key(column, levels) if KEY.match(text, column) else ""
    return Slip(line, column, message) if message else None


def value_above(lines: Sequence[str], line: int) -> Slip | None:
    """Find a line that is indented under one that has its value already."""
    before = range(min(line, len(lines)) - 1, -1, -1)
    above = next((number for number in before if _is_content(lines[number])), -1)
    if above < 0 or line >= len(lines):
        return None
    (column, text, dashed), (own, key, _) = _begin(lines[above]), _begin(lines[line])
    if (
        own <= column
        or not KEY.match(key)
        or not (found := KEY.match(text))
        or not text[found.end() :].strip()
    ):
        return None
    item = "" if dashed or own != column + 2 else ', or write "- " before that one, for an item of a list'
    message = (
        f"this line is indented under {shown(text.strip())} in line {above + 1}, "
        f"which has its value already: begin both in one column{item}"
    )
    return Slip(line, own, message)


def left_of_text(lines: Sequence[str], line: int) -> Slip | None:
    """Find a line that is indented less than the lines above it, which are a text below `|` or `>`."""
    own = _column(lines[line]) if line < len(lines) else 0
    first = None
    for number in range(min(line, len(lines)) - 1, max(-1, line - LOOKED_AT), -1):
        text = lines[number]
        if first is not None and BLOCK_TEXT.fullmatch(text) and _column(text) < first:
            message = (
                f"this line is indented less than the text of {shown(text.strip())} in line {number + 1}: "
                f"{_indent(first)} if it belongs to it"
            )
            return Slip(line, own, message)
        if text.strip():
            first = _column(text)
            if first <= own:
                return None
    return None


def _column(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _begin(line: str) -> tuple[int, str, bool]:
    """Part a line: the column of its text, the text, and whether dashes stand before it."""
    found = LINE.fullmatch(line)
    dashes = found["dashes"] if found else ""
    return len(dashes), line[len(dashes) :], "-" in dashes


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _levels(lines: Sequence[str], line: int) -> list[Level]:
    """List the levels that are open above a line, the innermost first."""
    levels: list[Level] = []
    inner = 10**9
    for number in range(min(line, len(lines)) - 1, max(-1, line - LOOKED_AT), -1):
        if inner == 0 or not _is_content(lines[number]):
            continue
        begun = list(_begun(lines[number], number))
        if begun and begun[0].column < inner and BLOCK_TEXT.fullmatch(lines[number]):
            levels.clear()  # they are lines of its text
            inner = 10**9
        for level in begun:
            if level.column < inner:
                levels.append(level)
                inner = level.column
    return levels


def _begun(line: str, number: int) -> Iterator[Level]:
    """Yield the levels that a line begins or goes on with, the innermost first."""
    column, text, _ = _begin(line)
    if found := KEY.match(text):
        yield Level(column, False, found["key"].strip("\"'"), number)
    for dash in reversed([place for place in range(column) if line[place] == "-"]):
        yield Level(dash, True, "", number)


def _item(column: int, levels: Sequence[Level]) -> str:
    """Explain an item of a list that fits nowhere."""
    lists = [each.column for each in levels if each.is_list]
    if column in lists:
        return ""
    if lists:
        wanted = min(lists, key=lambda each: abs(each - column))
        begins = f"this item begins in column {column + 1}, the items above it in column {wanted + 1}"
        return f"{begins}: {_indent(wanted)}"
    undashed = [each for each in levels if each.column >= column]
    if not undashed:
        return ""
    return (
        'an item of a list begins here, and the keys above it stand in none: is the "- " missing '
        f"before the first key in column {undashed[-1].column + 1}?"
    )


def _key(column: int, levels: Sequence[Level]) -> str:
    """Explain a key that fits nowhere."""
    keys = [each for each in levels if not each.is_list]
    if any(each.is_list and each.column == column for each in levels):
        inside = [each for each in keys if each.column > column]
        return _beside_dashes(column, inside[-1]) if inside else ""
    if not keys or any(each.column == column for each in keys):
        return ""
    distance = min(abs(each.column - column) for each in keys)
    near = sorted(each for each in keys if abs(each.column - column) == distance)
    named = " or ".join(
        f"in column {each.column + 1} ({shown(each.key)} in line {each.line + 1})" for each in near
    )
    begins = f"this line begins in column {column + 1}, the keys above it {named}"
    if len(near) > 1:
        return f"{begins}: indent it by {near[0].column} or {near[-1].column} spaces"
    return f"{begins}: {_indent(near[0].column)}"


def _beside_dashes(column: int, keys: Level) -> str:
    return (
        f'this line begins in column {column + 1}, where the "- " above it stands, the keys of the item '
        f'in column {keys.column + 1}: {_indent(keys.column)}, or write "- " before it for a new item'
    )


def _indent(column: int) -> str:
    return f"indent it by {counted(column, 'space')}" if column else "do not indent it"
