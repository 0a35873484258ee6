"""A cache with a bound in bytes; values that were not used for long go first.

Rule: the results of functions of anything that a client sends are cached here and nowhere else, since a
client decides how long its texts are. `functools.cache` is for functions of our own documents.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from sys import getsizeof
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

OVERHEAD = 250
"""Bytes of memory that a place in the cache takes beside name and value."""
SMALLEST_SHARE = 32
"""Share of the bound that one value may take, as a divisor: a larger one would push out too many others."""


class BoundedCache(Generic[Value]):
    """Cache of the results of pure functions.

    It has two generations, so that finding a value costs one look-up: what is found in the old one becomes
    young again, and where the young one has taken half of the bound, it becomes the old one.
    """

    every: ClassVar[WeakSet[BoundedCache[Any]]] = WeakSet()
    """All caches of the process, so that a test can hold them to their bounds."""

    def __init__(
        self, bound: int, weigh: Callable[[Any, Value], int] | None = None, *, share: int = SMALLEST_SHARE
    ) -> None:
        """Set the bound in bytes; `weigh` gives the bytes of a name and its value, else they are measured.

        A value of more than one `share` of the bound is not kept; `share` is 2 or more.
        """
        self.bound = bound
        self._largest = bound // share
        self._weigh = weigh or measured
        self.young: dict[Hashable, tuple[Value, int]] = {}
        """Values that were added or found lately, with their weights."""
        self._old: dict[Hashable, tuple[Value, int]] = {}
        self._young_weight = self._old_weight = 0
        self.every.add(self)

    def __len__(self) -> int:
        return len(self.young) + len(self._old)

    @property
    def weight(self) -> int:
        """Bytes of all names and values in the cache."""
        return self._young_weight + self._old_weight

    def find(self, name: Hashable) -> Value | None:
        """Return the value under `name`; None when there is none."""
        kept = self.young.get(name)
        if kept is not None:
            return kept[0]
        return self._renewed(name) if name in self._old else None

    def keep(self, name: Hashable, value: Value, weight: int | None = None) -> Value:
        """Add a value under a free name, unless it is too large, and return it; old ones may have to go."""
        if weight is None:
            weight = self._weigh(name, value)
        weight += OVERHEAD
        if weight <= self._largest:
            self._add(name, (value, weight))
        return value

    def get(self, name: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value under `name`; where there is none, make it and add it."""
        value = self.find(name)
        return self.keep(name, make()) if value is None else value

    def discard(self, name: Hashable) -> None:
        """Forget the value under a name, so that it is free."""
        young, old = self.young.pop(name, None), self._old.pop(name, None)
        self._young_weight -= young[1] if young else 0
        self._old_weight -= old[1] if old else 0

    def _add(self, name: Hashable, kept: tuple[Value, int]) -> None:
        if self._young_weight + kept[1] > self.bound // 2:
            self._old, self._old_weight = self.young, self._young_weight
            self.young, self._young_weight = {}, 0
        self.young[name] = kept
        self._young_weight += kept[1]

    def _renewed(self, name: Hashable) -> Value | None:
        """Move a value from the old generation to the young one."""
        kept = self._old.pop(name, None)
        if kept is None:
            return None
        self._old_weight -= kept[1]
        self._add(name, kept)
        return kept[0]


def bounded_cache(
    bound: int, weigh: Callable[[Any, Any], int] | None = None, *, share: int = SMALLEST_SHARE
) -> Callable[[Callable[[Key], Value]], Callable[[Key], Value]]:
    """Decorate a pure function of one argument, whose results are not None, with a cache of `bound` bytes."""

    def decorate(function: Callable[[Key], Value]) -> Callable[[Key], Value]:
        cache: BoundedCache[Value] = BoundedCache(bound, weigh, share=share)

        def found(argument: Key) -> Value:
            value = cache.find(argument)
            return cache.keep(argument, function(argument)) if value is None else value

        @wraps(function)
        def cached(argument: Key) -> Value:
            kept = cache.young.get(argument)
            return found(argument) if kept is None else kept[0]

        return cached

    return decorate


def measured(*values: Any) -> int:
    """Measure the memory that plain values take, in bytes: what containers hold counts as well."""
    size, left = 0, list(values)
    while left:
        value = left.pop()
        size += getsizeof(value)
        if isinstance(value, dict):
            left += value
            left += value.values()
        elif isinstance(value, list | tuple | set | frozenset):
            left += value
    return size
