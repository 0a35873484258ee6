"""Results kept within a bound of weight; the least lately used go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Remembers what pure functions gave, up to a total weight."""

    def __init__(self, bound: int, weigh: Callable[[Value], int]) -> None:
        """`bound` is in the unit of `weigh`, which says what one value weighs."""
        self._bound = bound
        self._weigh = weigh
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self.weight = 0
        """What is kept weighs so much now."""

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, name: Hashable) -> Value | None:
        """What is remembered under `name`; None when nothing is."""
        value = self._kept.get(name)
        if value is not None:
            self._kept.move_to_end(name)
        return value

    def keep(self, name: Hashable, value: Value) -> Value:
        """Remember `value` under `name`, under which nothing is."""
        self._kept[name] = value
        self.weight += self._weigh(value)
        while self.weight > self._bound and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self.weight -= self._weigh(dropped)
        return value

    def get(self, name: Hashable, make: Callable[[], Value]) -> Value:
        """What is remembered under `name`, or what `make` makes now."""
        value = self.find(name)
        return self.keep(name, make()) if value is None else value
