"""All who are told of exchanges as they come, found by what they want to hear of.

An exchange looks its own tenant, fields, status and so on up, so it meets those who are about it and nobody
else. Those who want the same are one group, whose filter is asked once; and no exchange meets more than
`MOST_ALIKE` groups in one place, so none pays for how many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from oifde_simulator.journal.filters import Filter, Key, keys
from oifde_simulator.model.entry import Entry

MOST_ALIKE = 100
"""Filters that differ, and that an exchange cannot tell apart by looking up what it has."""


class Listener(Protocol):
    """Somebody who is told."""

    filter: Filter

    def take(self, entry: Entry) -> None:
        """What it wants to hear of has come."""

    def forget(self, tenant: str | None, numbers: Collection[int] | None = None) -> None:
        """What had come of a tenant, or of all for None, was deleted; of it only `numbers`, where given."""

    def let_go(self) -> None:
        """Nothing more comes."""


Somebody = TypeVar("Somebody", bound=Listener)


class Crowded(Exception):
    """Too many wait for what can be told apart by their filters only."""


@dataclass(slots=True)
class Group(Generic[Somebody]):
    """Those who want the same."""

    filter: Filter
    members: dict[int, Somebody] = field(default_factory=dict)


class Place(NamedTuple):
    """Where somebody is found."""

    tenant: str | None
    """None for any."""
    key: Key


class Audience(Generic[Somebody]):
    """All who are told."""

    def __init__(self) -> None:
        self.index: dict[str | None, dict[Key, dict[str, Group[Somebody]]]] = {}
        """Groups by tenant, by a value that an exchange must have, by what they want."""
        self._places: dict[int, Place] = {}

    def add(self, somebody: Somebody) -> None:
        """From now on, tell `somebody` what comes. Raises Crowded."""
        wanted = somebody.filter
        keyed = self.index.get(wanted.tenant, {})
        # One who asks for a page and a user is found by the user, among whom there are fewer.
        key = min(wanted.keys, key=lambda each: _crowd(keyed.get(each, {}), wanted))
        groups = keyed.get(key, {})
        if _crowd(groups, wanted) >= MOST_ALIKE:
            raise Crowded
        self.index.setdefault(wanted.tenant, keyed)[key] = groups
        groups.setdefault(wanted.identity, Group(wanted)).members[id(somebody)] = somebody
        self._places[id(somebody)] = Place(wanted.tenant, key)

    def remove(self, somebody: Somebody) -> None:
        """It is told no longer."""
        tenant, key = self._places.pop(id(somebody))
        identity, keyed = somebody.filter.identity, self.index[tenant]
        del keyed[key][identity].members[id(somebody)]
        if not keyed[key][identity].members:
            del keyed[key][identity]
        if not keyed[key]:
            del keyed[key]
        if not keyed:
            del self.index[tenant]

    def tell(self, entry: Entry) -> None:
        """An exchange has come."""
        for tenant in (entry.tenant, None):
            keyed = self.index.get(tenant)
            if keyed:
                for key in keys(entry):
                    if key in keyed:
                        _tell(tuple(keyed[key].values()), entry)

    def let_go(self) -> None:
        """Nothing more comes."""
        for somebody in self:
            somebody.let_go()

    def forget(self, tenant: str | None, numbers: Collection[int] | None = None) -> None:
        """What had come of a tenant, or of all for None, was deleted; of it only `numbers`, where given."""
        for somebody in self:
            if tenant is None or somebody.filter.tenant in (tenant, None):
                somebody.forget(tenant, numbers)

    def __iter__(self) -> Iterator[Somebody]:
        """Everybody, as of now."""
        groups = [
            group for keyed in self.index.values() for each in keyed.values() for group in each.values()
        ]
        return iter([somebody for group in groups for somebody in group.members.values()])

    def __len__(self) -> int:
        return len(self._places)


def _crowd(groups: dict[str, Any], wanted: Filter) -> int:
    """How many groups one would be added to; it adds none to its own."""
    return -1 if wanted.identity in groups else len(groups)


def _tell(groups: tuple[Group[Somebody], ...], entry: Entry) -> None:
    for group in groups:
        if group.filter.accepts(entry):
            for somebody in tuple(group.members.values()):
                somebody.take(entry)
