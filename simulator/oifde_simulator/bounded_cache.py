"""A cache with a bound on the total weight of its values; the least recently used ones go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """Cache of the results of pure functions."""

    def __init__(self, bound: int, weigh: Callable[[Value], int]) -> None:
        """Set the bound, and the function that weighs one value in the same unit."""
        self._bound = bound
        self._weigh = weigh
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self.weight = 0
        """Total weight of the values in the cache."""

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, name: Hashable) -> Value | None:
        """Return the value under `name`; None when there is none."""
        value = self._kept.get(name)
        if value is not None:
            self._kept.move_to_end(name)
        return value

    def keep(self, name: Hashable, value: Value) -> Value:
        """Add a value under a free name, drop old ones beyond the bound, and return the value."""
        self._kept[name] = value
        self.weight += self._weigh(value)
        while self.weight > self._bound and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self.weight -= self._weigh(dropped)
        return value

    def get(self, name: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value under `name`; where there is none, make it and add it."""
        value = self.find(name)
        return self.keep(name, make()) if value is None else value
