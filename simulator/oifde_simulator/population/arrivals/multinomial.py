"""Distributes a number of things over places at random; the count at one place is found without the others.

Only whole numbers and keyed hashes are used, so counts are the same on every machine.
"""

from __future__ import annotations

from hashlib import shake_128


def count_at(key: bytes, total: int, places: int, place: int) -> int:
    """Count the things at `place` (from 0) when `total` things fall on `places` places with equal chances."""
    low, high, count = 0, places, total
    while count and high - low > 1:
        middle = (low + high) // 2
        left = _left_count(key, low, high, count)
        low, high, count = (low, middle, left) if place < middle else (middle, high, count - left)
    return count


def counts(key: bytes, total: int, places: int) -> list[int]:
    """Count the things at each place, as `count_at` does for one."""
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
    """Draw how many of `count` things at places from `low` up to, but not, `high` fall into the left half."""
    # A thing takes two bits on average; this is room for twice as many.
    bits = int.from_bytes(shake_128(key + b"%d %d" % (low, high)).digest(count // 2 + 32))
    return _binomial(count, (low + high) // 2 - low, high - low, bits)


def _binomial(count: int, part: int, whole: int, bits: int) -> int:
    """Count the successes of `count` trials with a chance of `part` / `whole` each.

    A trial succeeds when its random number, written in binary, is below part / whole. All trials are compared
    digit by digit at once; each digit decides half of the trials that are left.
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
