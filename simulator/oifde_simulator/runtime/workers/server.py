"""A server of several workers: its ports, its store and its supervisor, from start to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from oifde_simulator.config import Settings
from oifde_simulator.config.conflicts import require_advertised_ports
from oifde_simulator.config.declaration import MEMORY
from oifde_simulator.runtime.guarding import guarded
from oifde_simulator.runtime.temporary_folder import temporary_folder
from oifde_simulator.runtime.workers import embedded_store
from oifde_simulator.runtime.workers.embedded_store import EmbeddedStore
from oifde_simulator.runtime.workers.ports import Ports
from oifde_simulator.runtime.workers.supervision.supervisor import Supervisor
from oifde_simulator.web.control_plane import access_token


class WorkersServer:
    """A server whose ports several processes serve."""

    def __init__(self, supervisor: Supervisor, store: EmbeddedStore | None, token: str | None) -> None:
        """Wrap the parts of a server that does not serve yet."""
        self.supervisor = supervisor
        self.token = token
        """Bearer token that the control plane requires; None for none."""
        self.urls: dict[str, Any] = {}
        """URLs that a ready file names; empty before the start."""
        self.first_lines = ""
        """Lines that say that the server listens."""
        self.ca_pem: bytes | None = None
        """Certificate authority to trust (PEM); None with TLS off or a given certificate."""
        self.coverage: Mapping[str, Any] = {}
        """What is told of the coverage, once the server was stopped: `lines` and the exit `code`."""
        self._store = store
        self._client_pem: bytes | None = None

    async def start(self) -> None:
        """Start the workers. Raises ValueError where one cannot start."""
        said = (await self.supervisor.start()).ready
        self.urls, self.first_lines = said["urls"], said["lines"]
        self.ca_pem = said["authority"].encode() or None
        self._client_pem = said["client"].encode() or None

    async def store_lost(self) -> str:
        """Wait for the end of the store, and say how it ended; another's store never does."""
        if self._store is None:
            never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            return await never
        return await self._store.ended()

    @property
    def data_url(self) -> str:
        """URL of the vendor's interface."""
        url: str = self.urls["data"]
        return url

    @property
    def recordings_url(self) -> str:
        """URL for downloads of recordings."""
        url: str = self.urls.get("recordings", self.data_url)
        return url

    @property
    def control_url(self) -> str:
        """URL of the control plane."""
        url: str = self.urls["control"]
        return url

    @property
    def own_control_url(self) -> str:
        """URL of the control plane by which this machine calls it."""
        return str(self.urls.get("listening", self.urls)["control"])

    @property
    def tls_faults(self) -> Sequence[tuple[str, str]]:
        """Faults of TLS that have a port for themselves, each with its URL."""
        return [(each["fault"], each["url"]) for each in self.urls.get("tlsFaults", ())]

    def client_pem(self) -> bytes | None:
        """Return a certificate for a client; None where clients are asked for none, or for one of others."""
        return self._client_pem


@asynccontextmanager
async def prepared(settings: Settings, lock: int) -> AsyncIterator[WorkersServer]:
    """Bind the ports and start the store; after the block, stop the workers and all else.

    `lock` is the descriptor of the log's lock. Raises ValueError or OSError.
    """
    require_advertised_ports(settings)
    async with AsyncExitStack() as undo:
        ports = Ports(settings)
        undo.callback(ports.close)
        folder = undo.enter_context(temporary_folder())
        guard = undo.enter_context(guarded(folder))
        store = await _start_store(settings, folder, guard)
        if store is not None:
            undo.push_async_callback(store.stop)
        token = access_token.token(settings)
        task = {
            "lock": lock,
            "coverage": settings.fail_on_unused,
            "madeToken": token is not None and settings.control_token is None,
        }
        own = _settings_of_workers(settings, token, store)
        supervisor = Supervisor(own, ports, task, guard, count=settings.workers)
        server = WorkersServer(supervisor, store, token)
        try:
            yield server
        finally:
            server.coverage = await supervisor.stop()


async def _start_store(
    settings: Settings, folder: Path, guard: Callable[[int], None]
) -> EmbeddedStore | None:
    if settings.state != MEMORY:
        return None
    store = await embedded_store.start(settings, folder)
    guard(store.pid)
    return store


def _settings_of_workers(settings: Settings, token: str | None, store: EmbeddedStore | None) -> Settings:
    """Make the settings of the workers, which share a store; the rest is ours to do."""
    return replace(
        settings,
        workers=1,
        state=settings.state if store is None else store.url,
        control_token=token,
        ready_file=None,
        until_eof=False,
        open=False,
        fail_on_unused=False,
    )
