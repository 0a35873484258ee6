"""The state: all that a request or the control plane may change, behind calls that any store can answer.

Rule: values go in and out. No answer is a mutable object, none is assumed to be there at once, and nothing is
drawn by a count that only the caller knows. `memory/` is the form in this process, which never suspends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.counted_requests import AddedCounts, AllCounts, RecentTallies
from oifde_simulator.model.coverage import CoverageSnapshot, CoveredRule
from oifde_simulator.model.credential_step import (
    Admission,
    EndedToken,
    SecretStep,
    TokenStep,
)
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.tenant_state import NewRule, RuleStanding, TenantSource, TenantState
from oifde_simulator.model.turn import Candidate, Fired, Leases, StateTimes, Turn, Value

HearEntry = Callable[[Entry], None]
"""Takes an entry that is on record."""
ForgetEntries = Callable[[str | None, Collection[int] | None, int], None]
"""Takes what was deleted: of a tenant, or of all for None; its numbers, or None for all up to a number, the
last one, of the newest entry that was there."""


class Read(NamedTuple):
    """A tenant as a request was planned with it."""

    tenant: str
    """Id; empty for requests that belong to no tenant."""
    version: int
    epoch: int


class Exchanges(Protocol):
    """What a request asks of the state, in this order. Each call may raise Stale.

    The first call of a request checks the version of what it read, later ones only the epoch (`begun`).
    """

    suspends: bool
    """True where calls await a store, and so have to be made in a task."""

    async def admit(self, read: Read, step: TokenStep | SecretStep) -> Admission:
        """Judge a credential by what was counted, and count it."""
        ...

    async def turn(self, read: Read, now: int, candidates: Sequence[Candidate], *, begun: bool) -> Turn:
        """Find whose turn it is at `now` (tenant time, epoch milliseconds), and count it.

        Candidates with `also` go along: each is counted by itself then, in the state in which the request
        came; one with `head_only` is not counted where the one that takes the request has no `sends_head`.

        Each candidate that counts exchanges in flight, and was counted, has a lease in `Turn.leases`: the
        exchange is in flight until `finish` gives the leases back, which belong to the tenant's epoch. In a
        store for several replicas those of one that died lapse after 10 seconds, and each replica renews its
        own meanwhile; in one process they need neither.
        """
        ...

    async def record(
        self,
        read: Read,
        entry: Entry,
        fired: Sequence[Fired] = (),
        ended: EndedToken | None = None,
        *,
        begun: bool,
    ) -> Entry:
        """Put an exchange on record with what its rules did, in one step; the entry with its number."""
        ...

    def finish(self, tenant: str, number: int, outcome: Outcome, leases: Leases = (), /) -> None:
        """Say how the sending of an exchange ended, and give back its leases. Nobody waits for it.

        Number 0 is an exchange without a record. A lease is given back once, whatever comes again; one of an
        epoch that has passed, or of a rule that is asked no more, changes nothing.
        """
        ...


class Tenants(Protocol):
    """Tenants that are not as their files have them.

    A change to what was read names its `epoch`, and raises Stale where another has begun, as when the tenant
    was deleted meanwhile; None changes the tenant as it is by then.
    """

    async def get(self, id: str) -> TenantState:
        """Tell how a tenant is; one that nobody touched is as its file has it."""
        ...

    async def made(self) -> list[str]:
        """List the ids of tenants that were made on demand, in the order in which they were."""
        ...

    async def gone(self) -> frozenset[str]:
        """List the ids that the files have and that were deleted."""
        ...

    async def touched(self) -> list[str]:
        """List the ids of tenants that are not as their files have them."""
        ...

    async def last_change(self) -> int:
        """Tell a number that each change raises, whichever replica makes it; 0 where there is no other."""
        ...

    async def given_sources(self, since: int) -> list[str]:
        """List the ids of tenants that got another source after the change `since`.

        There are none where there is no other replica.
        """
        ...

    async def number(self) -> int:
        """Count one more tenant without an id of its own; from 1."""
        ...

    async def make(self, id: str, source: TenantSource) -> TenantState:
        """Serve a tenant that is made of `source`. Raises DuplicateName and CapacityExceeded."""
        ...

    async def replace(self, id: str, source: TenantSource | None, *, epoch: int | None = None) -> TenantState:
        """Serve another source as the tenant (None: what the files have). Raises CapacityExceeded."""
        ...

    async def delete(self, id: str, *, in_files: bool, epoch: int | None = None) -> None:
        """End a tenant; the next one of its id has other credentials."""
        ...

    async def reset(self, id: str, *, cleared: bool = False, epoch: int | None = None) -> TenantState:
        """Begin the tenant anew; `cleared` leaves the rules of its scenario out until the next reset."""
        ...

    async def reset_all(self, *, cleared: bool = False) -> None:
        """Begin every tenant anew; `cleared` leaves the rules of the scenarios out until the next reset."""
        ...

    async def restore(self) -> list[str]:
        """Serve what the files have and nothing else; the ids of made tenants that are gone by this."""
        ...

    async def set_clock(self, id: str, setting: ClockSetting, version: int) -> TenantState:
        """Set a tenant's clock, as it follows from how the tenant was at `version`; Stale at another."""
        ...

    async def add_rules(
        self, id: str, rules: Sequence[NewRule], own: Iterable[str], epoch: int
    ) -> TenantState:
        """Have rules asked before all others; `own` are the names of those of the scenario.

        Raises DuplicateName, CapacityExceeded, and Stale where another epoch has begun.
        """
        ...

    async def remove_rules(
        self, id: str, names: Iterable[str], own: Iterable[str], *, epoch: int | None = None
    ) -> TenantState:
        """Ask rules no more, added or not. Raises UnknownRule for one that is not there."""
        ...

    async def rules(self, id: str, own: Iterable[str], *, epoch: int | None = None) -> list[RuleStanding]:
        """List the rules of a tenant in the order in which they are asked."""
        ...

    async def state(self, id: str, value: Value, now: int = 0, times: StateTimes | None = None) -> str:
        """Tell the state that the rules of a tenant are in for a value at `now` (tenant time).

        Without `times` it is the one that was entered last, however long ago.
        """
        ...

    async def states(self, id: str) -> list[Value]:
        """List the values that have left the first state."""
        ...

    async def enter(self, id: str, value: Value, state: str, at: int, *, epoch: int | None = None) -> None:
        """Set the state of a value; its time begins `at` (tenant time), also where it is in it already."""
        ...


