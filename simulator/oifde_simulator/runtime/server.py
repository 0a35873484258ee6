"""The server: it connects all rooms and listens on both ports."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from oifde_simulator import advertised_urls
from oifde_simulator.clock import TIME_OF_DAY, Clock
from oifde_simulator.config import Settings
from oifde_simulator.config.conflicts import require_advertised_ports
from oifde_simulator.coverage import registration
from oifde_simulator.engine.metrics import Meter
from oifde_simulator.engine.metrics_sharing import MetricsSharing
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.engine.shared_meter import SharedMeter
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.model.coverage import CoverageSnapshot
from oifde_simulator.oifde.leniency import Leniency
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime.curl_lines import ShownCertificate
from oifde_simulator.runtime.tls_settings import client_authority, load_client_verification, load_tls
from oifde_simulator.scenario import selection
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.health import StoreHealth
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.tenants import Tenants
from oifde_simulator.tenants.broken_files import BrokenFile
from oifde_simulator.urls import url
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.control_plane import access_token
from oifde_simulator.web.control_plane.app import control_plane
from oifde_simulator.web.control_plane.context import ControlContext
from oifde_simulator.web.control_plane.server import ControlPlaneRunner, start_sites
from oifde_simulator.web.control_plane.standing import Standing
from oifde_simulator.web.data_plane.binding import bind_and_listen
from oifde_simulator.web.data_plane.port import Port
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import data_plane

if TYPE_CHECKING:
    from oifde_simulator.runtime.replica.opening import StoreLink
    from oifde_simulator.runtime.replica.replica import Replica
    from oifde_simulator.web.control_plane.workers import WorkerGroup
    from oifde_simulator.web.data_plane.shared_sockets import SharedSockets
    from oifde_simulator.web.tls.authority_process import AuthorityProcess

CONNECTION_BITS = 26
"""Bits of the number of a replica's first connection, and of those after it; together JSON holds them."""


log = logging.getLogger("oifde_simulator")


