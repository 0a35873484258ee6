"""The state in a store that several replicas share."""

from __future__ import annotations

from collections.abc import Callable

from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.valkey.counts.tenant_counts import TenantCounts
from oifde_simulator.state.valkey.coverage.coverage import ValkeyCoverage
from oifde_simulator.state.valkey.exchanges.exchanges import ValkeyExchanges
from oifde_simulator.state.valkey.journal.journal import ValkeyJournal
from oifde_simulator.state.valkey.metrics.metrics import ValkeyMetrics
from oifde_simulator.state.valkey.replicas.announcements import ValkeyAnnouncements
from oifde_simulator.state.valkey.replicas.replicas import ValkeyFiles, new_id, server_time
from oifde_simulator.state.valkey.settings import ValkeySettings
from oifde_simulator.state.valkey.store import Store
from oifde_simulator.state.valkey.tenants.table import TenantTable
from oifde_simulator.state.valkey.tenants.tenants import ValkeyTenants

BOUNDS = Bounds()


class ValkeyState:
    """The whole state, in a store."""

    def __init__(
        self,
        store: Store,
        bounds: Bounds = BOUNDS,
        clock: Clock = TIME_OF_DAY,
        store_time: Callable[[], int] | None = None,
        announcements: ValkeyAnnouncements | None = None,
    ) -> None:
        """`bounds` are those of the journal; `clock` tells the time of day.

        `announcements` are those of a replica; without them, nothing is heard of other replicas.
        `store_time` is the store's time in milliseconds, where a test makes it pass; else the server's.
        """
        self._store = store
        self._table = TenantTable(store, clock, store_time, bounds)
        self.exchanges = ValkeyExchanges(store, store_time)
        self.tenants = ValkeyTenants(self._table, TenantCounts(store, store_time), clock)
        self.journal = ValkeyJournal(store)
        self.coverage = ValkeyCoverage(store)
        self.settings = ValkeySettings(store)
        self.metrics = ValkeyMetrics(store, store_time=store_time)
        self.announcements = announcements or ValkeyAnnouncements(store, new_id(), store_time or server_time)
        self.files = ValkeyFiles(store)

    async def adopt(self) -> None:
        """Take the store as it is, and begin it where it is empty; the journal has our bounds then.

        Any number of replicas may; one of them begins it. Raises StoreGone.
        """
        await self._table.begin()

    async def close(self) -> None:
        """Let go of the store."""
        self.exchanges.close()
        await self.journal.close()
        await self._store.close()
