"""The server from start to stop: it opens both ports, and closes them when their requests are answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from oifde_simulator.config import Settings
from oifde_simulator.coverage import registration
from oifde_simulator.model.coverage import CoverageSnapshot
from oifde_simulator.runtime.curl_lines import ShownCertificate
from oifde_simulator.runtime.server.parts import ServerParts
from oifde_simulator.runtime.server.urls import ServerUrls
from oifde_simulator.scenario import selection
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.tenants import Tenants
from oifde_simulator.urls import url
from oifde_simulator.web.control_plane.server import ControlPlaneRunner, start_sites
from oifde_simulator.web.data_plane.sockets.binding import bind_and_listen
from oifde_simulator.web.data_plane.sockets.port import Port

if TYPE_CHECKING:
    from oifde_simulator.runtime.replica.opening import StoreLink
    from oifde_simulator.web.control_plane.workers import WorkerGroup
    from oifde_simulator.web.data_plane.sockets.shared_sockets import SharedSockets
    from oifde_simulator.web.tls.certificates.authority_process import AuthorityProcess

log = logging.getLogger("oifde_simulator")


class Simulator(ServerUrls):
    """A server: tenants behind two listeners."""

    def __init__(
        self,
        settings: Settings,
        tenants: Tenants,
        store: StoreLink | None = None,
        authority: AuthorityProcess | None = None,
    ) -> None:
        """Prepare a server that does not listen yet; `store` is that of the state, None for this process.

        `authority` is made by another process, where there is one.
        Raises ValueError or OSError for unusable settings.
        """
        super().__init__(settings)
        self.tenants = tenants
        self.parts = parts = ServerParts(settings, tenants, store, authority)
        self.journal, self.meter = parts.journal, parts.meter
        self.health, self.delay = parts.health, parts.delay
        self.token = parts.token
        """Bearer token that the control plane requires; None for none."""
        self.coverage = CoverageSnapshot(())
        """Coverage as it stood when the server was stopped."""
        self.shared: SharedSockets | None = None
        """Sockets to listen on, where other processes have them too; None to bind its own."""
        self.workers: WorkerGroup | None = None
        """Processes that share the sockets; None for this one alone."""
        self.opens_port = True
        """True where the vendor's port is to be open from the start."""
        self._running: list[ControlPlaneRunner | Port] = []
        self._store = store
        self._replica = parts.create_replica(self._expect)

    @property
    def ca_pem(self) -> bytes | None:
        """Certificate authority to trust (PEM); None with TLS off or a given certificate."""
        return self.parts.ca_pem

    @property
    def shown_certificate(self) -> ShownCertificate | None:
        """Certificate that a client has to show; None where it needs none."""
        clients = self.parts.clients
        if clients is None or clients.mode != "require":
            return None
        if self.parts.client_authority.is_accepted:
            return ShownCertificate.of_ours(self.control_url, wants_token=self.token is not None)
        return ShownCertificate()

    def client_pem(self) -> bytes | None:
        """Make a certificate for a client; None where clients are asked for none, or for one of others."""
        authority = self.parts.client_authority
        return authority.make() if self.parts.clients is not None and authority.is_accepted else None

    @property
    def replica(self) -> str:
        """Id among the replicas of the state's store; empty where the state is in this process."""
        return self._store.replicas.id if self._store else ""

    async def forget_replica(self, replica: str) -> None:
        """Have nobody wait for a replica whose process has ended."""
        if self._store:
            with suppress(StoreGone):  # its silence tells it later
                await self._store.replicas.forget(replica)

    async def start(self, before_control: Callable[[], Awaitable[None]] | None = None) -> None:
        """Open the vendor's port, then the control plane; in between, wait for `before_control`.

        Raises OSError if one cannot be opened, or the store of the state does not answer.
        """
        port = self.parts.create_port(self.shared)
        control = self.parts.create_control_plane(port, self._replica, self.workers)
        try:
            await self._begin()
            self._running.append(port)
            await port.start()
            self._note_port(port)
            self.opens_port = port.is_to_be_open
            if before_control is not None:
                await before_control()
            own = await self._open(control, self._settings.control_host, self._settings.control_port)
            self._note_control_plane(own, port)
            if self.parts.sharing is not None:
                self.parts.sharing.start()
        except BaseException:
            await self.stop()
            raise

    async def drain(self) -> None:
        """Leave new requests to the other processes, and answer those that came, with the waits of faults."""
        self.journal.followers.shutdown()  # they come again, to another process
        await asyncio.gather(*(each.drain() for each in self._running))

    async def cease(self) -> None:
        """Finish requests in flight, then close both listeners."""
        for each in self._running:
            if isinstance(each, Port):
                each.begin_to_stop()  # the control plane takes a while to end
        while self._running:
            await self._running.pop().cleanup()

    async def stop(self) -> None:
        """Finish requests in flight, close both listeners, and let go of the state."""
        await self.cease()
        if self.parts.sharing is not None:
            await self.parts.sharing.stop()
        try:
            self.coverage = await self.tenants.state.coverage.snapshot()
        except StoreGone as gone:
            log.warning("coverage is not known: %s", gone)
        if self._replica:
            await self._replica.stop()
        await self.tenants.state.close()

    async def _begin(self) -> None:
        """Register at the state, which may be a store that other replicas have used."""
        if self._replica is None or self._store is None:
            await self._expect()
            return
        try:
            await self._store.store.open()
            await self._replica.start()
        except StoreGone as gone:
            raise OSError(f"--state: {gone}") from None

    async def _expect(self) -> None:
        """Have coverage count the rules of the files that were given."""
        expected = selection.given(self._settings, self.tenants.files)
        await registration.expect(self.tenants.state.coverage, expected)

    async def _open(self, runner: ControlPlaneRunner, host: str, port: int) -> str:
        await runner.setup()
        self._running.append(runner)
        listen = partial(start_sites, runner)
        if self.shared is not None:
            return url("http", host, await listen(list(self.shared.take("--control-port"))))
        return url("http", host, await bind_and_listen(host, port, listen, option="--control-port"))
