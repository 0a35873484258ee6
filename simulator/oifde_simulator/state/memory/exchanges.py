"""What requests ask of the state in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oifde_simulator.model.credential_step import Admission, EndedToken, SecretStep, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Peer
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import Candidate, Fired, Leases, Turn
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import Read
from oifde_simulator.state.memory.tables import Tables


class MemoryExchanges:
    """What requests ask."""

    suspends = False

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._tenants = tables.tenants
        self._journal = tables.journal
        self.hearers: list[Callable[[Entry], None]] = []
        """Called with each entry that is put on record."""
        self.end_hearers: list[Callable[[Entry], None]] = []
        """Called with each entry that gets its outcome; there is none while nobody waits for ends."""

    async def admit(self, read: Read, step: TokenStep | SecretStep) -> Admission:
        """Judge a credential by what was counted, and count it."""
        tenant = self._tenants.get(read.tenant)
        if tenant.version != read.version:
            raise Stale
        credentials = self._tables.counts_of(read.tenant, tenant.epoch).credentials
        if isinstance(step, TokenStep):
            return Admission(token=credentials.token(step))
        verdict = credentials.secret(step)
        if verdict != "good" or not step.issues:
            return Admission(secret=verdict)
        number = self._tables.token_numbers.get(read.tenant, 0)
        self._tables.token_numbers[read.tenant] = number + 1
        credentials.issued(number)
        return Admission(number=number)

    async def turn(self, read: Read, now: int, candidates: Sequence[Candidate], *, begun: bool) -> Turn:
        """Find whose turn it is at `now` (tenant time, epoch milliseconds), and count it."""
        self._check(read, begun)
        return self._tables.counts_of(read.tenant, read.epoch).rules.turn(now, candidates)

    async def record(
        self,
        read: Read,
        entry: Entry,
        fired: Sequence[Fired] = (),
        ended: EndedToken | None = None,
        *,
        begun: bool,
    ) -> Entry:
        """Put an exchange on record with what its rules did; the entry with its number."""
        self._check(read, begun)
        entry = self._journal.add(entry)
        if fired or ended:
            self._count(read, fired, ended)
        for hear in self.hearers:
            hear(entry)
        return entry

    def repeat(
        self, read: Read, like: Entry, at: int, peer: Callable[[], Peer], outcome: Outcome
    ) -> Entry | None:
        """Put an exchange on record that is as another one; None where the tenant has changed."""
        tenant = self._tenants.get(read.tenant)
        if tenant.version != read.version or tenant.epoch != read.epoch:
            return None
        entry = self._journal.repeat(like, at, peer(), outcome)
        for hear in self.hearers:
            hear(entry)
        return entry

    def finish(self, tenant: str, number: int, outcome: Outcome, leases: Leases = ()) -> None:
        """Say how the sending of an exchange ended, and give back its leases."""
        self._journal.finish(tenant, number, outcome)
        if leases:
            self._tables.give_back(leases)
        if self.end_hearers:
            self._tell_end(tenant, number)

    def _tell_end(self, tenant: str, number: int) -> None:
        entry = self._journal.entry(tenant, number)
        if entry is not None:
            for hear in self.end_hearers:
                hear(entry)

    def _check(self, read: Read, begun: bool) -> None:
        name, version, epoch = read
        tenant = self._tenants.get(name)
        if tenant.epoch != epoch or not (begun or tenant.version == version):
            raise Stale

    def _count(self, read: Read, fired: Sequence[Fired], ended: EndedToken | None) -> None:
        counts = self._tables.counts_of(read.tenant, read.epoch)
        for each in fired:
            counts.rules.fire(each.rule)
            if each.scenario:
                self._tables.coverage.fire(each)
        if ended is not None:
            counts.credentials.end(ended)
