"""Reads numbers and quantities as people mistype them: letters for digits, other units, a decimal comma.

Rule: a spelling is only suggested where it fits; what is read is never used for the scenario.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LETTERS = {"O": "0", "o": "0", "\u041e": "0", "\u043e": "0", "l": "1", "I": "1", "S": "5", "B": "8"}
"""Letters that look like digits, and those digits. The second pair is Cyrillic."""
NUMBER = re.compile(rf"[-+]?[0-9{''.join(LETTERS)}]+(?:[.,][0-9{''.join(LETTERS)}]+)?")
UNITS: tuple[tuple[str, str], ...] = (
    *((word, "ms") for word in ("ms", "msec", "msecs", "millis", "millisecond", "milliseconds")),
    *((word, "s") for word in ("s", "sec", "secs", "second", "seconds")),
    *((word, "m") for word in ("m", "min", "mins", "minute", "minutes")),
    *((word, "h") for word in ("h", "hr", "hrs", "hour", "hours")),
    *((word, "%") for word in ("%", "％", "percent")),
    *((word, "KiB") for word in ("kib", "kb", "k")),
    *((word, "MiB") for word in ("mib", "mb", "m")),
    *((word, "GiB") for word in ("gib", "gb", "g")),
    *((word, "") for word in ("b", "byte", "bytes", "")),
)
"""Units as people write them, in small letters, and as they are written here."""
LIKE_UNITS = ("S", "B")
"""Letters that are a unit at the end of digits, seconds or bytes, rather than one more digit."""
LONGEST = 40
"""Characters up to which a text may be a quantity."""
FEWEST_LETTERS = 2
"""Letters up to which a text without any digit may be a number."""


class Spelling(NamedTuple):
    """One way to read a text."""

    written: str
    """The quantity as it is written here."""
    number: str
    """Its number as it was found."""

    @property
    def note(self) -> str:
        """Say which letters stand for digits; empty where none do."""
        letters = list(dict.fromkeys(each for each in self.number if each in LETTERS))
        digits = list(dict.fromkeys(LETTERS[each] for each in letters))
        if not letters:
            return ""
        return f", with {_named('letter', letters)} for {_named('digit', digits)}"


def spellings(text: str) -> Iterator[Spelling]:
    """Yield the ways to read a text as a number, with a unit or without."""
    for unit, written in UNITS if len(text) <= LONGEST else ():
        number = text.removesuffix(text[len(text) - len(unit) :]) if unit else text
        if text[len(number) :].lower() == unit and (found := number.rstrip(" ")) and _is_number(found):
            yield Spelling(_digits(found) + written, found)


def _is_number(text: str) -> bool:
    if text[-1:] in LIKE_UNITS and text[:-1].isdigit():
        return False
    has_digit = any(each.isdigit() for each in text)
    return bool(NUMBER.fullmatch(text)) and (has_digit or len(text) <= FEWEST_LETTERS)


def _digits(number: str) -> str:
    return "".join(LETTERS.get(each, each) for each in number).replace(",", ".").removeprefix("+")


def _named(noun: str, names: list[str]) -> str:
    return f"the {noun} {names[0]}" if len(names) == 1 else f"the {noun}s {' and '.join(names)}"
