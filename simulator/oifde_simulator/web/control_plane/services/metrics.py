"""Counts of requests: those of this server, or those of all replicas where there are several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.engine.counting.recent_counts import Series
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.web.control_plane.services.subscriptions import SubscriptionService
from oifde_simulator.web.control_plane.standing import Standing
from oifde_simulator.web.data_plane.sockets.port import Port

if TYPE_CHECKING:
    from oifde_simulator.engine.counting.metrics_sharing import MetricsSharing

WAITERS = "journal_waiters"
"""Name of the gauge of requests that wait for exchanges."""
UNANSWERED = "store_unanswered"
"""Name of the count of requests that got 503 since the state's store gave no answer."""
TLS_FAULT = "tls_faults:"
"""Prefix of the name of a count of connections that met a fault of TLS; the fault follows."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts at one moment."""

    meter: Meter
    waiters: int
    """Number of requests that wait for exchanges."""
    tls_faults: Mapping[str, int]
    """Connections that met a fault of TLS, by its name."""
    unanswered: int | None
    """Requests that got 503 since the state's store gave no answer; None without a store."""


class MetricsService:
    """Read the counts of all replicas."""

    def __init__(
        self,
        meter: Meter,
        sharing: MetricsSharing | None,
        subscriptions: SubscriptionService,
        port: Port,
        standing: Standing,
    ) -> None:
        """`sharing` adds the counts of `meter` to those of the others; None where there are no others."""
        self._standing = standing
        self._meter = meter
        self._sharing = sharing
        self._subscriptions = subscriptions
        self._port = port
        if sharing is not None:
            sharing.gauges = lambda: {WAITERS: subscriptions.waiters}
            sharing.counts = self._own_counts

    async def read(self) -> Counts:
        """Read the counts of all replicas."""
        if self._sharing is None:
            waiters, unanswered = self._subscriptions.waiters, self._standing.unanswered
            return Counts(self._meter, waiters, self._tls_faults(), unanswered)
        counted, gauges = await self._sharing.all()
        faults = {
            name.removeprefix(TLS_FAULT): int(count)
            for name, count in counted.named.items()
            if name.startswith(TLS_FAULT)
        }
        unanswered = int(counted.named.get(UNANSWERED, 0))
        return Counts(Meter.of(counted), int(gauges.get(WAITERS, 0)), faults, unanswered)

    def _own_counts(self) -> Mapping[str, float]:
        faults = {TLS_FAULT + name: count for name, count in self._tls_faults().items()}
        return faults | {UNANSWERED: self._standing.unanswered or 0}

    def _tls_faults(self) -> Mapping[str, int]:
        return self._port.tls.counts if self._port.tls is not None else {}

    async def series(self, seconds: int, tenant: str | None) -> Series:
        """List the counts of the last seconds, of all tenants or of one (`""`: of none known)."""
        if self._sharing is None:
            return self._meter.recent.series(seconds, tenant)
        return await self._sharing.series(seconds, tenant)

    async def forget(self, tenant: str, last: int) -> None:
        """Forget the counts of a tenant that is gone; `last` is the number of the newest entry."""
        if self._sharing is None:
            self._meter.forget(tenant)
        else:
            await self._sharing.forget(tenant, last)