class Journal(Protocol):
    """Exchanges on record, within bounds."""

    async def last(self) -> int:
        """Tell the number of the newest entry; 0 when there was none."""
        ...

    async def entries(self, tenant: str | None, after: int, most: int | None = None) -> list[Entry]:
        """Entries of a tenant (`""` for none known, None for all) after a number, the oldest first.

        At most the `most` oldest of them.
        """
        ...

    async def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers that are still there, in order."""
        ...

    async def get(self, number: int) -> Entry | None:
        """The entry of a number; None where it is not there."""
        ...

    async def truncated(self, tenant: str | None, after: int, at: int | None) -> bool:
        """Check that entries after a number, and of `at` (epoch milliseconds) or later, had to go."""
        ...

    async def clear(self, tenant: str | None) -> int:
        """Forget the entries of a tenant, or all; how many. Numbers go on."""
        ...

    async def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers; how many."""
        ...

    async def sizes(self) -> list[tuple[str, int]]:
        """Tenants (`""` for none known) and how many entries each has."""
        ...

    async def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        ...

    def listen(self, hear: HearEntry, forget: ForgetEntries) -> None:
        """Call `hear` with each entry that is put on record, and `forget` with what is deleted.

        In a store for several replicas they are called for what any of them does, in its order, and only
        while somebody is `listening`. What was there before may be told of too.
        """
        ...

    def listening(self, tenant: str | None) -> AbstractAsyncContextManager[None]:
        """Hear of the entries of a tenant, or of all for None, while in the context.

        All that is put on record after it was entered is told of; what is read in it is what was before.
        """
        ...


