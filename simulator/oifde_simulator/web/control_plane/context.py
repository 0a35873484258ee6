"""What the control plane's rooms work on."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from oifde_simulator.coverage.coverage import Coverage
from oifde_simulator.engine.metrics import Meter
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import OnDemand
from oifde_simulator.web.data_plane.port import Port

AT_ONCE = 4
"""Long lists that are written at once; others wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """One server, as the control plane sees it."""

    tenants: Tenants
    journal: Journal
    meter: Meter
    coverage: Coverage
    ca_pem: bytes | None
    """The authority to trust, PEM; None when TLS is off or the certificate was given."""
    on_demand: OnDemand
    port: Port
    delay: GlobalDelay = field(default_factory=GlobalDelay)
    """Of every answer of the vendor's port."""
    lists: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))
    """Held while a long list is written."""

    def forget(self, tenant: str) -> None:
        """The tenant is gone: nothing is told of it any more."""
        self.journal.clear(tenant)
        self.meter.forget(tenant)

    async def restore(self) -> int:
        """Everything back to how it was at the start; how many tenants that were made are gone."""
        gone = self.tenants.made
        self.tenants.restore()
        self.journal.clear()
        self.delay.set({})
        for tenant in gone:
            self.meter.forget(tenant)
        await self.port.open()
        return len(gone)


Operation = Callable[[Plane, web.Request, Any], Awaitable[web.StreamResponse]]
"""Answers a request; the last argument is its JSON body as the document describes it, None without one."""

Room = Mapping[str, Operation]
"""Operations by the operationId of the document."""
