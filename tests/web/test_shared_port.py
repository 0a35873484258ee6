"""One port at the sockets of two workers, which are two parts of one process here: what each does comes late.

Rule: nothing sleeps here. A worker that is late acts later in the test.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from os import dup
from socket import create_connection, socket

import pytest

from child_processes import started
from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.journal import Journal
from oifde_simulator.oifde.router import Router
from oifde_simulator.runtime.workers.ports import CONTROL, Ports, adopt
from oifde_simulator.tenants import Tenants
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.data_plane.request_reader import Limits
from oifde_simulator.web.data_plane.server import DataPlane, data_plane
from oifde_simulator.web.data_plane.sockets.port import Port
from serving import CALM, PATIENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot share a port so")
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

OTHER_PROCESS = """
import fcntl, socket, sys
lock, bound = int(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
fcntl.lockf(lock, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.readline()
bound.shutdown(socket.SHUT_RDWR)
"""


class Worker:
    """The port and the connections of one of two workers."""

    def __init__(self, ports: Ports, place: int) -> None:
        own = {
            option: [[dup(one) for one in bound] for bound in numbers]
            for option, numbers in ports.descriptors.items()
            if option != CONTROL
        }
        tenants = Tenants({}, seed="0", error_status=200)
        pipeline = Pipeline(Router(bad_json_status=400), tenants, Journal(tenants.state))
        limits = ConnectionLimits(idle_seconds=PATIENCE, write_seconds=PATIENCE)
        self.plane: DataPlane = data_plane(pipeline, Limits(1 << 20, PATIENCE), connections=limits)
        self.shared = adopt(own, ports.memory, place)
        self.port = Port(
            self.plane,
            *("127.0.0.1", 0, None),
            handshake_seconds=PATIENCE,
            shared=self.shared,
        )


@pytest.fixture
def ports() -> Iterator[Ports]:
    ports = Ports(Settings(**CALM))
    yield ports
    ports.close()


@pytest.fixture
async def workers(ports: Ports) -> AsyncIterator[tuple[Worker, Worker]]:
    first, second = Worker(ports, 0), Worker(ports, 1)
    await first.port.start()
    await second.port.start()
    ports.listen()
    yield first, second
    for each in (first, second):
        await each.port.cleanup()
        del each.shared


def number_of(worker: Worker) -> int:
    return int(worker.port.url.rpartition(":")[2])


class Client:
    """A client that keeps its connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def is_answered(self) -> bool:
        """Send a request; False where the connection ends instead."""
        async with asyncio.timeout(PATIENCE):
            try:
                self._writer.write(REQUEST)
                head = await self._reader.readuntil(b"\r\n\r\n")
            except (ConnectionError, asyncio.IncompleteReadError):
                return False
            await self._reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
        return True


@asynccontextmanager
async def connected(worker: Worker) -> AsyncIterator[Client]:
    """Connect to the port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", number_of(worker))
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@contextmanager
def holding(ports: Ports, bound: int) -> Iterator[subprocess.Popen[str]]:
    """Run another process that holds the lock, and closes a socket when it is told to go on."""
    command = [sys.executable, "-c", OTHER_PROCESS, str(ports.memory), str(bound)]
    with started(
        command, pass_fds=(ports.memory, bound), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process


def test_two_processes_that_close_a_port_at_once_spoil_it_not(ports: Ports) -> None:
    """A second `shutdown` would have the kernel end all connections that are made later."""
    ports.listen()
    switch = adopt({}, ports.memory, 0).switch
    descriptor = dup(ports.descriptors["--port"][0][0])
    with socket(fileno=descriptor) as bound, holding(ports, descriptor) as other:
        with ThreadPoolExecutor(1) as threads:
            closed = threads.submit(switch.close, [bound], 1)
            other.communicate("go on\n")
            closed.result(PATIENCE)
        switch.open([bound], 2)
        with create_connection(bound.getsockname()) as client:
            client.setblocking(False)
            with pytest.raises(BlockingIOError):  # else it has ended
                client.recv(1)


async def test_a_closing_that_comes_late_leaves_the_port_open(workers: tuple[Worker, Worker]) -> None:
    first, late = workers
    await first.port.close(number=1)
    await first.port.open(number=2)
    async with connected(first) as client:
        await late.port.close(number=1)
        assert late.port.is_open
        assert await client.is_answered()
        await late.port.open(number=2)
        assert await client.is_answered()


async def test_a_closing_that_comes_late_ends_connections_of_before(workers: tuple[Worker, Worker]) -> None:
    first, late = workers
    await first.port.drain()  # so that the other one takes them all
    async with connected(late) as before:
        assert await before.is_answered()
        await first.port.close(number=1)
        await first.port.open(number=2)
        async with connected(late) as after:
            assert await after.is_answered()
            await late.port.close(number=1)
            assert not await before.is_answered()
            assert await after.is_answered()


async def test_a_timer_that_comes_late_opens_no_port_that_was_closed_again(
    workers: tuple[Worker, Worker],
) -> None:
    first, late = workers
    await late.port.close(3600.0, number=1)
    await first.port.close(number=2)
    late.port._reopen(1)
    assert late.port._reopening is not None
    await late.port._reopening
    assert not first.port.is_open


async def test_a_worker_that_starts_closes_no_port_that_was_opened_since(
    ports: Ports, workers: tuple[Worker, Worker]
) -> None:
    first, _ = workers
    await first.port.close(number=1)
    fresh = Worker(ports, 2)
    await fresh.port.close(3600.0, number=1)
    await first.port.open(number=1)  # as its timer does
    async with connected(first) as client:
        await fresh.port.start()
        assert first.port.is_open
        assert await client.is_answered()
    await fresh.port.cleanup()


async def test_opening_an_open_port_ends_no_connection(workers: tuple[Worker, Worker]) -> None:
    async with connected(workers[0]) as client:
        assert await client.is_answered()
        for number in (1, 2):
            for each in workers:
                await each.port.open(number)
                assert await client.is_answered()


async def test_the_start_opens_no_port_that_a_worker_has_closed_meanwhile(ports: Ports) -> None:
    worker = Worker(ports, 0)
    await worker.port.start()
    await worker.port.close(number=1)
    ports.listen()
    assert not worker.port.is_open
    await worker.port.cleanup()