class Coverage(Protocol):
    """Rules that count, and how often each has fired since the start."""

    async def cover(self, scenario: str, rules: Sequence[CoveredRule], *, file: bool, asked: bool) -> None:
        """Count these rules of a scenario from now on."""
        ...

    async def snapshot(self) -> CoverageSnapshot:
        """Copy what was counted."""
        ...


class Settings(Protocol):
    """Settings of the whole server that may change while it runs."""

    async def global_delay(self) -> Mapping[str, Any]:
        """Tell the delay of every answer, as it was set; empty for none."""
        ...

    async def set_global_delay(self, given: Mapping[str, Any]) -> None:
        """Delay every answer from now on; counting its answers begins anew."""
        ...

    async def next_delayed(self) -> int:
        """Count one more delayed answer; from 1."""
        ...


class Metrics(Protocol):
    """Counts of what several replicas have answered. Calls raise StoreGone."""

    async def add(self, number: int, added: AddedCounts, gauges: Mapping[str, float]) -> None:
        """Add counts of this replica; a batch of the same `number` is added once.

        `gauges` are what is so at this replica now, until it says otherwise or is gone.
        """
        ...

    async def all(self) -> AllCounts:
        """Read the counts of all replicas, those of dead ones too."""
        ...

    async def recent(self, seconds: int, tenant: str | None) -> RecentTallies:
        """Read the tallies of the last seconds, of all tenants or of one (`""`: of none known)."""
        ...

    async def forget(self, tenant: str, last: int) -> None:
        """Forget the counts of a gone tenant, also those of its entries up to `last` that come late."""
        ...


class Announcement(NamedTuple):
    """The present value of a topic."""

    value: Any
    """Value of JSON's types; None where the topic is as at the start."""
    age: float = 0.0
    """Seconds since it was announced."""


Act = Callable[[Announcement], Awaitable[None]]
"""Function that makes an announcement true in this process."""


class Announcements(Protocol):
    """What each replica keeps in its process, and what must be true at all of them at once.

    A topic has one value, the last that was announced; a replica that comes later acts on it first.
    """

    def hear(self, topic: str, act: Act) -> None:
        """Call `act` with each value of a topic from now on."""
        ...

    async def announce(self, topic: str, value: Any) -> None:
        """Replace the value of a topic, and wait until every replica has acted on it.

        Raises what this process's own `act` raises, and NotCarriedOut for another replica's.
        """
        ...


class Files(Protocol):
    """Digests of the files of tenants, so that several replicas that read a changed file act on it once."""

    async def note(self, ids: Collection[str], digest: Callable[[str], str]) -> list[str]:
        """Note the digest of each tenant's file ("" for one that is gone); list those for which it is news.

        `digest` is asked only where somebody compares.
        """
        ...


class State(Protocol):
    """All of it."""

    @property
    def exchanges(self) -> Exchanges:
        """Calls of requests."""
        ...

    @property
    def tenants(self) -> Tenants:
        """Tenants that were made or changed."""
        ...

    @property
    def journal(self) -> Journal:
        """Exchanges on record."""
        ...

    @property
    def coverage(self) -> Coverage:
        """Counts of rules."""
        ...

    @property
    def settings(self) -> Settings:
        """Settings of the whole server."""
        ...

    @property
    def metrics(self) -> Metrics | None:
        """Counts of all replicas; None where those that the server keeps itself are all there are."""
        ...

    @property
    def announcements(self) -> Announcements:
        """Values on which every replica acts at once."""
        ...

    @property
    def files(self) -> Files:
        """Digests of the files of tenants."""
        ...

    async def adopt(self) -> None:
        """Take what is in the store, and begin it where it is empty."""
        ...

    async def close(self) -> None:
        """Let go of what the state holds outside this process."""
        ...
