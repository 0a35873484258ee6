"""One server as the control plane sees it, and one call of an operation."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from oifde_simulator.engine.metrics import Meter
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.state.interface import State
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.admin import TenantAdmin
from oifde_simulator.web.data_plane.port import Port

LISTS_AT_ONCE = 4
"""Long lists that are written at once; others wait."""


@dataclass(frozen=True, slots=True, eq=False)
class ControlContext:
    """One server, as the control plane sees it."""

    tenants: Tenants
    journal: Journal
    meter: Meter
    ca_pem: bytes | None
    """The authority to trust, PEM; None when TLS is off or the certificate was given."""
    admin: TenantAdmin
    port: Port
    delay: GlobalDelay
    """Delay of every answer of the vendor's port."""
    lists: Semaphore = field(default_factory=lambda: Semaphore(LISTS_AT_ONCE))
    """Held while a long list is written."""

    @property
    def state(self) -> State:
        """State of the server."""
        return self.tenants.state

    async def forget(self, tenant: str) -> None:
        """Forget the exchanges and counts of a tenant that is gone."""
        await self.journal.clear(tenant)
        self.meter.forget(tenant)

    async def restore(self) -> int:
        """Put everything back to how it was at the start; returns how many made tenants are gone."""
        gone = await self.tenants.restore()
        await self.journal.clear()
        await self.delay.set({})
        for tenant in gone:
            self.meter.forget(tenant)
        await self.port.open()
        return len(gone)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One request of an operation, found good by the document."""

    context: ControlContext
    request: web.Request
    body: Any
    """JSON of the body as the document describes it; None without one."""


Handler = Callable[[Call], Awaitable[web.StreamResponse]]
"""Answers a call of one operation."""

RouteTable = Mapping[str, Handler]
"""Handlers by the operationId of the document."""
