"""The servers that the tests of this process use, and a client of each control plane.

Rule: a server is found by its options, a client by the addresses of its server.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.config.conflicts import NEED_TLS
from oifde_simulator.pytest_plugin import options
from oifde_simulator.pytest_plugin.serve_options import MARK, ServeOptions, normalize
from oifde_simulator.pytest_plugin.servers import Servers
from oifde_simulator.pytest_plugin.shared import shared_addresses
from oifde_simulator.pytest_plugin.state import state_of
from oifde_simulator.pytest_plugin.tenants import TenantRegistry, WatchedControl
from oifde_simulator.runtime.embedding import Addresses
from oifde_simulator_client import Control

__tracebackhide__ = True  # options may hold a token


class ServerPool:
    """Servers and clients of one pytest session."""

    def __init__(self, config: pytest.Config) -> None:
        """Start no server yet."""
        self._config = config
        self.tenants = TenantRegistry(state_of(config))
        self.servers = Servers(options.server_kind(config))
        self._clients: dict[Addresses, WatchedControl] = {}
        self._authorities: dict[str, str | None] = {}
        self._chosen: set[Addresses] = set()
        self._keys: dict[object, object] = {}

    def addresses(self, given: Mapping[str, Any], marked: Mapping[str, Any], own: bool = False) -> Addresses:
        """Find or start the server with the options of `simulator_options` and of markers.

        `own` asks for one that no other worker uses. Raises RuntimeError if it does not start.
        """
        addresses = self._choose(given, marked, own)
        self._chosen.add(addresses)
        return addresses

    def _choose(self, given: Mapping[str, Any], marked: Mapping[str, Any], own: bool) -> Addresses:
        wanted = self._wanted(given, marked)
        control, token = options.running_server(self._config)
        running = Addresses(control, token, data=options.data_url(self._config))  # which shows no token
        if running.control and self._does(running, marked):
            return running
        if (
            not own
            and given == options.serve_options(self._config)
            and (ticket := options.ticket(self._config))
        ):
            return shared_addresses(ticket, wanted)
        return self.servers.start(wanted)

    def key(self, given: Mapping[str, Any], marked: Mapping[str, Any], own: bool) -> object:
        """Tell servers with different options apart, without starting one; equal keys are one object."""
        key = (*sorted(self._wanted(given, marked).items()), own)
        return self._keys.setdefault(key, key)

    def _wanted(self, given: Mapping[str, Any], marked: Mapping[str, Any]) -> ServeOptions:
        """Merge options; a certificate means TLS, unless somebody has turned it off."""
        wanted = normalize(given, "simulator_options") | normalize(marked, MARK)
        chosen = "tls" in marked or options.has_chosen_tls(self._config)
        if wanted.get("tls") == "off" and not chosen and wanted.keys() & set(NEED_TLS):
            del wanted["tls"]
        return wanted

    def control(self, addresses: Addresses) -> WatchedControl:
        """Find or make the client of a server."""
        if addresses not in self._clients:
            self._clients[addresses] = WatchedControl(addresses, self.tenants)
        return self._clients[addresses]

    def has_started(self, control: Control) -> bool:
        """Check that a client is of a server that the plugin has chosen, not one of the user's own."""
        return any(control.url == addresses.control for addresses in self._chosen)

    def shares(self, control: Control) -> bool:
        """Check that other workers of pytest-xdist may use the server of a client."""
        worker = getattr(self._config, "workerinput", {})
        own = any(control.url == addresses.control for addresses in self.servers.addresses)
        return int(worker.get("workercount", 1)) > 1 and not own

    def data_url(self, control: Control) -> str | None:
        """Find where clients of a server reach the vendor's interface; None for what the server says."""
        return control.data_url if isinstance(control, WatchedControl) else None

    @property
    def controls(self) -> list[WatchedControl]:
        """Clients that were made so far."""
        return list(self._clients.values())

    def ca_file(self, control: Control, factory: pytest.TempPathFactory) -> str | None:
        """Write a server's certificate authority into a PEM file, once; None with TLS off."""
        if control.url not in self._authorities:
            authority = control.ca_pem()
            path: Path | None = None
            if authority is not None:
                path = factory.mktemp("oifde-simulator") / "ca.pem"
                path.write_bytes(authority)
            self._authorities[control.url] = str(path) if path else None
        return self._authorities[control.url]

    def close(self) -> None:
        """Delete the tenants that are left, close the clients, and stop the servers."""
        self.tenants.delete_all()
        for control in self.controls:
            control.close()
        self._clients.clear()
        self.servers.close()

    def _does(self, addresses: Addresses, marked: Mapping[str, Any]) -> bool:
        """Check that a server that runs already is as markers want it, as far as that can be seen."""
        if not marked:
            return True
        wants_tls = marked.get("tls") == "auto"
        url = self.control(addresses).listener().url
        return marked.keys() == {"tls"} and url.startswith("https:") == wants_tls


def pool_of(config: pytest.Config) -> ServerPool:
    """Find the pool of a session, or make it."""
    state = state_of(config)
    if state.pool is None:
        state.pool = ServerPool(config)
    pool: ServerPool = state.pool
    return pool
