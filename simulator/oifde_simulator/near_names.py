"""Known names, and the one that is most like a name that a client wrote. Standard library only.

Rule: the work has a bound, however many the names are, however long, and however alike: a client chooses the
written one, and others wait meanwhile. Few names are compared as `text.nearest` compares them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

from oifde_simulator.bounded_cache import BoundedCache

COMPARED = 100
"""Characters of a written name that are compared."""
CUTOFF = 0.6
"""Least likeness of a name that is suggested, from 0 for any name to 1 for the same name."""
LONGEST = int(COMPARED * (2 / CUTOFF - 1))
"""Characters of the longest name that can be so much like a written one."""
BESIDE = 10
"""Names of each side that are looked at, in the order of their beginnings and in that of their ends."""
MOST_CHARACTERS = 2000
"""Characters of all names that one written name is compared with."""
MOST_PAIRS = 1500
"""Pairs of equal characters that comparisons in detail may look at: what these cost."""
KEPT = 1 << 16
"""Bytes of written names whose nearest ones are kept."""


class NearNames:
    """Known names, sorted once, so that those that look like a written one are found without reading all."""

    def __init__(self, known: Iterable[str]) -> None:
        """Take the names; one that is too long to be like any written one is never suggested."""
        folded = {name.casefold(): name for name in known if len(name) <= LONGEST}
        self._names = folded
        self._is_few = sum(map(len, folded)) <= MOST_CHARACTERS
        self._forwards = [] if self._is_few else sorted(folded)
        self._backwards = [] if self._is_few else sorted(name[::-1] for name in folded)
        self._found: BoundedCache[str] = BoundedCache(KEPT)

    def nearest(self, written: str) -> str:
        """Find the known name most like `written` in any case; empty when none is like it."""
        short = written[:COMPARED].casefold()[:COMPARED]
        return self._found.get(short, lambda: self._search(short))

    def _search(self, short: str) -> str:
        comparison = Comparison(short)
        ranked = sorted(((comparison.bound(name), name) for name in self._like(short)), reverse=True)
        likeness, near = CUTOFF, ""
        for bound, name in ranked:
            if bound < likeness or (near and bound == likeness):
                break  # none of those that follow is more like it
            found = comparison.likeness(name)
            if found > likeness or (found == likeness and not near):
                likeness, near = found, name
        return self._names.get(near, "")

    def _like(self, short: str) -> list[str]:
        """List the names that begin or end most like a written one, as long as there is room for them."""
        if self._is_few:
            return list(self._names)
        back = (name[::-1] for name in _beside(self._backwards, short[::-1]))
        found: dict[str, None] = {}
        room = MOST_CHARACTERS
        for name in chain.from_iterable(zip_longest(_beside(self._forwards, short), back)):
            if name is not None and name not in found and len(name) <= room:
                found[name] = None
                room -= len(name)
        return list(found)


class Comparison:
    """One written name, compared with others."""

    def __init__(self, short: str) -> None:
        self._short = short
        self._places: dict[str, int] = {}
        for place, character in enumerate(short):
            self._places[character] = self._places.get(character, 0) | 1 << place
        self._counts = Counter(short)
        self._pairs = MOST_PAIRS
        """Pairs of equal characters that may still be looked at."""

    def bound(self, name: str) -> float:
        """Tell how alike the names are at most: by the longest sequence of characters that both have.

        It is found with the bits of a number, one step for each character (Hyyrö 2004).
        """
        places, every = self._places, (1 << len(self._short)) - 1
        left = every
        for character in name:
            met = left & places.get(character, 0)
            left = ((left + met) | (left - met)) & every
        common = len(self._short) - left.bit_count()
        return 2 * common / (len(self._short) + len(name) or 1)

    def likeness(self, name: str) -> float:
        """Tell how alike the names are, as difflib has it; 0 where there is no time left to compare them."""
        pairs = sum(self._counts[character] for character in name)
        if pairs > self._pairs:
            return 0.0
        self._pairs -= pairs
        from difflib import SequenceMatcher  # slow to import, and only wanted when something is wrong

        return SequenceMatcher(None, name, self._short).ratio()


def nearest(written: str, known: Iterable[str]) -> str:
    """Find the known name most like `written`, of few names; empty when none is like it."""
    return NearNames(known).nearest(written)


def _beside(names: list[str], written: str) -> Iterator[str]:
    """List the sorted names beside the place where `written` would be, the nearest first."""
    place = bisect_left(names, written)
    for step in range(BESIDE):
        if place + step < len(names):
            yield names[place + step]
        if place - 1 - step >= 0:
            yield names[place - 1 - step]
