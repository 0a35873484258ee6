"""Finds the slip behind a parser's complaint: a missing space, or a bracket inside a text without quotes.

A parser complains where it can go no further, which is often a line after the slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

import yaml

from oifde_simulator.scenario.yaml.parser import LOADER
from oifde_simulator.text import shown

QUOTES = ("'", '"')
MOST_QUOTED = 200
"""Characters of a text that are written out in quotes."""
LOOKED_AT = 20
"""Lines before a complaint among which its cause is looked for."""
DASH = re.compile(r"( *(?:- +)*)-(?![-\s#]|[0-9.])(.*)")
COLON = re.compile(r"( *(?:- +)*)([A-Za-z_][\w-]*):(?![\s:/]|$)(.*)")
KEY_ALONE = re.compile(r"( *+(?:- ++)*)([A-Za-z_][\w-]*+)(?: *+= *+| ++|$)((?:[^:= ][^:=]*+)?)")
KEY_BEFORE_TEXT = re.compile(r": +([A-Za-z_]\w*) *$")
KEY_WITHOUT_COLON = re.compile(r"([A-Za-z_]\w*) +")
"""A key before a bracket, without the colon between them."""
KEY_BEHIND_VALUE = re.compile(r"[\w\"'\]}] +([A-Za-z_]\w*)$")
SEPARATOR = re.compile(r"[,{\[]\s*|:\s+")
INDEX = re.compile(r"\[(\w+|\*)\]")
PLAIN_ENDS = re.compile(r", |,$|[\]}]|: |:$")
"""Ends of a text without quotes inside brackets, but for brackets that open."""
ENDS_VALUE = ("", *" \t\r\n\x85\u2028\u2029,:]}")
"""What may stand behind a closing quote."""
BRACKETS = {"[": "]", "{": "}"}
STAR = re.compile(r"( *(?:- +)*)\* +(.*)")
"""A line that begins with a star, as items of lists do in Markdown."""
PARENTHESIS = re.compile(r"(?:[\[,]|(?<![\w-])(?P<key>[\w-]+):) +(?P<inner>\( *[A-Za-z_][\w-]*)$")
"""A parenthesis and a key in it, up to the colon."""

TEXT = re.compile(r" *(?:- +)*([A-Za-z_][\w-]*): +(?=[^\s\"'\[{|>&*!#%@`])")
"""Beginning of a line with a key, up to its text without quotes."""
TEXTS = ("name", "description", "errorMsg", "body")
"""Keys whose values are texts; other texts are told by the spaces in them."""


class Slip(NamedTuple):
    """A slip, its place counted from 0, and its message."""

    line: int
    column: int
    message: str


def missing_space(lines: Sequence[str], line: int) -> Slip | None:
    """Find a dash or a colon without a space, in the lines up to a complaint, the nearest to it first."""
    for number in range(min(line, len(lines) - 1), max(-1, line - LOOKED_AT), -1):
        text = lines[number]
        if DASH.fullmatch(text):
            return _first_dash(lines, number)
        if found := COLON.fullmatch(text):
            fix = shown(f"{found[2]}: {found[3].strip()}")
            return Slip(number, len(found[1]), f'a space is missing after the ":"; write {fix}')
    return None


def _first_dash(lines: Sequence[str], line: int) -> Slip | None:
    """Find the first of the lines above one another that lack the space after a dash."""
    slip = None
    for number in range(line, -1, -1):
        found = DASH.fullmatch(lines[number])
        if found is None:
            break
        fix = shown(f"- {found[2].strip()}")
        slip = Slip(number, len(found[1]), f'a space is missing after "-"; write {fix}')
    return slip


def missing_dash_space(lines: Sequence[str], line: int) -> Slip | None:
    """Find a dash without a space at the place of a complaint."""
    return _first_dash(lines, line) if DASH.fullmatch(lines[line]) else None


def missing_colon(lines: Sequence[str], line: int) -> Slip | None:
    """Find a key without its colon at the beginning of a line: `every 3`, `every = 3`, `match`."""
    found = KEY_ALONE.fullmatch(lines[line]) if line < len(lines) else None
    if found is None:
        return None
    fix = shown(f"{found[2]}: {found[3].strip()}".strip())
    return Slip(line, len(found[1]), f'a ":" is missing after the key; write {fix}')


def missing_bracket(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a mapping in one line that is closed and was not opened: `respond: status: 503}`."""
    text = lines[line] if line < len(lines) else ""
    key = KEY_BEFORE_TEXT.search(text[:column])
    if key is None or not text.rstrip().endswith("}") or "{" in text:
        return None
    whole = f"{text[key.start(1) :].rstrip()}"
    return Slip(line, key.start(1), f'the "{{" is missing that "}}" closes; write {{{whole}')


