"""Subscribers, indexed by the entries that they want.

Rule: publishing an entry does not become slower with the number of subscribers. An entry looks up its own
tenant, fields and status, and meets only the groups that are filed there. Subscribers with equal filters
are one group, whose filter is asked once, and a place in the index has at most `MOST_GROUPS` groups.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal.filters import Filter, IndexKey, entry_keys
from oifde_simulator.model.entry import Entry

MOST_GROUPS = 100
"""Different filters in one place of the index."""


class Subscriber(Protocol):
    """A receiver of entries."""

    filter: Filter

    def notify(self, entry: Entry, /) -> None:
        """Take notice of a new entry that the filter accepts."""

    def notify_unjudged(self) -> None:
        """Take notice of a new entry that the filter, which may take long, has yet to judge."""

    def forget(self, tenant: str | None, numbers: Collection[int] | None, last: int, /) -> None:
        """Take notice of a deletion: of a tenant's entries, or of all for None; only `numbers` if given.

        `last` is the number of the newest entry that was there.
        """

    def shutdown(self) -> None:
        """Take notice that no more entries will come."""


SubscriberT = TypeVar("SubscriberT", bound=Subscriber)


class CapacityExceeded(Exception):
    """Too many different filters that the index cannot tell apart."""


@dataclass(slots=True)
class Group(Generic[SubscriberT]):
    """Subscribers with equal filters."""

    filter: Filter
    members: dict[int, SubscriberT] = field(default_factory=dict)


class Place(NamedTuple):
    """A place in the index."""

    tenant: str | None
    """None for entries of any tenant."""
    key: IndexKey


class SubscriptionIndex(Generic[SubscriberT]):
    """All subscribers of one kind."""

    def __init__(self) -> None:
        self.index: dict[str | None, dict[IndexKey, dict[str, Group[SubscriberT]]]] = {}
        """Groups by tenant, index key and canonical filter."""
        self._places: dict[int, Place] = {}

    def add(self, subscriber: SubscriberT) -> None:
        """Notify `subscriber` of entries from now on. Raises CapacityExceeded."""
        wanted = subscriber.filter
        by_key = self.index.get(wanted.tenant, {})
        # A filter of page and user is filed under the user, where there are fewer groups.
        key = min(wanted.index_keys, key=lambda each: _others(by_key.get(each, {}), wanted))
        groups = by_key.get(key, {})
        if _others(groups, wanted) >= MOST_GROUPS:
            raise CapacityExceeded
        self.index.setdefault(wanted.tenant, by_key)[key] = groups
        groups.setdefault(wanted.canonical, Group(wanted)).members[id(subscriber)] = subscriber
        self._places[id(subscriber)] = Place(wanted.tenant, key)

    def remove(self, subscriber: SubscriberT) -> None:
        """Stop notifying `subscriber`."""
        tenant, key = self._places.pop(id(subscriber))
        canonical, by_key = subscriber.filter.canonical, self.index[tenant]
        del by_key[key][canonical].members[id(subscriber)]
        if not by_key[key][canonical].members:
            del by_key[key][canonical]
        if not by_key[key]:
            del by_key[key]
        if not by_key:
            del self.index[tenant]

    def publish(self, entry: Entry) -> None:
        """Notify the subscribers whose filters accept a new entry."""
        for groups in self.concerned(entry):
            _notify(groups, entry)

    def concerned(self, entry: Entry) -> Iterator[tuple[Group[SubscriberT], ...]]:
        """List the groups that an entry may concern."""
        for tenant in (entry.tenant, None):
            by_key = self.index.get(tenant)
            if by_key:
                for key in entry_keys(entry):
                    if key in by_key:
                        yield tuple(by_key[key].values())

    def shutdown(self) -> None:
        """Tell all subscribers that no more entries will come."""
        for subscriber in self:
            subscriber.shutdown()

    def forget(self, tenant: str | None, numbers: Collection[int] | None, last: int) -> None:
        """Tell subscribers of a deletion: a tenant's entries, or all for None; only `numbers` if given.

        `last` is the number of the newest entry that was there.
        """
        for subscriber in self:
            if tenant is None or subscriber.filter.tenant in (tenant, None):
                subscriber.forget(tenant, numbers, last)

    def __iter__(self) -> Iterator[SubscriberT]:
        """List the subscribers as of now."""
        groups = [
            group for by_key in self.index.values() for each in by_key.values() for group in each.values()
        ]
        return iter([subscriber for group in groups for subscriber in group.members.values()])

    def __len__(self) -> int:
        return len(self._places)


def _others(groups: dict[str, Any], wanted: Filter) -> int:
    """Count the groups beside which a filter would be filed; -1 if it joins an existing group."""
    return -1 if wanted.canonical in groups else len(groups)


def _notify(groups: tuple[Group[SubscriberT], ...], entry: Entry) -> None:
    for group in groups:
        if group.filter.backtracks:  # an exchange must not wait for it
            for subscriber in tuple(group.members.values()):
                subscriber.notify_unjudged()
        elif group.filter.accepts(entry):
            for subscriber in tuple(group.members.values()):
                subscriber.notify(entry)
