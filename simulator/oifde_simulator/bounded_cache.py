"""A cache with a bound in bytes; the least recently used values go first.

Rule: the results of functions of anything that a client sends are cached here and nowhere else, since a
client decides how long its texts are. `functools.cache` is for functions of our own documents.
"""

from __future__ import annotations

from collections import OrderedDict
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
    """Cache of the results of pure functions."""

    every: ClassVar[WeakSet[BoundedCache[Any]]] = WeakSet()
    """All caches of the process, so that a test can hold them to their bounds."""

    def __init__(
        self, bound: int, weigh: Callable[[Any, Value], int] | None = None, *, share: int = SMALLEST_SHARE
    ) -> None:
        """Set the bound in bytes; `weigh` gives the bytes of a name and its value, else they are measured.

        A value of more than one `share` of the bound is not kept.
        """
        self.bound = bound
        self._largest = bound // share
        self._weigh = weigh or measured
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.weight = 0
        """Bytes of all names and values in the cache."""
        self.every.add(self)

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, name: Hashable) -> Value | None:
        """Return the value under `name`; None when there is none."""
        kept = self._kept.get(name)
        if kept is None:
            return None
        self._kept.move_to_end(name)
        return kept[0]

    def keep(self, name: Hashable, value: Value) -> Value:
        """Add a value, unless it is too large; drop old ones beyond the bound, and return the value."""
        weight = self._weigh(name, value) + OVERHEAD
        if weight > self._largest:
            return value
        self._drop(name)
        self._kept[name] = value, weight
        self.weight += weight
        while self.weight > self.bound:
            self.weight -= self._kept.popitem(last=False)[1][1]
        return value

    def get(self, name: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value under `name`; where there is none, make it and add it."""
        value = self.find(name)
        return self.keep(name, make()) if value is None else value

    def clear(self) -> None:
        """Drop all values."""
        self._kept.clear()
        self.weight = 0

    def _drop(self, name: Hashable) -> None:
        dropped = self._kept.pop(name, None)
        if dropped is not None:
            self.weight -= dropped[1]


def bounded_cache(
    bound: int, weigh: Callable[[Any, Any], int] | None = None, *, share: int = SMALLEST_SHARE
) -> Callable[[Callable[[Key], Value]], Callable[[Key], Value]]:
    """Decorate a pure function of one argument, whose results are not None, with a cache of `bound` bytes."""

    def decorate(function: Callable[[Key], Value]) -> Callable[[Key], Value]:
        cache: BoundedCache[Value] = BoundedCache(bound, weigh, share=share)
        find, keep = cache.find, cache.keep

        @wraps(function)
        def cached(argument: Key) -> Value:
            value = find(argument)
            return keep(argument, function(argument)) if value is None else value

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
