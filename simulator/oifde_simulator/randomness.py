"""Random numbers from keyed hashes: the same key gives the same numbers, on every machine and in any order.

There is no shared stream: each purpose has a key of its own, so concurrency changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

Item = TypeVar("Item")

EIGHT = Struct(">8Q").unpack
"""Reader of the eight numbers in one hash of 64 bytes."""


def key(*parts: object) -> bytes:
    """Make a key of 32 bytes from the parts of a purpose, such as seed, tenant, user number and day."""
    text = "\0".join(map(str, parts))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()


class KeyedRandom:
    """Generator of random numbers that depend on its key alone."""

    __slots__ = ("_key", "_number", "_waiting")

    def __init__(self, key: bytes) -> None:
        """Begin with the first number of `key`, which has at most 64 bytes."""
        self._key = key
        self._number = 0
        self._waiting: list[int] = []

    @property
    def key(self) -> bytes:
        """Key, from which the same numbers can be drawn again."""
        return self._key

    def _next(self) -> int:
        if not self._waiting:
            block = blake2b(self._number.to_bytes(8), digest_size=64, key=self._key).digest()
            self._number += 1
            self._waiting = list(EIGHT(block))[::-1]
        return self._waiting.pop()

    def copied(self) -> KeyedRandom:
        """Copy the generator as it is now: the copy draws the same numbers."""
        other = KeyedRandom(self._key)
        other._number, other._waiting = self._number, [*self._waiting]
        return other

    def splitter(self) -> Callable[..., KeyedRandom]:
        """Draw a number, and return a function from a purpose to a generator of its own."""
        root = self.hex(16)
        return lambda *purpose: KeyedRandom(key(root, *purpose))

    def unit(self) -> float:
        """Draw a number from 0 up to, but not including, 1."""
        return (self._next() >> 11) * 2.0**-53

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 up to, but not including, `limit`."""
        return (self._next() * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """Draw True with this probability. Any probability takes one number from the generator."""
        return self.unit() < probability

    def pick(self, choices: Sequence[Item]) -> Item:
        """Draw one of `choices`, all equally likely."""
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[Item, float]]) -> Item:
        """Draw one of `choices`, each with its weight; weights may add up to any number."""
        rest = self.unit() * sum(weight for _, weight in choices)
        for item, weight in choices:
            rest -= weight
            if rest < 0:
                return item
        return choices[-1][0]

    def digits(self, count: int) -> str:
        """Draw a text of `count` decimal digits that does not begin with 0."""
        lowest: int = 10 ** (count - 1)
        return str(lowest + self.below(9 * lowest))

    def hex(self, count: int) -> str:
        """Draw a text of `count` hex digits, at most 16."""
        return f"{self._next():016x}"[:count]
