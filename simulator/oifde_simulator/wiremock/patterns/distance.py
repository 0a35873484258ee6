"""Distances between texts, from 0 to 1.

Rule: only the beginning of a text counts, so that no text takes long.
"""

from __future__ import annotations

from oifde_simulator.bounded_cache import bounded_cache

LONGEST = 128
"""Characters that are compared."""


DISTANCES_KEPT = 2 << 20
"""Bytes of texts with their distances in the cache."""


def text_distance(wanted: str, found: str) -> float:
    """Compute Levenshtein's distance as a share of the longer text."""
    return 0.0 if wanted == found else _distance((wanted[:LONGEST], found[:LONGEST]))


@bounded_cache(DISTANCES_KEPT)
def _distance(texts: tuple[str, str]) -> float:
    wanted, found = texts
    return max(edits(wanted, found), 1) / max(len(wanted), len(found), 1)


def edits(wanted: str, found: str) -> int:
    """Compute Levenshtein's distance, a column of its table at a time.

    A column is two whole numbers, whose bits say which cells rise and which fall.
    Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances", 2003.
    """
    if not wanted:
        return len(found)
    places = _places(wanted)
    every, last = (1 << len(wanted)) - 1, 1 << (len(wanted) - 1)
    rises, falls, score = every, 0, len(wanted)
    for letter in found:
        here = places.get(letter, 0)
        same = (((here & rises) + rises) ^ rises) | here | falls
        right_up, right_down = falls | (every & ~(same | rises)), rises & same
        score += bool(right_up & last) - bool(right_down & last)
        right_up, right_down = (right_up << 1 | 1) & every, (right_down << 1) & every
        rises, falls = right_down | (every & ~(same | right_up)), right_up & same
    return score


def _places(text: str) -> dict[str, int]:
    """Map each letter to its places, one bit each."""
    places: dict[str, int] = {}
    for place, letter in enumerate(text):
        places[letter] = places.get(letter, 0) | 1 << place
    return places
