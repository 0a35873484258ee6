"""Look for originals in what is about to be written: kind and place are told, never the value."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from oifde_simulator.recorder.originals import Found
from oifde_simulator.recorder.pseudonyms import fields
from oifde_simulator.text import KeyPath, dotted

SHORTEST = 4
"""Characters of the shortest original that is looked for; shorter ones are everywhere by chance."""
CERTAIN = 8
"""Characters from which on an original counts inside other text too; a shorter one must stand alone."""
WORD = re.compile(r"[^\W_]+")


class Leak(NamedTuple):
    """An original that is left in a recording."""

    kind: str
    path: KeyPath

    def __str__(self) -> str:
        return f"{self.kind} of the original is left at {dotted(self.path)}"


class LeakScan:
    """Originals of a run, and the search for them."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._by_beginning: dict[str, set[str]] = defaultdict(set)

    def add(self, originals: Iterable[Found]) -> None:
        """Take originals with their kinds."""
        for text, kind in originals:
            if len(text) >= SHORTEST and text not in self._kinds:
                self._kinds[text] = kind
                self._by_beginning[text[:SHORTEST]].add(text)

    def leaks(self, value: Any, made: set[str], path: KeyPath = ()) -> Iterator[Leak]:
        """Find originals in a value of JSON types; what was `made` equals one by chance only."""
        if isinstance(value, dict):
            for name, each in value.items():
                if name not in fields.KNOWN:
                    yield from self._in_text(name, made, (*path, name))
                if not (name in fields.TIMES and isinstance(each, int)):
                    yield from self.leaks(each, made, (*path, name))
        elif isinstance(value, list | tuple):
            for place, each in enumerate(value):
                yield from self.leaks(each, made, (*path, place))
        elif isinstance(value, str | int) and not isinstance(value, bool):
            yield from self._in_text(str(value), made, path)

    def _in_text(self, text: str, made: set[str], path: KeyPath) -> Iterator[Leak]:
        if text in made and text not in self._kinds:
            return
        for place in range(len(text) - SHORTEST + 1):
            for original in self._by_beginning.get(text[place : place + SHORTEST], ()):
                if text.startswith(original, place) and not _by_chance(text, place, original, made):
                    yield Leak(self._kinds[original], path)
                    return


def _by_chance(text: str, place: int, original: str, made: set[str]) -> bool:
    """Check whether an original that was found is part of what was made, or too short to be sure."""
    end = place + len(original)
    begin, stop = place, end
    while begin and WORD.fullmatch(text[begin - 1]):
        begin -= 1
    while stop < len(text) and WORD.fullmatch(text[stop]):
        stop += 1
    within = text[begin:stop]
    alone = within == original
    return within in made or text in made or (len(original) < CERTAIN and not alone)