class Simulator:
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
        require_advertised_ports(settings)
        self.tenants = tenants
        self.data_url = ""
        """URL of the vendor's interface that clients are told; empty before the start."""
        self.recordings_url = ""
        """URL for downloads of recordings: their own port's, or that of the vendor's interface."""
        self.tls_faults: Sequence[tuple[str, str]] = ()
        """Faults of TLS that have a port for themselves, each with its URL; empty before the start."""
        self.control_url = ""
        """URL of the control plane that others are told; empty before the start."""
        self.listening: Mapping[str, str] = {}
        """URLs by which this machine calls `data`, `control`, and `recordings` if they have a port.

        Empty before the start.
        """
        self.journal = Journal(tenants.state, seed=settings.seed)
        metrics = tenants.state.metrics
        shared = SharedMeter()
        self._sharing = None if metrics is None else MetricsSharing(shared, metrics)
        self.meter = Meter() if metrics is None else shared
        self.coverage = CoverageSnapshot(())
        """Coverage as it stood when the server was stopped."""
        self._settings = settings
        self.health = StoreHealth()
        """Health of the state's store."""
        self.delay = GlobalDelay(tenants.state.settings, tenants.state.announcements, settings.seed)
        """Delay of every answer."""
        self._store = store
        self._tls = load_tls(settings, store.authority if store else None, authority)
        self._clients = load_client_verification(settings, self._tls)
        self.token = access_token.token(settings)
        """Bearer token that the control plane requires; None for none."""
        self.shared: SharedSockets | None = None
        """Sockets to listen on, where other processes have them too; None to bind its own."""
        self.workers: WorkerGroup | None = None
        """Processes that share the sockets; None for this one alone."""
        self.opens_port = True
        """True where the vendor's port is to be open from the start."""
        self._running: list[ControlPlaneRunner | Port] = []
        self._replica = self._create_replica()

    @property
    def own_control_url(self) -> str:
        """URL by which this machine calls the control plane."""
        return self.listening["control"]

    @property
    def console_url(self) -> str:
        """URL of the console's page; empty before the start, and where the console is off."""
        return f"{self.control_url}/" if self.control_url and self._settings.console == "on" else ""

    @property
    def own_console_url(self) -> str:
        """URL of the console's page on this machine; empty where `console_url` is."""
        return f"{self.listening['control']}/" if self.console_url else ""

    @property
    def opens_console(self) -> bool:
        """True where a browser is to open the console."""
        return self._settings.open and bool(self.console_url)

    @property
    def ca_pem(self) -> bytes | None:
        """Certificate authority to trust (PEM); None with TLS off or a given certificate."""
        return self._tls.ca_pem if self._tls else None

    @property
    def shown_certificate(self) -> ShownCertificate | None:
        """Certificate that a client has to show; None where it needs none."""
        if self._clients is None or self._clients.mode != "require":
            return None
        if client_authority(self._tls, self._clients).is_accepted:
            return ShownCertificate.of_ours(self.control_url, wants_token=self.token is not None)
        return ShownCertificate()

    @property
    def replica(self) -> str:
        """Id among the replicas of the state's store; empty where the state is in this process."""
        return self._store.replicas.id if self._store else ""

    async def forget_replica(self, replica: str) -> None:
        """Have nobody wait for a replica whose process has ended."""
        if self._store:
            with suppress(StoreGone):  # its silence tells it later
                await self._store.replicas.forget(replica)

    def client_pem(self) -> bytes | None:
        """Make a certificate for a client; None where clients are asked for none, or for one of others."""
        authority = client_authority(self._tls, self._clients)
        return authority.make() if self._clients is not None and authority.is_accepted else None

    async def start(self, before_control: Callable[[], Awaitable[None]] | None = None) -> None:
        """Open the vendor's port, then the control plane; in between, wait for `before_control`.

        Raises OSError if one cannot be opened, or the store of the state does not answer.
        """
        settings = self._settings
        port = self._create_port()
        control = self._create_control_plane(port)
        try:
            await self._begin()
            self._running.append(port)
            await port.start()
            self._tell_urls_of(port)
            self.opens_port = port.is_to_be_open
            if before_control is not None:
                await before_control()
            own = await self._open(control, settings.control_host, settings.control_port)
            recordings = port.own_recordings_url
            self.listening = {
                "data": port.url,
                **({"recordings": recordings} if recordings else {}),
                "control": own,
            }
            self.control_url = advertised_urls.told(own, settings.advertise_control)
            if self._sharing is not None:
                self._sharing.start()
        except BaseException:
            await self.stop()
            raise

    def _tell_urls_of(self, port: Port) -> None:
        wanted, own = self._settings.advertise, port.own_recordings_url
        named = self._settings.advertise_recordings
        self.data_url = advertised_urls.told(port.url, wanted)
        self.recordings_url = advertised_urls.beside(own, wanted, named) if own else self.data_url
        self.tls_faults = [(fault, advertised_urls.beside(own, wanted)) for fault, own in port.fault_urls]

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
        if self._sharing is not None:
            await self._sharing.stop()
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

    def _create_replica(self) -> Replica | None:
        if self._store is None:
            return None
        from oifde_simulator.runtime.replica.joining import make_replica  # not needed without a store

        return make_replica(
            self._store, self._settings, self.tenants, self.journal, self.meter, self.health,
            self.ca_pem, self._expect,
        )  # fmt: skip

    def _create_port(self) -> Port:
        settings = self._settings
        router = Router(bad_json_status=settings.bad_json_status, leniency=Leniency.of(settings))
        pipeline = Pipeline(router, self.tenants, self.journal, self.meter, self.delay, self.health)
        data = data_plane(
            pipeline,
            Limits(settings.max_body, settings.body_timeout),
            connections=ConnectionLimits.of(settings),
            max_waiting=settings.max_waiting,
            verifies_clients=self._clients is not None,
            first_connection=1
            if self._sharing is None
            else secrets.randbits(CONNECTION_BITS) << CONNECTION_BITS,
        )
        context = self._tls.context if self._tls else None
        return Port(
            data,
            settings.host,
            settings.port,
            context,
            handshake_seconds=settings.idle_timeout,
            recordings=settings.recordings_port,
            faults=self._tls.faults if self._tls else None,
            fault_ports=settings.tls_fault,
            shared=self.shared,
        )

    def _create_control_plane(self, port: Port) -> ControlPlaneRunner:
        context = ControlContext(
            tenants=self.tenants,
            journal=self.journal,
            meter=self.meter,
            sharing=self._sharing,
            ca_pem=self.ca_pem,
            client_authority=client_authority(self._tls, self._clients),
            port=port,
            host=self._settings.host,
            advertise=self._settings.advertise,
            advertise_recordings=self._settings.advertise_recordings,
            delay=self.delay,
            console=self._settings.console == "on",
            wants_token=self.token is not None,
            workers=self.workers,
            standing=Standing(self.health, self._replica),
        )
        return control_plane(context, self.token, ConnectionLimits.of(self._settings))

    async def _open(self, runner: ControlPlaneRunner, host: str, port: int) -> str:
        await runner.setup()
        self._running.append(runner)
        listen = partial(start_sites, runner)
        if self.shared is not None:
            return url("http", host, await listen(list(self.shared.take("--control-port"))))
        return url("http", host, await bind_and_listen(host, port, listen, option="--control-port"))


def registry(
    settings: Settings,
    scenarios: Mapping[str, Scenario],
    clock: Clock = TIME_OF_DAY,
    broken_files: Iterable[BrokenFile] = (),
    store: StoreLink | None = None,
) -> Tenants:
    """Make the tenants of a server, with their state, in `store` or in this process.

    `clock` tells the time of day.
    Raises ValueError for a tenant of an option that neither `scenarios` nor `broken_files` have.
    """
    bounds = Bounds(settings.journal_exchanges, settings.journal_tenant_bytes, settings.journal_bytes)
    return Tenants(
        scenarios,
        seed=settings.seed,
        error_status=settings.error_status,
        any_credentials=settings.any_credentials,
        tenantless=settings.tenantless,
        settings_from=settings.settings_from,
        recordings_tenant=settings.recordings_tenant,
        broken_files=broken_files,
        state=_state(bounds, clock, store),
        clock=clock,
    )


def _state(bounds: Bounds, clock: Clock, store: StoreLink | None) -> State:
    if store is None:
        return MemoryState(bounds, clock=clock)
    from oifde_simulator.runtime.replica.opening import state_in  # not needed without a store

    return state_in(store, bounds, clock)