def parentheses(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a mapping in parentheses: `respond: (status: 500)`; `column` is that of the colon in it."""
    text = lines[line] if line < len(lines) else ""
    begun = PARENTHESIS.search(text[:column])
    if begun is None or begun["key"] in TEXTS or ")" not in text[column:]:
        return None
    inner = text[begun.start("inner") + 1 :].partition(")")[0].strip()
    message = f"parentheses hold no keys in YAML, braces do: write {{{inner}}}"
    return Slip(line, begun.start("inner"), message)


def star_for_dash(lines: Sequence[str], line: int) -> Slip | None:
    """Find a star in the place of the dash of an item."""
    found = STAR.fullmatch(lines[line]) if line < len(lines) else None
    if found is None:
        return None
    fix = shown(f"- {found[2].strip()}")
    return Slip(line, len(found[1]), f'an item of a list begins with "-", not with "*"; write {fix}')


def colon_in_text(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a text without quotes in which a colon and a space stand: `name: late for a: slow`."""
    text = lines[line] if line < len(lines) else ""
    begin = TEXT.match(text)
    if begin is None or begin.end() > column:
        return None
    if begin[1] not in TEXTS and " " not in text[begin.end() : column].strip():
        return None
    whole = text[begin.end() :].partition(" #")[0].rstrip()
    fix = f"put the text in quotes: {shown(whole, MOST_QUOTED)}"
    return Slip(line, begin.end(), f"a colon and a space inside a text end it; {fix}")


def quote_over_lines(text: str, line: int, column: int) -> Slip | None:
    """Find a text in quotes that goes on over lines, and ends where another one was to begin.

    The complaint, at `line` and `column`, is then about what follows the quote at once.
    """
    for token in _tokens(text, line):
        begin, end = token.start_mark, token.end_mark
        if not isinstance(token, yaml.ScalarToken) or token.style not in QUOTES or begin.line == end.line:
            continue
        follows = text[end.index : end.index + 1]
        if (line, column) == (end.line, end.column) and follows not in ENDS_VALUE:
            closes = f"the quote that opens here is closed in line {end.line + 1}"
            return Slip(begin.line, begin.column, f"{closes} only; close it in its own line")
    return None


def _tokens(text: str, line: int) -> Iterator[yaml.Token]:
    """Yield the tokens up to the end of a line, as far as they are YAML's."""
    try:
        yield from takewhile(lambda token: token.start_mark.line <= line, yaml.scan(text, LOADER))
    except (yaml.YAMLError, ValueError, OverflowError):
        return


def bracket_in_text(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a text without quotes that goes on with a bracket, which ends it: `{path: /a[0]}`."""
    text = lines[line] if line < len(lines) else ""
    opening = text[column : column + 1]
    begin = _begin_of_text(text, column)
    if opening not in BRACKETS or not text[begin:column].strip():
        return None
    whole = text[begin : _end_of_text(text, column)]
    key = KEY_WITHOUT_COLON.fullmatch(text[begin:column])
    if key and text[:begin].rstrip()[-1:] in (",", "{"):
        return Slip(line, begin, f'a ":" is missing after the key; write {key[1]}: {opening}')
    fix = f"put the text in quotes: {shown(whole)}"
    if whole.startswith("/") and opening == "[":
        pointer = INDEX.sub(r"/\1", whole)
        fix = f"a JSON Pointer counts items with slashes: write {pointer}, or {fix}"
    message = f'inside {{}} and [] a "{opening}" ends a text that is not in quotes; {fix}'
    return Slip(line, begin, message)


def wrong_bracket(lines: Sequence[str], opened: tuple[int, int], line: int, column: int) -> Slip | None:
    """Find a closing bracket of the other kind than the one that is open."""
    opening = lines[opened[0]][opened[1] : opened[1] + 1] if opened[0] < len(lines) else ""
    closing = lines[line][column : column + 1] if line < len(lines) else ""
    wanted = BRACKETS.get(opening, "")
    if not wanted or closing not in BRACKETS.values() or closing == wanted:
        return None
    place = f"in line {opened[0] + 1}, column {opened[1] + 1}"
    return Slip(line, column, f'"{closing}" cannot close the "{opening}" {place}; write "{wanted}" before it')


def missing_comma(lines: Sequence[str], line: int, column: int) -> Slip | None:
    """Find a key that follows a value without a comma: `{name: a times: 2}`."""
    text = lines[line][:column] if line < len(lines) else ""
    key = KEY_BEHIND_VALUE.search(text)
    if key is None or not re.match(r":\s", lines[line][column:] + " "):
        return None
    return Slip(line, key.start(1), f'a comma is missing before "{key[1]}:"; write ", {key[1]}:"')


def _begin_of_text(text: str, column: int) -> int:
    """Find where the text without quotes begins that ends at `column`."""
    return max((found.end() for found in SEPARATOR.finditer(text[:column])), default=0)


def _end_of_text(text: str, column: int) -> int:
    """Find where the writer of a text with brackets in it wanted it to end."""
    depth = 0
    for place in range(column, len(text)):
        letter = text[place]
        if letter in BRACKETS:
            depth += 1
        elif letter in BRACKETS.values():
            if depth == 0:
                return place
            depth -= 1
        elif depth == 0 and PLAIN_ENDS.match(text, place):
            return place
    return len(text)
