"""A journal on a state in memory, driven without an event loop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from oifde_simulator import journal
from oifde_simulator.immediate import immediate
from oifde_simulator.journal.filters import Filter, Since
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.state.interface import Read
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import BOUNDS, MemoryState


class Journal:
    """Records exchanges as the pipeline does, and reads them back at once."""

    def __init__(self, bounds: Bounds = BOUNDS, *, seed: str = "0") -> None:
        self.state = MemoryState(bounds)
        self.awaited = journal.Journal(self.state, seed=seed)
        self.waiters, self.followers = self.awaited.waiters, self.awaited.followers
        self.redaction = self.awaited.redaction

    def record(self, exchange: Exchange) -> Entry:
        """Put `exchange` on record, and log it."""
        return immediate(self._record(exchange))

    async def _record(self, exchange: Exchange) -> Entry:
        tenant = await self.state.tenants.get(exchange.tenant)
        read = Read(exchange.tenant, tenant.version, tenant.epoch)
        entry = await self.state.exchanges.record(read, self.awaited.entry(exchange), begun=False)
        exchange.outcome.report_to(self.state.exchanges.finish, entry.tenant, entry.number)
        self.awaited.log(exchange, entry)
        return entry

    def finish(self, tenant: str, number: int, outcome: Outcome) -> None:
        """Put the outcome of an entry on record."""
        self.state.exchanges.finish(tenant, number, outcome)

    def filter(self, parameters: Iterable[tuple[str, str]]) -> Filter:
        """Make the filter that parameters of a URL describe."""
        return self.awaited.filter(parameters)

    def entries(self, tenant: str | None, since: Since) -> list[Entry]:
        """Entries of a tenant after a number."""
        return immediate(self.awaited.entries(tenant, since))

    def some(self, tenant: str | None, numbers: Collection[int]) -> list[Entry]:
        """Entries of these numbers."""
        return immediate(self.awaited.some(tenant, numbers))

    def truncated(self, tenant: str | None, since: Since) -> bool:
        """Check that entries of a range had to go."""
        return immediate(self.awaited.truncated(tenant, since))

    def get(self, number: int) -> Entry | None:
        """The entry of a number."""
        return immediate(self.awaited.get(number))

    def clear(self, tenant: str | None = None) -> int:
        """Forget the entries of a tenant, or all."""
        return immediate(self.awaited.clear(tenant))

    def remove(self, numbers: Collection[int]) -> int:
        """Forget the entries of these numbers."""
        return immediate(self.awaited.remove(numbers))

    def sizes(self) -> list[tuple[str, int]]:
        """Tenants and how many entries each has."""
        return immediate(self.awaited.sizes())

    @property
    def last(self) -> int:
        """Number of the newest entry."""
        return immediate(self.awaited.last())

    @property
    def charge(self) -> int:
        """Bytes of memory that the entries are charged with."""
        return immediate(self.awaited.charge())

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over all entries, the oldest first."""
        return iter(self.entries(None, Since()))
