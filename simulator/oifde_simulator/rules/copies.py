"""Copies of values that a patch writes: no two places share a value, and the answer with them is bounded.

Rule: a value is weighed before it is copied, and no further than the bound.
"""

from __future__ import annotations

from typing import Any

import orjson

from oifde_simulator.rules.pointer import NoPlace

MOST_COPIED = 64 << 20
"""Bytes of an answer and of all that one patch writes into it, in memory and in JSON."""
VALUE_BYTES = 128
"""Memory of a value beside its text; the signs around it in the answer are less."""
SHORT = 24
"""Characters of a text whose escapes `VALUE_BYTES` has room for."""
TOO_MUCH = f"the answer, with all that the patch writes, would take more than {MOST_COPIED >> 20} MiB"


class Copies:
    """The copies that one patch makes on one answer."""

    def __init__(self, taken: int, most: int = MOST_COPIED) -> None:
        """`taken` is the size of the answer in bytes."""
        self.most = most
        self._left = most - taken

    def has_room(self, size: int) -> bool:
        """Take the room of so many bytes, if there is so much."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def take_name(self, name: str) -> None:
        """Take the room of a member's name. Raises NoPlace where there is too little."""
        if len(name) > self._left or not self.has_room(json_length(name)):
            raise NoPlace(TOO_MUCH)

    def of(self, value: Any) -> Any:
        """Copy a value. Raises NoPlace where all copies would be too much, and for each copy after that."""
        return self.times(1, value)[0]

    def times(self, count: int, value: Any) -> list[Any]:
        """Copy a value so many times. Raises NoPlace as `of` does."""
        self._left -= weight_of(value, self._left) * count
        if self._left < 0:
            raise NoPlace(TOO_MUCH)
        return [_copied(value) for _ in range(count)]


def weight_of(value: Any, most: int = MOST_COPIED) -> int:
    """Weigh a value; where it weighs more than `most`, any number above that."""
    weight, level = 0, [value]
    while level and weight <= most:
        each = level.pop()
        weight += VALUE_BYTES
        if isinstance(each, str):
            weight += len(each) if len(each) <= SHORT else json_length(each)
        elif isinstance(each, list):
            level += each
        elif isinstance(each, dict):
            weight += json_length("".join(each))
            level += each.values()
    return weight


def json_length(text: str) -> int:
    """Measure a text by its bytes in JSON without the quotes, where one character may take six."""
    if text.isascii() and text.isalnum():
        return len(text)
    try:
        return len(orjson.dumps(text)) - 2
    except orjson.JSONEncodeError:  # lone surrogates, which no answer can hold
        return len(text)


def utf8_length(text: str) -> int:
    """Measure a text by its bytes as it is."""
    return len(text) if text.isascii() else len(text.encode())


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    if isinstance(value, list):
        return list(map(_copied, value))
    return value
