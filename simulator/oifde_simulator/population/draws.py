"""Draws the many small random numbers of one session from one hash, which is drawn out as long as needed.

A session takes some fifty numbers, most of them to choose one of a few texts. So a number has 16 bits and
costs one call into C; what needs more bits takes several. `randomness.KeyedRandom` has 64 bits a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import shake_128
from itertools import chain
from struct import Struct
from typing import TypeVar

Item = TypeVar("Item")

BITS = 16
"""Bits of a number."""
SCALE = 1 << BITS
_BLOCK = Struct(">84H")
"""Numbers in one block of the hash, which has 168 bytes."""


class Draws:
    """Random numbers that depend on a seed alone."""

    __slots__ = ("short",)

    short: Callable[[], int]
    """Draw a number of 16 bits. Hot loops call it themselves: `short() * count >> BITS` is below `count`."""

    def __init__(self, seed: bytes, first: Iterable[int] = ()) -> None:
        """Begin with the numbers in `first`, of 16 bits each; `seed` gives the others, block by block."""
        self.short = chain(first, _blocks(seed)).__next__

    def long(self) -> int:
        """Draw a number of 32 bits."""
        short = self.short
        return short() << BITS | short()

    def unit(self) -> float:
        """Draw a number from 0 up to, but not including, 1."""
        return self.long() * 2.0**-32

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 up to, but not including, `limit`."""
        return (self.long() * limit) >> 32

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """Draw True with this probability. Any probability takes one number of 16 bits."""
        return self.short() < probability * SCALE

    def pick(self, choices: Sequence[Item]) -> Item:
        """Draw one of some hundred `choices` at most, all equally likely."""
        return choices[self.short() * len(choices) >> BITS]

    def digits(self, count: int) -> str:
        """Draw a text of `count` decimal digits, at most 16, that does not begin with 0."""
        lowest: int = 10 ** (count - 1)
        return str(lowest + ((self.long() << 32 | self.long()) * 9 * lowest >> 64))


def _blocks(seed: bytes) -> Iterator[int]:
    number = 0
    while True:
        yield from _BLOCK.unpack(shake_128(seed + number.to_bytes(8)).digest(_BLOCK.size))
        number += 1
