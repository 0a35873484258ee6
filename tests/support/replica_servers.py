"""Several replicas in one event loop on one store, each a whole server with sockets of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

import valkey_server
from conftest import QUERY
from oifde_simulator.config import Settings
from oifde_simulator.runtime.replica import replica
from oifde_simulator.runtime.replica.opening import StoreLink, link_to
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.scenario import selection
from oifde_simulator.state.valkey.connect import connect
from oifde_simulator.state.valkey.state import ValkeyState
from oifde_simulator.state.valkey.store import Store
from oifde_simulator.tenants import Tenants

CALM: dict[str, Any] = {"port": 0, "control_port": 0, "tls": "off", "log_level": "error", "no_bundled": True}
SCENARIO = """
tenant: {id: acme, tokens: [t]}
rules:
  - name: twice
    times: 2
    respond: {status: 500}
"""


class Time:
    """The store's time in milliseconds, which passes only when a test says so."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> int:
        """Tell it."""
        return self.ms


class Fleet:
    """Replicas of one store."""

    def __init__(self, folder: Path, url: str, prefix: str) -> None:
        self.folder, self.url, self.prefix = folder, url, prefix
        self.time = Time()
        self.stack = AsyncExitStack()
        self.file = folder / "acme.yaml"
        self.file.write_text(SCENARIO)

    async def connect(self) -> Store:
        """Connect to the store once more. Raises StoreGone."""
        return await connect(self.url, self.prefix, deadline=2.0)

    async def start(self, *, authority: bytes | None = None, **given: Any) -> Server:
        """Start one more replica."""
        server = self.make(authority=authority, **given)
        await server.simulator.start()
        self.stack.push_async_callback(server.stop)
        return server

    def make(self, *, authority: bytes | None = None, **given: Any) -> Server:
        """Make one more replica, which is not started."""
        settings = Settings(**{**CALM, "scenarios": (self.file,)} | given)
        link = link_to(self.prefix, self.connect, authority, self.time)
        state = ValkeyState(link.store, store_time=self.time, announcements=link.announcements)
        tenants = Tenants(
            selection.scenarios(settings),
            seed=settings.seed,
            error_status=settings.error_status,
            state=state,
        )
        return Server(Simulator(settings, tenants, link), link)


class Server:
    """One replica."""

    def __init__(self, simulator: Simulator, link: StoreLink) -> None:
        self.simulator, self.link = simulator, link
        self._client: ClientSession | None = None

    @property
    def replica(self) -> replica.Replica:
        """The replica of the server."""
        assert self.simulator._replica
        return self.simulator._replica

    @property
    def client(self) -> ClientSession:
        """Client of both planes."""
        if self._client is None:
            self._client = ClientSession()
        return self._client

    async def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask the control plane; status and JSON."""
        async with self.client.request(method, self.simulator.control_url + path, json=body) as answer:
            return answer.status, await answer.json(content_type=None)

    async def query(self, tenant: str = "acme") -> tuple[int, Mapping[str, str]]:
        """Send a query; status and headers."""
        body = {"tenantId": tenant, "authToken": "t", "userMobile": "18000000001"}
        async with self.client.post(self.simulator.data_url + QUERY, json=body) as answer:
            return answer.status, answer.headers

    async def stop(self) -> None:
        """Stop in order, once."""
        await self.simulator.stop()
        if self._client is not None:
            await self._client.close()
            self._client = None


@asynccontextmanager
async def fleet(folder: Path, url: str | None = None) -> AsyncIterator[Fleet]:
    """Serve replicas on a store until the end of the block."""
    made = Fleet(folder, url or valkey_server.address(), valkey_server.prefix())
    async with made.stack:
        yield made
