"""Draws the many small random numbers of one session from one hash, which is drawn out as long as needed.

A session takes some fifty numbers, most of them to choose one of a few texts. So a number has 16 bits and
costs one call into C; what needs more bits takes several. `randomness.KeyedRandom` has 64 bits a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import shake_128
from itertools import chain
from struct import Struct
from typing import TypeVar

Item = TypeVar("Item")

BITS = 16
"""Bits of a number."""
SCALE = 1 << BITS
_LONG = 2.0**-32
_BLOCK = Struct(">84H")
"""Numbers in one block of the hash, which has 168 bytes."""


class Draws:
    """Random numbers that depend on a seed alone."""

    __slots__ = ("numbers",)

    numbers: Iterator[int]
    """Numbers of 16 bits. Hot loops draw them: `next(numbers) * limit >> BITS` is below `limit`."""

    def __init__(self, seed: bytes, first: Iterable[int] = ()) -> None:
        """Begin with the numbers in `first`, of 16 bits each; `seed` gives the others, block by block."""
        self.numbers = chain(first, _blocks(seed))

    def long(self) -> int:
        """Draw a number of 32 bits."""
        numbers = self.numbers
        return next(numbers) << BITS | next(numbers)

    def unit(self) -> float:
        """Draw a number from 0 up to, but not including, 1."""
        numbers = self.numbers
        return (next(numbers) << BITS | next(numbers)) * _LONG

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 up to, but not including, `limit`."""
        numbers = self.numbers
        return ((next(numbers) << BITS | next(numbers)) * limit) >> 32

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        numbers = self.numbers
        return low + ((next(numbers) << BITS | next(numbers)) * (high - low + 1) >> 32)

    def chance(self, probability: float) -> bool:
        """Draw True with this probability. Any probability takes one number of 16 bits."""
        return next(self.numbers) < probability * SCALE

    def pick(self, choices: Sequence[Item]) -> Item:
        """Draw one of some hundred `choices` at most, all equally likely."""
        return choices[next(self.numbers) * len(choices) >> BITS]

    def digits(self, count: int) -> str:
        """Draw a text of `count` decimal digits, at most 16, that does not begin with 0."""
        lowest: int = 10 ** (count - 1)
        return str(lowest + ((self.long() << 32 | self.long()) * 9 * lowest >> 64))


def _blocks(seed: bytes) -> Iterator[int]:
    number = 0
    while True:
        yield from _BLOCK.unpack(shake_128(seed + number.to_bytes(8)).digest(_BLOCK.size))
        number += 1
