"""Values of one record that come again inside others: numbers in IDs, IDs in free text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

SHORTEST = 4
"""Characters of the shortest value that is looked for inside others; a shorter one is there by chance."""


class Joins:
    """Replaces known values inside texts, the longest first."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """Take pseudonyms by original."""
        self._known = {value: made for value, made in known.items() if len(value) >= SHORTEST}
        longest = sorted(self._known, key=len, reverse=True)
        self._plain = re.compile("|".join(map(re.escape, longest))) if longest else None
        spaced = [_spaced(value) for value in longest if value.isascii() and value.isdecimal()]
        self._spaced = re.compile("|".join(spaced)) if spaced else None

    def replace(self, text: str, rest: Callable[[str], str]) -> str:
        """Replace known values by their pseudonyms, and what stands between them by `rest` of it."""
        if self._plain is None:
            return rest(text)
        pieces, end = [], 0
        for found in self._plain.finditer(text):
            pieces += [rest(text[end : found.start()]), self._known[found[0]]]
            end = found.end()
        return "".join([*pieces, rest(text[end:])])

    def replace_spoken(self, text: str) -> str:
        """Replace known numbers that are written with spaces or dashes, which stay: `180 0000 0001`."""
        return (
            text if self._spaced is None else self._spaced.sub(lambda found: self._respaced(found[0]), text)
        )

    def _respaced(self, text: str) -> str:
        made = iter(self._known["".join(filter(str.isdecimal, text))])
        return "".join(next(made) if each.isdecimal() else each for each in text)


def _spaced(number: str) -> str:
    return "(?<![0-9])" + "[ .-]?".join(number) + "(?![0-9])"
