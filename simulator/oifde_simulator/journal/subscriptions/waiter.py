"""One who waits for exchanges that have not come yet: it knows how many have, and their numbers.

It keeps no entry, since what is kept has bounds; whoever is answered has the entries looked up.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from oifde_simulator.journal.filters import Filter
from oifde_simulator.model.entry import Entry


@dataclass(slots=True, eq=False)
class Waiter:
    """One who waits until so many exchanges have come."""

    filter: Filter
    count: int
    wake: Callable[[], None]
    """Called whenever there may be an end of it."""
    found: int = 0
    """How many have come."""
    ended: bool = False
    """Whether nothing more comes."""
    _numbers: dict[str, array[int]] = field(default_factory=dict)
    """Of what has come, by tenant, in order."""

    @property
    def enough(self) -> bool:
        """Whether so many have come."""
        return self.found >= self.count

    def add(self, entries: Iterable[Entry]) -> None:
        """These have come before all others; what was deleted since they were looked for has not."""
        earlier: dict[str, array[int]] = {}
        for entry in entries:
            if not entry.forgotten:
                earlier.setdefault(entry.tenant, array("Q")).append(entry.number)
                self.found += 1
        for tenant, numbers in earlier.items():
            self._numbers[tenant] = numbers + self._numbers.get(tenant, array("Q"))
        self._wake_if_enough()

    def take(self, entry: Entry) -> None:
        """One more has come."""
        self._numbers.setdefault(entry.tenant, array("Q")).append(entry.number)
        self.found += 1
        self._wake_if_enough()

    def forget(self, tenant: str | None, numbers: Collection[int] | None = None) -> None:
        """What had come of a tenant, or of all for None, was deleted; of it only `numbers`, where given."""
        for each in list(self._numbers) if tenant is None else [tenant]:
            kept = (
                [] if numbers is None else [one for one in self._numbers.get(each, ()) if one not in numbers]
            )
            self._numbers[each] = array("Q", kept)
        self.found = sum(map(len, self._numbers.values()))
        self.wake()  # the tenant may be gone

    def let_go(self) -> None:
        """Wait no longer, whatever has come."""
        self.ended = True
        self.wake()

    def numbers(self) -> list[int]:
        """Of what has come: the first that were waited for, in order."""
        return sorted(number for each in self._numbers.values() for number in each)[: self.count]

    def _wake_if_enough(self) -> None:
        if self.enough:
            self.wake()
