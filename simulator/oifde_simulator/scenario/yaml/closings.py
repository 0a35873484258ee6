"""Finds brackets and quotes that are opened and not closed, and what stands where a comma is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from oifde_simulator.scenario.yaml.slips import BRACKETS, Slip
from oifde_simulator.text import shown

KEY_BEFORE_BRACKET = re.compile(r"(?<![\w-])([A-Za-z_][\w-]*):$")
PASSED_OVER = r""" "(?:[^"\\]|\\.)*" | (?<!\w)'(?:[^']|'')*' | (?:^|\s)\#.* """
"""A text in quotes, or a comment of YAML."""
TOKEN = re.compile(rf"{PASSED_OVER} | ([\[\]{{}}])", re.VERBOSE)
"""What is passed over, or a bracket."""
APOSTROPHE = re.compile(r"'((?:[^']|'')*)'$")
SEMICOLON = re.compile(r"; *([A-Za-z_][\w-]*)$")
TEXT_IN_BRACKETS = re.compile(r"[,{\[] *[A-Za-z_][\w-]*: +([^\s,{}\[\]\"'][^,{}\[\]\"']*)$")
"""A key in brackets and a text without quotes, up to a colon."""
TEXT_ENDS = re.compile(r"[,}\]]|$")
COMMENT = re.compile(r" *(//|/\*)")
KEY_FIRST = re.compile(r" *(?P<key>(?P<quote>[\"']?)(?P<name>[A-Za-z_][\w-]*)(?P=quote)) *(?=:)")
"""The key with which a line begins."""
COMMENT_INSIDE = re.compile(rf"""{PASSED_OVER} | (?:(?<=[\s,\[\]{{}}"'])|^)(//|/\*) """, re.VERBOSE)
"""What is passed over, or the beginning of a comment of another language."""
LONGEST = 2000
"""Characters of a line that is looked at."""
LOOKED_AT = 50
"""Lines below a bracket among which its end is looked for."""


def no_space_before_bracket(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a key whose colon is followed by a bracket or a quote at once: `match:{endpoint: gettoken}`."""
    text = lines[line] if line < len(lines) else ""
    for end in (column, column + 1):
        key = KEY_BEFORE_BRACKET.search(text[:end])
        if key and text[end : end + 1] in ("{", "[", '"', "'"):
            message = f'a space is missing after the ":"; write {key[1]}: {text[end]}'
            return Slip(line, key.start(1), message)
    return None


def unclosed_bracket(lines: Sequence[str], opened: tuple[int, int], line: int, column: int) -> Slip | None:
    """Find a bracket that is not closed in its line, where the complaint is about a later one or the end."""
    number, begin = opened
    text = lines[number] if number < len(lines) else ""
    ends = not any(each.strip() for each in lines[line : line + LOOKED_AT])
    missing = _missing(text[begin:LONGEST])
    if not missing or (line <= number and not ends):
        return None
    if not ends and _closes("\n".join(lines[number : line + LOOKED_AT])[begin : begin + LONGEST]):
        return _comma_above(lines, line, column)
    return Slip(number, begin, _unclosed(text, begin, missing, number + 1, 0 if ends else line + 1))


def _unclosed(text: str, begin: int, missing: str, number: int, next_line: int) -> str:
    """Explain a bracket in the line `number`; `next_line` is where something else begins, 0 for the end."""
    opening = text[begin]
    if text[begin + 1 :].strip():
        whole = _missing(text)
        closing = whole if whole.startswith(missing) else missing
        fix = f'write "{closing}" at the end of line {number}, or where it ends'
    else:  # what is in it stands on lines of its own
        where = f"before line {next_line}" if next_line else "at the end of the file"
        fix = f'write "{BRACKETS[opening]}" {where}'
    return f'the "{opening}" that opens here is never closed; {fix}'


def _comma_above(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a key with which a line in brackets begins, below a line that lacks its comma."""
    if not 0 < line < len(lines):
        return None
    key, above = KEY_FIRST.match(lines[line]), lines[line - 1].rstrip()
    if key is None or not key.start("key") <= column <= key.end() or not above or above[-1] in ",{[":
        return None
    return Slip(line - 1, len(above), f'a comma is missing here, before "{key["name"]}:" in the next line')


def _missing(text: str) -> str:
    """Write the brackets that would close what a text leaves open, the innermost first."""
    stack: list[str] = []
    for found in TOKEN.finditer(text):
        _follow(stack, found[1])
    return "".join(reversed(stack))


def _closes(text: str) -> bool:
    """Check that the bracket with which a text begins is closed in it."""
    stack: list[str] = []
    for found in TOKEN.finditer(text):
        _follow(stack, found[1])
        if not stack:
            return True
    return False


def _follow(stack: list[str], bracket: str | None) -> None:
    """Keep the closing brackets that are still wanted."""
    if bracket in BRACKETS:
        stack.append(BRACKETS[bracket])
    elif bracket and stack and stack[-1] == bracket:
        stack.pop()


def apostrophe(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a text in single quotes that an apostrophe ends: `'it's down'`."""
    text = lines[line] if line < len(lines) else ""
    begun = APOSTROPHE.search(text[:column]) if column <= LONGEST else None
    if begun is None or not text[column : column + 1].isalpha():
        return None
    rest = text[column:].partition("'")
    whole = f"{begun[1]}'{rest[0]}" if rest[1] else begun[1] + "'..."
    message = f"an apostrophe ends a text in single quotes; use double quotes: {shown(whole)}"
    return Slip(line, begun.start(), message)


def wrong_separator(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a semicolon between two keys in brackets, or a colon in a text without quotes."""
    text = lines[line] if line < len(lines) else ""
    if text[column : column + 1] != ":" or column > LONGEST:
        return None
    if key := SEMICOLON.search(text[:column]):
        return Slip(line, key.start(), f'";" separates nothing in YAML; write a comma: ", {key[1]}:"')
    if found := TEXT_IN_BRACKETS.search(text[:column]):
        end = TEXT_ENDS.search(text, column)
        whole = text[found.start(1) : end.start() if end else None].rstrip()
        message = f"a colon and a space inside a text end it; put the text in quotes: {shown(whole)}"
        return Slip(line, found.start(1), message)
    return None


def foreign_comment(lines: Sequence[str], line: int) -> Slip | None:
    """Find a line above a complaint, or the line itself, that begins a comment of another language."""
    for number in range(min(line, len(lines) - 1), max(-1, line - 2), -1):
        if found := COMMENT.match(lines[number]):
            return Slip(number, found.start(1), f'a comment begins with "#" in YAML, not with "{found[1]}"')
    return None


def comment_in_brackets(lines: Sequence[str], line: int) -> Slip | None:
    """Find a comment of another language in the line of a complaint about brackets, or in the one above."""
    for number in range(min(line, len(lines) - 1), max(-1, line - 2), -1):
        begun = (found for found in COMMENT_INSIDE.finditer(lines[number][:LONGEST]) if found[1])
        if found := next(begun, None):
            return Slip(number, found.start(1), f'a comment begins with "#" in YAML, not with "{found[1]}"')
    return None


def quoted_text(lines: Sequence[str], line: int, column: int) -> str:
    """Write the text that a quote opens, closed where the text likely ends."""
    text = lines[line][column:] if line < len(lines) else ""
    end = TEXT_ENDS.search(text, 1)
    inner = text[1 : end.start() if end else None].strip()
    return f"{text[:1]}{inner}{text[:1]}" if inner and len(inner) < 60 else ""
