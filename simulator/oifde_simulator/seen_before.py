"""A memory of what came before, by hash: so that a cache takes only what comes again.

Most clients repeat themselves, some never do. What is kept of a request that never comes again costs time
and memory for nothing.
"""

from __future__ import annotations

from collections.abc import Hashable

REMEMBERED = 2048
"""Hashes in each of two generations, which take some 0.4 MiB together."""


class SeenBefore:
    """Remembers that values came, the last few thousand of them.

    Two values may have the same hash: it may say yes too often, and is no proof that one came before.
    """

    __slots__ = ("_old", "_young")

    def __init__(self) -> None:
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __call__(self, value: Hashable) -> bool:
        """Check whether a value came before, and remember that it did."""
        name = hash(value)
        if name in self._young:
            return True
        came = name in self._old
        if len(self._young) >= REMEMBERED:
            self._old, self._young = self._young, set()
        self._young.add(name)
        return came
