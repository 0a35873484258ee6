"""The parts of a server, made of its settings and connected: journal, metrics, TLS, both planes."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from oifde_simulator.config import Settings
from oifde_simulator.config.conflicts import require_advertised_ports
from oifde_simulator.engine.counting.metrics import Meter
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.faults.global_delay import GlobalDelay
from oifde_simulator.journal import Journal
from oifde_simulator.oifde.leniency import Leniency
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime.server.tls_settings import client_authority, load_client_verification, load_tls
from oifde_simulator.state.health import StoreHealth
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.control_plane import access_token
from oifde_simulator.web.control_plane.app import control_plane
from oifde_simulator.web.control_plane.client_authority import ClientAuthority
from oifde_simulator.web.control_plane.context import ControlContext
from oifde_simulator.web.control_plane.server import ControlPlaneRunner
from oifde_simulator.web.control_plane.standing import Standing
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import data_plane
from oifde_simulator.web.data_plane.sockets.port import Port

if TYPE_CHECKING:
    from oifde_simulator.engine.counting.metrics_sharing import MetricsSharing
    from oifde_simulator.runtime.replica.opening import StoreLink
    from oifde_simulator.runtime.replica.replica import Replica
    from oifde_simulator.state.interface.counts import Metrics
    from oifde_simulator.web.control_plane.workers import WorkerGroup
    from oifde_simulator.web.data_plane.sockets.shared_sockets import SharedSockets
    from oifde_simulator.web.tls.certificates.authority_process import AuthorityProcess

CONNECTION_BITS = 26
"""Bits of the number of a replica's first connection, and of those after it; together JSON holds them."""


class ServerParts:
    """Parts of one server."""

    def __init__(
        self,
        settings: Settings,
        tenants: Tenants,
        store: StoreLink | None,
        authority: AuthorityProcess | None,
    ) -> None:
        """Make the parts that need no event loop. Raises ValueError or OSError for unusable settings."""
        require_advertised_ports(settings)
        self._settings = settings
        self._tenants = tenants
        self.store = store
        """Store of the state; None for this process."""
        self.journal = Journal(tenants.state, seed=settings.seed)
        self.meter, self.sharing = _meter(tenants.state.metrics)
        """Counts of this server, and how they are added to those of other replicas; None without others."""
        self.health = StoreHealth()
        """Health of the state's store."""
        self.delay = GlobalDelay(tenants.state.settings, tenants.state.announcements, settings.seed)
        """Delay of every answer."""
        self.tls = load_tls(settings, store.authority if store else None, authority)
        """Certificate of the vendor's port; None with TLS off."""
        self.clients = load_client_verification(settings, self.tls)
        """Verification of clients by their certificates; None where they are asked for none."""
        self.token = access_token.token(settings)
        """Bearer token that the control plane requires; None for none."""

    @property
    def ca_pem(self) -> bytes | None:
        """Certificate authority to trust (PEM); None with TLS off or a given certificate."""
        return self.tls.ca_pem if self.tls else None

    @property
    def client_authority(self) -> ClientAuthority:
        """Authority that signs certificates for clients."""
        return client_authority(self.tls, self.clients)

    def create_replica(self, register: Callable[[], Awaitable[None]]) -> Replica | None:
        """Make this server's part among several; None without a store.

        `register` has coverage count the rules of the server's files.
        """
        if self.store is None:
            return None
        from oifde_simulator.runtime.replica.joining import make_replica  # not needed without a store

        return make_replica(
            self.store, self._settings, self._tenants, self.journal, self.meter, self.health,
            self.ca_pem, register,
        )  # fmt: skip

    def create_port(self, shared: SharedSockets | None) -> Port:
        """Make the vendor's port, which listens on `shared` sockets; None to bind its own."""
        settings, tls = self._settings, self.tls
        router = Router(bad_json_status=settings.bad_json_status, leniency=Leniency.of(settings))
        pipeline = Pipeline(router, self._tenants, self.journal, self.meter, self.delay, self.health)
        data = data_plane(
            pipeline,
            Limits(settings.max_body, settings.body_timeout),
            connections=ConnectionLimits.of(settings),
            max_waiting=settings.max_waiting,
            verifies_clients=self.clients is not None,
            first_connection=self._first_connection(),
        )
        return Port(
            data,
            settings.host,
            settings.port,
            tls.context if tls else None,
            handshake_seconds=settings.idle_timeout,
            recordings=settings.recordings_port,
            faults=tls.faults if tls else None,
            fault_ports=settings.tls_fault,
            shared=shared,
        )

    def _first_connection(self) -> int:
        """Draw the number of the first connection, which no other replica has."""
        return 1 if self.sharing is None else secrets.randbits(CONNECTION_BITS) << CONNECTION_BITS

    def create_control_plane(
        self, port: Port, replica: Replica | None, workers: WorkerGroup | None
    ) -> ControlPlaneRunner:
        """Make the control plane of the vendor's `port`."""
        settings = self._settings
        context = ControlContext(
            tenants=self._tenants,
            journal=self.journal,
            meter=self.meter,
            sharing=self.sharing,
            ca_pem=self.ca_pem,
            client_authority=self.client_authority,
            port=port,
            host=settings.host,
            advertise=settings.advertise,
            advertise_recordings=settings.advertise_recordings,
            delay=self.delay,
            console=settings.console == "on",
            wants_token=self.token is not None,
            workers=workers,
            standing=Standing(self.health, replica),
        )
        return control_plane(context, self.token, ConnectionLimits.of(settings))


def _meter(metrics: Metrics | None) -> tuple[Meter, MetricsSharing | None]:
    if metrics is None:
        return Meter(), None
    # Both not needed without a store.
    from oifde_simulator.engine.counting.metrics_sharing import MetricsSharing
    from oifde_simulator.engine.counting.shared_meter import SharedMeter

    meter = SharedMeter()
    return meter, MetricsSharing(meter, metrics)
