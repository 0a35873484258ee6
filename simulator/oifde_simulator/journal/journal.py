"""The journal: takes each exchange before its first byte leaves, and finds it again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from heapq import nsmallest
from typing import TYPE_CHECKING

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.journal import log_line
from oifde_simulator.journal.entry_factory import EntryFactory
from oifde_simulator.journal.filter_parameters import parse
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.journal.subscriptions.index import SubscriptionIndex
from oifde_simulator.journal.subscriptions.waiters import WaiterIndex
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.view import Mismatch
from oifde_simulator.state.interface import State
from oifde_simulator.stepwise import Steps, complete, mapped
from oifde_simulator.text import nearest as close_name

if TYPE_CHECKING:
    from oifde_simulator.journal.subscriptions.follower import Follower


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An entry that is nearly what was asked for."""

    entry: Entry
    differences: list[Mismatch]


def _say_nothing(exchange: Exchange, entry: Entry) -> None:
    """Write no line."""


class Journal:
    """Every exchange of one server, as the state keeps it."""

    def __init__(self, state: State, *, seed: str = "0", quiet: bool = False) -> None:
        """Fingerprints of credentials depend on `seed`; a `quiet` journal writes no log."""
        self.waiters = WaiterIndex()
        self.followers: SubscriptionIndex[Follower] = SubscriptionIndex()
        self.redaction = Redactor(seed)
        """Makes fingerprints of credentials."""
        self._state = state.journal
        self.log: Callable[[Exchange, Entry], None] = _say_nothing if quiet else log_line.log_exchange
        """Says in the log what was exchanged."""
        self._quiet = quiet
        self.entry = EntryFactory(self.redaction).make
        """Makes the entry of an exchange, which has no number yet."""
        state.journal.listen(self._hear, self._forget)
        state.journal.listen_to_ends(self.waiters.publish_end, self.waiters.look_for_ends)

    @property
    def logs_good(self) -> bool:
        """True where the log has a line for an exchange in which nothing is odd."""
        return not self._quiet and log_line.logs_good()

    def _hear(self, entry: Entry) -> None:
        """Tell waiters and followers of an entry that is on record."""
        if self.waiters.index:
            self.waiters.publish(entry)
        if self.followers.index:
            self.followers.publish(entry)

    def look_again(self) -> None:
        """Have waiters and followers look for entries that they were not told of."""
        for waiter in self.waiters:
            waiter.look_again()
        for follower in self.followers:
            follower.notify_unjudged()

    def end_subscriptions(self) -> None:
        """End every wait and every stream: the numbers of entries begin anew."""
        self.waiters.shutdown()
        self.followers.shutdown()

    def _forget(self, tenant: str | None, numbers: Collection[int] | None, last: int) -> None:
        """Tell waiters of a deletion; followers read what is there."""
        self.waiters.forget(tenant, numbers, last)

    def listening(self, tenant: str | None, *, ends: bool = False) -> AbstractAsyncContextManager[None]:
        """Hear of the entries of a tenant, or of all for None, while in the context; with `ends` of those."""
        return self._state.listening(tenant, ends=ends)

    def filter(self, parameters: Iterable[tuple[str, str]]) -> Filter:
        """Make the filter that parameters of a URL describe. Raises WrongParameter."""
        return parse(parameters, self.redaction.fingerprint)

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        return await self._state.last()

    async def entries(self, tenant: str | None, since: Since, most: int | None = None) -> list[Entry]:
        """Entries of a tenant (`""` for none known; None for all) after a number, the oldest `most`."""
        return await self._state.entries(tenant, since.number, most)

    async def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers that are still there, in order."""
        return await self._state.some(tenant, numbers)

    async def truncated(self, tenant: str | None, since: Since) -> bool:
        """Check that entries of that range had to go."""
        return await self._state.truncated(tenant, since.number, since.at)

    async def get(self, number: int) -> Entry | None:
        """The entry of this number; None where it is not there."""
        return await self._state.get(number)

    async def clear(self, tenant: str | None = None) -> int:
        """Forget the entries of a tenant (`""` for none known), or all; how many. Numbers go on."""
        return await self._state.clear(tenant)

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many. That is no loss: nothing becomes truncated."""
        return await self._state.remove(numbers)

    async def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        return await self._state.charge()

    async def sizes(self) -> list[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        return await self._state.sizes()


def nearest(wanted: Filter, entries: Iterable[Entry], count: int = 3) -> list[NearMiss]:
    """The entries that fit `wanted` all but for the fewest differences."""
    return complete(search_nearest(wanted, entries, count))


def search_nearest(wanted: Filter, entries: Iterable[Entry], count: int = 3) -> Steps[list[NearMiss]]:
    """Find what `nearest` finds, a step for each entry."""
    compared = yield from mapped(entries, lambda entry: NearMiss(entry, wanted.difference(entry)))
    misses = [miss for miss in compared if miss.differences]
    fired = {rule for miss in misses for rule in miss.entry.rules} if wanted.rule else ()
    alike = close_name(wanted.rule, fired) if fired else ""
    return nsmallest(count, misses, key=lambda miss: _rank(wanted, miss, alike))


def _rank(wanted: Filter, miss: NearMiss, alike: str) -> tuple[bool, int, bool, int]:
    """Order misses: first those where the wanted rule did not fire, then by differences.

    Of equals those come first where the rule fired whose name is most `alike`, and then the newest.
    """
    entry = miss.entry
    return not wanted.why_idle(entry), len(miss.differences), alike not in entry.rules, -entry.number
