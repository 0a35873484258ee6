"""aiohttp's server for the vendor's port, and how it starts, pauses and stops."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import count
from time import monotonic
from typing import Any

from aiohttp import web

from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.data_plane.connection import Connection
from oifde_simulator.web.data_plane.held_connections import HeldConnections
from oifde_simulator.web.data_plane.request_handler import DataPlaneHandler
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.descriptors import DescriptorWatch
from oifde_simulator.web.draining import DRAIN_SECONDS, IDLE_SECONDS, wait_until

STOP_SECONDS = 6.0
"""Seconds that bodies under way and answers have together when the server stops."""
LEAST_SECONDS = 0.5
"""Seconds that answers have at least, where bodies took all the time."""


class Connections(web.Server):
    """aiohttp's server, which can stop taking connections."""

    refusing = False
    """True while connections are closed as soon as they are accepted."""
    closed = -1
    """Generation of a shared port at which it was closed: connections of this one and of earlier ones end."""
    descriptors: DescriptorWatch | None = None
    """Watch of the file descriptors that connections take, while the port listens."""

    def __init__(self, handler: DataPlaneHandler, first: int = 1, **options: Any) -> None:
        """`first` is the number of the first connection."""
        super().__init__(handler, handler_cancellation=True)
        self._handler = handler
        self._options = options
        self._numbers = count(first)
        """Numbers of connections."""

    @property
    def count(self) -> int:
        """Number of connections."""
        return len(self._connections)

    def __call__(self, generation: int = 0) -> Connection:
        """Make a connection; `generation` is that of a shared port."""
        connection = Connection(self._handler, self, **self._options)
        connection.generation = generation
        return connection

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Keep an accepted connection, or close it where the port was closed in between."""
        super().connection_made(handler, transport)
        refused = self.refusing
        if isinstance(handler, Connection):
            handler.note_peer(transport, next(self._numbers))
            refused = self.refusing or handler.generation <= self.closed
        if self.descriptors is not None:
            self.descriptors.accepted(transport)
        if refused:
            handler.force_close()


class DataPlane(web.ServerRunner):
    """aiohttp's runner, which waits at its end for requests whose bodies are still arriving."""

    def __init__(self, handler: DataPlaneHandler, server: Connections, **options: Any) -> None:
        super().__init__(server, **options)
        self._handler = handler
        self._connections = server
        self._draining = False
        self._closing: set[asyncio.Task[None]] = set()
        self.handshakes: set[asyncio.Task[None]] = set()
        """TLS handshakes under way."""

    async def setup(self) -> None:
        """Prepare to listen, and watch the file descriptors from now on."""
        await super().setup()
        self._connections.descriptors = DescriptorWatch(asyncio.get_running_loop())

    @property
    def held(self) -> HeldConnections:
        """Connections that are held, by faults of requests and of handshakes."""
        return self._handler.held

    @property
    def recordings_port(self) -> int | None:
        """Number of the port on which downloads of recordings alone are answered; None without one."""
        return self._handler.recordings_port

    @recordings_port.setter
    def recordings_port(self, number: int) -> None:
        self._handler.recordings_port = number

    @property
    def connection_count(self) -> int:
        """Number of connections, and of handshakes under way."""
        return self._connections.count + len(self.handshakes)

    @property
    def is_refusing(self) -> bool:
        """Check that connections are closed as soon as they are accepted."""
        return self._connections.refusing

    def begin_to_stop(self) -> None:
        """Have each answer from now on be the last one of its connection."""
        self._handler.stopping = self._draining = True

    async def drain(self) -> None:
        """Answer what the connections ask, each for the last time, and wait until all have ended.

        A connection that asks nothing is closed after a while, and one whose answer takes too long stays.
        """
        self.begin_to_stop()
        if not await wait_until(lambda: not self.connection_count, IDLE_SECONDS):
            self.close_connections()
            await wait_until(lambda: not self.connection_count, DRAIN_SECONDS)

    def close_connections(self) -> None:
        """Close idle connections now, and the others after the answers that they wait for."""
        self._handler.stopping = self._connections.refusing = True
        self._close(self._connections.connections)

    def close_connections_of(self, generation: int) -> None:
        """Close those of a shared port that was closed at `generation`, and may be open again."""
        if generation > self._connections.closed:
            self._connections.closed = generation
            self._close(
                each
                for each in self._connections.connections
                if isinstance(each, Connection) and each.generation <= generation
            )

    def _close(self, connections: Iterable[web.RequestHandler]) -> None:
        busy = set(self._handler.incomplete.values())
        for connection in connections:
            if connection not in busy:
                connection.close()  # or shutdown would wait for the next request of an idle connection
                task = asyncio.create_task(connection.shutdown(None))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    def accept_connections(self) -> None:
        """Take connections again, unless another process takes over."""
        self._handler.stopping = self._connections.refusing = self._draining

    async def cleanup(self) -> None:
        """Stop listening, answer the requests in flight (without waits of faults), close every connection."""
        self._handler.stopping = True
        for task in self._closing:
            task.cancel()  # a stop has less patience than a closed port
        self._handler.held.shutdown()
        if self._connections.descriptors is not None:
            self._connections.descriptors.close()
            self._connections.descriptors = None
        for site in list(self.sites):
            await site.stop()
        began = monotonic()
        if self._handler.incomplete:
            _, late = await asyncio.wait(self._handler.incomplete, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
        # aiohttp waits twice as long: for the answers, and again for the ends of those that it cancels.
        self._shutdown_timeout = max(LEAST_SECONDS, (STOP_SECONDS - (monotonic() - began)) / 2)
        await super().cleanup()
        await self._end_handshakes()

    async def _end_handshakes(self) -> None:
        for task in self.handshakes:
            task.cancel()
        if self.handshakes:
            await asyncio.wait(self.handshakes)


def data_plane(
    pipeline: Pipeline,
    limits: Limits,
    *,
    connections: ConnectionLimits,
    max_waiting: int = Settings.max_waiting,
    verifies_clients: bool = False,
    first_connection: int = 1,
) -> DataPlane:
    """Make a runner for the data plane, not yet set up.

    `max_waiting` bounds the number of connections that faults may hold at once. `verifies_clients` says that
    clients are asked for a certificate, which is read. Connections are numbered from `first_connection`.
    """
    held = HeldConnections(max_waiting)
    handler = DataPlaneHandler(pipeline, limits, held, write_seconds=connections.write_seconds)
    handler.verifies_clients = verifies_clients
    server = Connections(
        handler,
        first_connection,
        access_log=None,
        auto_decompress=False,  # aiohttp would unpack a whole body before it could be refused
        **connections.options(),
    )
    return DataPlane(handler, server, handle_signals=False, shutdown_timeout=limits.body_seconds)
