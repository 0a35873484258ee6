"""Says what is wrong in a regular expression that was refused, and at which character.

Rule: the engine decides; this only explains, so it may be wrong about an expression that is good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from oifde_simulator.text import shown

PART = re.compile(
    r"""\\(?:[pPuxkg]\{[^}]*\}|.)?       # an escape, perhaps with more in braces
    | \[(?:\^?\]?(?:[^\]\\]|\\.)*\])?    # a class, or a bracket that is never closed
    | \((?:\?.)?                         # a group; what follows "(?" is its kind
    | \{[0-9]+(?:,[0-9]*)?\}             # a number of repetitions
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
RANGE = re.compile(r"(?<=[\[\w])(\w)-(\w)")
REPEATS = "*+?"
LONGEST = 10_000
"""Characters of an expression that are looked at."""
PYTHON: tuple[tuple[str, str], ...] = (
    ("bad escape", "an escape that is not known; for the character itself leave the backslash out"),
    ("group|subpattern|<|extension", "a group that is not understood; write (...) or (?:...)"),
    ("repeat", "a repetition of nothing"),
    ("range", "a range from high to low"),
)
"""Words of Python's `re`, and ours."""


def regex_mistake(expression: str) -> str:
    """Explain a refused expression: the mistake, its character counted from 1, and the fix."""
    where, words = next(_mistakes(expression[:LONGEST]), None) or _by_python(expression[:LONGEST])
    place = f" at character {where + 1}" if where >= 0 else ""
    return f"{shown(expression)} is no valid regex:{place} {words}"


def _mistakes(text: str) -> Iterator[tuple[int, str]]:
    """Yield mistakes: the index of the character, and what is wrong there."""
    groups: list[int] = []
    begins = True
    for found in PART.finditer(text):
        part, at = found[0], found.start()
        if part[0] == "(":
            groups.append(at)
        elif part == ")" and not groups:
            yield at, r'")" closes nothing; remove it, or write "\)" for the character'
        elif part == ")":
            groups.pop()
        else:
            yield from _part_mistakes(part, at, begins=begins)
        begins = part[0] in "(|" or (part == "^" and begins)
    for at in groups:
        yield at, r'"(" is never closed; write ")" after it, or "\(" for the character'


def _part_mistakes(part: str, at: int, *, begins: bool) -> Iterator[tuple[int, str]]:
    """Yield the mistakes of one part; `begins` where nothing is before it that could be repeated."""
    if part == "\\":
        yield at, r'a "\" ends it; write "\\" for the character'
    elif part == "[":
        yield at, r'"[" is never closed; write "]" after it, or "\[" for the character'
    elif part[0] == "[":
        yield from _ranges(part, at)
    elif part[0] == "{":
        yield from _bounds(part, at, begins=begins)
    elif part in REPEATS and begins:
        yield at, rf'"{part}" repeats nothing; write what before it, or "\{part}" for the character'


def _bounds(part: str, at: int, *, begins: bool) -> Iterator[tuple[int, str]]:
    least, _, most = part.strip("{}").partition(",")
    if part == "{":
        yield at, r'"{" is never closed, or holds no number; write {3} or {1,3}, or "\{" for the character'
    elif most and int(most) < int(least):
        yield at, f"{part} has its bounds the wrong way round; write {{{most},{least}}}"
    elif begins:
        yield at, f"{part} repeats nothing; write what before it"


def _ranges(text: str, at: int) -> Iterator[tuple[int, str]]:
    for found in RANGE.finditer(text):
        if found[1] > found[2]:
            yield at + found.start(), f"{found[0]} is a range from high to low; write {found[2]}-{found[1]}"


def _by_python(text: str) -> tuple[int, str]:
    try:
        re.compile(text)
    except re.error as error:
        words = next((ours for theirs, ours in PYTHON if re.search(theirs, error.msg)), "not understood")
        return -1 if error.pos is None else error.pos, words
    except (OverflowError, RecursionError):
        return -1, "too large; write a simpler one"
    return -1, "too large when compiled, or no syntax of JSON Schema (ECMA-262); write a simpler one"
