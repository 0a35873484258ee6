"""Steps that a regular expression takes through a text: a matcher that goes back, as `re` does, and counts.

It reads what `re` has parsed, and knows the parts of which the expressions of redaction are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

SINGLE = (codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY)
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


class Walk:
    """One search of a text."""

    def __init__(self, expression: re.Pattern[Any], text: str) -> None:
        self.taken = 0
        self.text = text.lower() if expression.flags & re.IGNORECASE else text
        pattern = expression.pattern
        pattern = pattern.decode() if isinstance(pattern, bytes) else pattern
        self.parts = list(parser.parse(pattern, expression.flags))

    def search(self) -> int:
        """Every match one after another; the steps."""
        place = 0
        while place <= len(self.text):
            end = next(self.ends(self.parts, 0, place), place)
            place = max(end, place + 1)
        return self.taken

    def fullmatch(self) -> int:
        """Match the whole text from its beginning; the steps."""
        next((end for end in self.ends(self.parts, 0, 0) if end == len(self.text)), None)
        return self.taken

    def ends(self, parts: Sequence[Any], first: int, place: int) -> Iterator[int]:
        """Where these parts may end that begin at a place, in the order in which `re` tries them."""
        if first == len(parts):
            yield place
            return
        for end in self.part(parts[first], place):
            yield from self.ends(parts, first + 1, end)

    def part(self, part: Any, place: int) -> Iterator[int]:
        """Where one part may end."""
        self.taken += 1
        code, given = part
        if code in SINGLE:
            if place < len(self.text) and fits(part, self.text[place]):
                yield place + 1
        elif code in REPEATS:
            yield from self.repeat(code, *given, place)
        elif code is codes.SUBPATTERN:
            yield from self.ends(list(given[3]), 0, place)
        elif code is codes.BRANCH:
            for each in given[1]:
                yield from self.ends(list(each), 0, place)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from self.look(code is codes.ASSERT, *given, place)
        elif code is codes.AT:
            yield from [place] if self.at(given, place) else []
        else:
            raise NotImplementedError(code)

    def repeat(self, code: Any, least: int, most: Any, inner: Any, place: int) -> Iterator[int]:
        ends, items = [place], list(inner)
        most = len(self.text) + 1 if most is codes.MAXREPEAT else int(most)
        if len(items) == 1 and items[0][0] in SINGLE:
            if code is codes.MIN_REPEAT:
                yield from self.lazily(least, most, items[0], place)
                return
            while len(ends) <= most and (end := next(self.part(items[0], ends[-1]), None)) is not None:
                ends.append(end)
            found = ends[least:][::-1]
        else:
            found = list(self.nested(least, most, items, place))
        for end in found[:1] if code is codes.POSSESSIVE_REPEAT else found:
            self.taken += 1
            yield end

    def lazily(self, least: int, most: int, item: Any, place: int) -> Iterator[int]:
        for number in range(most + 1):
            if number >= least:
                yield place
            end = next(self.part(item, place), None)
            if end is None:
                return
            place = end

    def nested(self, least: int, most: int, items: Sequence[Any], place: int) -> Iterator[int]:
        if most > 0:
            for end in self.ends(items, 0, place):
                if end > place:
                    yield from self.nested(least - 1, most - 1, items, end)
        if least <= 0:
            yield place

    def look(self, wanted: bool, direction: int, inner: Any, place: int) -> Iterator[int]:
        begin = place if direction > 0 else place - inner.getwidth()[0]
        found = begin >= 0 and next(self.ends(list(inner), 0, begin), None) is not None
        if found is wanted:
            yield place

    def at(self, given: Any, place: int) -> bool:
        if given is codes.AT_BEGINNING_STRING:
            return place == 0
        if given in (codes.AT_END, codes.AT_END_STRING):
            return place == len(self.text)
        assert given is codes.AT_BOUNDARY
        before, after = self.text[place - 1 : place], self.text[place : place + 1]
        return bool(re.match(r"\w", before)) is not bool(re.match(r"\w", after))


KINDS = {
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_WORD: lambda each: each.isalnum() or each == "_",
}


def fits(part: Any, character: str) -> bool:
    """Whether a part of one character is this one."""
    code, given = part
    if code is codes.ANY:
        return character != "\n"
    if code is codes.IN:
        negated = given[0][0] is codes.NEGATE
        return any(fits(each, character) for each in given[negated:]) is not negated
    if code is codes.RANGE:
        return any(given[0] <= ord(each) <= given[1] for each in (character, character.upper()))
    if code is codes.CATEGORY:
        return bool(KINDS[given](character))
    return (chr(given).lower() == character) is (code is codes.LITERAL)


def steps_of_fullmatch(expression: re.Pattern[Any], text: str) -> int:
    """How many steps it takes to match a whole text, or to find that it does not match."""
    return Walk(expression, text).fullmatch()


def steps(expression: re.Pattern[Any], text: str) -> int:
    """How many steps it takes to find every match in a text."""
    return Walk(expression, text).search()
