"""What is counted for values that clients send, in tables that share a bound in bytes.

Rule: the oldest value of a table goes first. Where all tables are too large together, the largest loses, so
that a busy tenant does not cost a quiet one its counts; a table that is small keeps its only value.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from sys import getsizeof
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from oifde_simulator.state.forgotten import warn

MOST_BYTES = 128 << 20
"""Bytes that all tables of a server may take."""
RELIEF = 15 / 16
"""Share of the bound to which memory is brought back once it is reached, so that it is reached seldom."""
SMALL = 1 << 10
"""Bytes up to which a table keeps its only value: there are not more of those than rules."""
VALUE = 350
"""Bytes that a value takes beside its texts: its places in the table, and what is counted."""

Name = TypeVar("Name", str, tuple[str, ...])
Item = TypeVar("Item")


class CountBudget:
    """Bytes that tables share."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._used = 0
        self._tables: WeakSet[CountTable[Any, Any]] = WeakSet()

    @property
    def used(self) -> int:
        """Bytes that the tables take which are still there."""
        return sum(table.weight for table in self._tables)

    def join(self, table: CountTable[Any, Any]) -> None:
        """Let a table share the budget; it leaves when nobody else holds it."""
        self._tables.add(table)

    def take(self, size: int, taker: CountTable[Any, Any]) -> None:
        """Spend bytes; where there are too few, the largest tables lose their oldest values."""
        self._used += size
        if self._used <= self._most:
            return
        self._used = self.used  # some tables may be gone
        if self._used > self._most:
            self._make_room(int(self._most * RELIEF), taker)

    def _make_room(self, wanted: int, taker: CountTable[Any, Any]) -> None:
        for table in sorted(self._tables, key=lambda table: table.weight, reverse=True):
            half, least = table.weight // 2, 1 if table is taker or table.weight <= SMALL else 0
            while self._used > wanted and table.weight > half and len(table) > least:
                self._used -= table.drop_oldest()


class CountTable(Generic[Name, Item]):
    """What is counted for each value, the oldest value first."""

    def __init__(
        self, budget: CountBudget, most: int, whose: str, extra: Callable[[Item], int] | None = None
    ) -> None:
        """Keep at most so many values; `whose` they are is said when the first is forgotten.

        `extra` gives the bytes that have been charged for an item beside those of every value.
        """
        self._extra = extra
        self._most = most
        self._whose = whose
        self._budget = budget
        self._items: OrderedDict[Name, Item] = OrderedDict()
        self._warned = False
        self.weight = 0
        """Bytes that the table takes."""
        budget.join(self)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Name]:
        return iter(self._items)

    def get(self, name: Name) -> Item | None:
        """Find what was counted for a value; None where it is not there."""
        return self._items.get(name)

    def put(self, name: Name, item: Item) -> Item:
        """Keep what is counted for a value, and return it; older values may have to go."""
        if name in self._items:
            self._items[name] = item
            return item
        if len(self._items) >= self._most:
            self.drop_oldest()
        size = _size(name)
        self._items[name] = item
        self.weight += size
        self._budget.take(size, self)
        return item

    def charge(self, size: int) -> None:
        """Charge bytes by which an item has grown, fewer than 0 where it has shrunk."""
        self.weight += size
        self._budget.take(size, self)

    def drop_oldest(self) -> int:
        """Forget the oldest value, with a warning for the first; the bytes that this gives back."""
        kept = len(self._items)
        oldest, item = self._items.popitem(last=False)
        size = _size(oldest) + (self._extra(item) if self._extra else 0)
        self.weight -= size
        if self._whose and not self._warned:
            self._warned = True
            warn(self._whose, kept)
        return size


def _size(name: str | tuple[str, ...]) -> int:
    texts = (name,) if isinstance(name, str) else name
    return VALUE + sum(map(getsizeof, texts))
