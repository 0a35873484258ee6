"""Things shared out over places by chance, so that one place's share is found without the others'.

Whole numbers only, and hashes of what they are for: the same on every machine.
"""

from __future__ import annotations

from hashlib import shake_128


def count_at(key: bytes, total: int, places: int, place: int) -> int:
    """How many of `total` things are at `place`, from 0 below `places`, each being anywhere alike."""
    low, high, count = 0, places, total
    while count and high - low > 1:
        middle = (low + high) // 2
        left = _left_count(key, low, high, count)
        low, high, count = (low, middle, left) if place < middle else (middle, high, count - left)
    return count


def counts(key: bytes, total: int, places: int) -> list[int]:
    """How many things are at each of the places."""
    found = [0] * places
    open_ends = [(0, places, total)]
    while open_ends:
        low, high, count = open_ends.pop()
        if high - low == 1:
            found[low] = count
        elif count:
            middle = (low + high) // 2
            left = _left_count(key, low, high, count)
            open_ends += [(low, middle, left), (middle, high, count - left)]
    return found


def _left_count(key: bytes, low: int, high: int, count: int) -> int:
    """How many of `count` things at the places from `low` below `high` are in the left half of them."""
    # As many bits as are wanted on average, twice over; a thing takes two.
    bits = int.from_bytes(shake_128(key + b"%d %d" % (low, high)).digest(count // 2 + 32))
    return _binomial(count, (low + high) // 2 - low, high - low, bits)


def _binomial(count: int, part: int, whole: int, bits: int) -> int:
    """How many of `count` chances of part / whole come true.

    A chance comes true when a random number, written in binary, is below part / whole. All are compared
    digit by digit at once: those that differ are decided, which is a half of them each time.
    """
    wins = 0
    while count and part:
        digit, part = divmod(2 * part, whole)
        ones = (bits & (1 << count) - 1).bit_count()
        bits >>= count
        if digit:
            wins, count = wins + count - ones, ones
        else:
            count -= ones
    return wins
