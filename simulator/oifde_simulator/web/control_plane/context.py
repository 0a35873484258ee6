"""The server as the control plane sees it, and one call of an operation."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aiohttp import web

from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.coverage import CoverageSnapshot
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.control_plane.client_authority import NO_AUTHORITY, ClientAuthority
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.query import Query
from oifde_simulator.web.control_plane.services.bodies import BodyService
from oifde_simulator.web.control_plane.services.check import CheckService
from oifde_simulator.web.control_plane.services.journal import JournalService
from oifde_simulator.web.control_plane.services.listener import ListenerService
from oifde_simulator.web.control_plane.services.metrics import MetricsService
from oifde_simulator.web.control_plane.services.rules import RuleService
from oifde_simulator.web.control_plane.services.subscriptions import SubscriptionService
from oifde_simulator.web.control_plane.services.tenant_admin import TenantAdminService
from oifde_simulator.web.control_plane.services.tenants import TenantService
from oifde_simulator.web.control_plane.standing import Standing
from oifde_simulator.web.data_plane.sockets.port import Port
from oifde_simulator.web.speech.speaker import Speaker

if TYPE_CHECKING:
    from oifde_simulator.engine.counting.metrics_sharing import MetricsSharing
    from oifde_simulator.web.control_plane.data_urls import DataUrls
    from oifde_simulator.web.control_plane.workers import WorkerGroup

MOST_STREAMS = 4
"""Long lists that are sent at once; others wait."""


class ControlContext:
    """Everything of one server that a route may use."""

    def __init__(
        self,
        *,
        tenants: Tenants,
        journal: Journal,
        meter: Meter,
        sharing: MetricsSharing | None = None,
        ca_pem: bytes | None,
        client_authority: ClientAuthority = NO_AUTHORITY,
        port: Port,
        host: str = "",
        advertise: str | None = None,
        advertise_recordings: str | None = None,
        delay: GlobalDelay,
        console: bool = True,
        wants_token: bool = False,
        workers: WorkerGroup | None = None,
        standing: Standing | None = None,
    ) -> None:
        """Wrap the parts of a server.

        `sharing` adds the counts of `meter` to those of other replicas; None where there are no others.
        `host` is where `port` listens, `advertise` the URL of it that everybody is told, and
        `advertise_recordings` that of the port that recordings have; None for none.
        `ca_pem` is None where TLS is off or the certificate was given. `console` says that there is a page,
        `wants_token` that calls need the bearer token. `workers` are the processes that share the ports.
        """
        self.evaluations = Evaluations()
        """Turns of the requests that compare much."""
        self.tenants = TenantService(tenants, self.evaluations)
        self.tenant_admin = TenantAdminService(tenants)
        self.rules = RuleService(tenants, self.evaluations)
        self.check = CheckService(tenants)
        self.journal = JournalService(journal, self.evaluations)
        self.bodies = BodyService(tenants, journal, self.evaluations)
        self.subscriptions = SubscriptionService(journal, self.journal.accepted)
        self.port = port
        self.listener = ListenerService(port, tenants.state.announcements)
        self.ca_pem = ca_pem
        """Authority to trust, PEM; None where TLS is off or the certificate was given."""
        self.client_authority = client_authority
        """Authority that signs certificates for clients."""
        self.console = console
        """True where the page is served."""
        self.wants_token = wants_token
        """True where calls need the bearer token."""
        self.workers = workers
        """Processes that share the ports; None for this one alone."""
        self.standing = standing or Standing()
        """Standing to the state's store, and to the other replicas."""
        self.metrics = MetricsService(meter, sharing, self.subscriptions, port, self.standing)
        self.streams = Semaphore(MOST_STREAMS)
        """Places for long lists; one is held while a list is sent."""
        self.speaker = Speaker()
        """Speaks the words of recordings that are played."""
        self._host, self._advertise = host, (advertise, advertise_recordings)
        self._state = tenants.state
        self._delay = delay

    @property
    def instance(self) -> str:
        """Id of this start of the server, or of its store, since numbers of entries begin anew with each."""
        return self.standing.instance

    @cached_property
    def data_urls(self) -> DataUrls:
        """URLs of the vendor's port as a caller reaches it."""
        from oifde_simulator.web.control_plane.data_urls import DataUrls  # not needed at the start

        return DataUrls(self.port, self._host, *self._advertise)

    @property
    def scheme(self) -> str:
        """Scheme of the vendor's port: `http` or `https`."""
        return self.port.url.partition(":")[0]

    async def coverage(self) -> CoverageSnapshot:
        """Read which rules count, and how often each has fired."""
        return await self._state.coverage.snapshot()

    async def global_delay(self) -> Mapping[str, Any]:
        """Read the delay of every answer, in WireMock's words; empty for none."""
        return await self._state.settings.global_delay()

    async def set_global_delay(self, given: Mapping[str, Any]) -> None:
        """Delay every answer from now on. Raises ValueError."""
        await self._delay.set(given)

    async def delete_tenant(self, id: str) -> None:
        """Stop serving a tenant, and forget its exchanges and counts."""
        await self.tenant_admin.delete(id)
        await self.journal.clear(id)
        await self.metrics.forget(id, await self.journal.last())

    async def reset_tenant(self, id: str) -> None:
        """Put a tenant back to the beginning of its scenario, and forget its exchanges."""
        await self.tenant_admin.reset(id)
        await self.journal.clear(id)

    async def clear_tenant(self, id: str) -> None:
        """Put a tenant back to the beginning, without rules, and forget its exchanges."""
        await self.tenant_admin.clear(id)
        await self.journal.clear(id)

    async def reset_tenants(self) -> None:
        """Put every tenant back to the beginning of its scenario, and forget all exchanges."""
        await self.tenant_admin.reset_all()
        await self.journal.clear()

    async def clear_tenants(self) -> None:
        """Give everybody a good day: no rules, no delay, a port that listens, good TLS; the journal is kept.

        Raises OSError where the vendor's port cannot be opened; then nothing has changed.
        """
        await self.listener.open()
        await self.listener.mend()
        await self.set_global_delay({})
        await self.tenant_admin.clear_all()

    async def restore(self) -> int:
        """Put everything back to how it was at the start; count the made tenants that are gone.

        Raises OSError where the vendor's port cannot be opened.
        """
        gone = await self.tenant_admin.restore()
        await self.journal.clear()
        await self.set_global_delay({})
        last = await self.journal.last() if gone else 0
        for id in gone:
            await self.metrics.forget(id, last)
        await self.listener.mend()
        await self.listener.open()
        return len(gone)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One request of an operation, found good by the document."""

    context: ControlContext
    request: web.Request
    path: Mapping[str, str]
    """Path parameters by name."""
    query: Query
    body: Any
    """JSON of the body as the document describes it; None without one."""


Handler = Callable[[Call], Awaitable[web.StreamResponse]]
"""Function that answers the calls of one operation."""

RouteTable = Mapping[str, Handler]
"""Handlers by the operationId of the document."""
