"""Chance that is no chance: draws are a keyed hash of what they are for, never a shared stream.

The same key gives the same draws on every machine, in every order and under any concurrency.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

Item = TypeVar("Item")

EIGHT = Struct(">8Q").unpack
"""The draws that one hash of 64 bytes gives."""


def key(*parts: object) -> bytes:
    """The key of draws for `parts`, such as seed, world, number and day."""
    text = "\0".join(map(str, parts))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()


class KeyedRandom:
    """A stream of draws that depends on its key alone."""

    __slots__ = ("_key", "_number", "_waiting")

    def __init__(self, key: bytes) -> None:
        """`key` is at most 64 bytes."""
        self._key = key
        self._number = 0
        self._waiting: list[int] = []

    def _next(self) -> int:
        if not self._waiting:
            block = blake2b(self._number.to_bytes(8), digest_size=64, key=self._key).digest()
            self._number += 1
            self._waiting = list(EIGHT(block))[::-1]
        return self._waiting.pop()

    def unit(self) -> float:
        """A number from 0 up to, but not, 1."""
        return (self._next() >> 11) * 2.0**-53

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, but not, `limit`."""
        return (self._next() * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both inside."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """True with this probability; a draw is taken either way."""
        return self.unit() < probability

    def pick(self, choices: Sequence[Item]) -> Item:
        """One of `choices`."""
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[Item, float]]) -> Item:
        """One of `choices`, each with its weight; the weights need not add up to 1."""
        rest = self.unit() * sum(weight for _, weight in choices)
        for item, weight in choices:
            rest -= weight
            if rest < 0:
                return item
        return choices[-1][0]

    def digits(self, count: int) -> str:
        """That many decimal digits, the first not zero."""
        lowest: int = 10 ** (count - 1)
        return str(lowest + self.below(9 * lowest))

    def hex(self, count: int) -> str:
        """That many hex digits, at most 16."""
        return f"{self._next():016x}"[:count]
