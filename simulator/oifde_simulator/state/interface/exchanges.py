"""What a request asks of the state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from oifde_simulator.model.credential_step import Admission, EndedToken, SecretStep, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Peer
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import Candidate, Fired, Leases, Turn


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

    def repeat(
        self, read: Read, like: Entry, at: int, peer: Callable[[], Peer], outcome: Outcome
    ) -> Entry | None:
        """Put an exchange on record that is as another one, but for these; the entry with its number.

        `peer` counts a request of its sender. None, and nothing is done, where the tenant has changed, or a
        store would have to be waited for.
        """
        ...

    def finish(self, tenant: str, number: int, outcome: Outcome, leases: Leases = (), /) -> None:
        """Say how the sending of an exchange ended, and give back its leases. Nobody waits for it.

        Number 0 is an exchange without a record. A lease is given back once, whatever comes again; one of an
        epoch that has passed, or of a rule that is asked no more, changes nothing.
        """
        ...
