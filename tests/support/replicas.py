"""Replicas of one simulator in this process: whole servers with both ports, on one state, asked in turn.

Rule: a client here adds nothing of its own. It shows each answer as the bytes that came, and how they ended.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest

import valkey_server
from object_metrics import CountsOfAll, OneOfSeveral
from oifde_simulator.config import Settings
from oifde_simulator.runtime.replica.opening import StoreLink, link_to
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.scenario import loader
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.valkey.connect import connect
from oifde_simulator.state.valkey.state import ValkeyState
from oifde_simulator.tenants import Tenants
from serving import CALM

MIDNIGHT = 1_767_225_600_000
PATIENCE = 60.0
"""Seconds until a wait fails: more than a busy machine may stall."""
DEADLINE = 10.0
"""Seconds within which a store must answer."""
LINKS: WeakKeyDictionary[State, StoreLink] = WeakKeyDictionary()
"""Stores by the states that are in them."""
HEADERS = "Host: localhost\r\nConnection: close\r\nContent-Type: application/json; charset=UTF-8\r\n"


class Time:
    """Time of day, and the store's time, which pass only when a test says so."""

    def __init__(self) -> None:
        self.passed = 0

    def now(self) -> int:
        """Tell the time of day, epoch milliseconds."""
        return MIDNIGHT + self.passed

    def store_time(self) -> int:
        """Tell the store's time in milliseconds."""
        return 1_000_000_000 + self.passed

    def uptime(self) -> float:
        """Tell the seconds by which added rules expire in memory."""
        return self.store_time() / 1000

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self.passed += milliseconds


Opened = Callable[[Time], Awaitable[list[State]]]
"""Opens the states of the replicas of one world."""


async def in_memory(time: Time) -> list[State]:
    """Make one replica on a state in memory."""
    return [MemoryState(Bounds(), time.uptime, time)]


async def on_one_object(time: Time) -> list[State]:
    """Make four replicas that share one state in memory, whose calls suspend."""
    state, counts = MemoryState(Bounds(), time.uptime, time), CountsOfAll()
    return [cast(State, OneOfSeveral(state, counts)) for _ in range(4)]


def on_valkey(replicas: int, address: Callable[[], str] = valkey_server.address) -> Opened:
    """Make so many replicas on one Valkey server, each with a connection of its own."""

    async def opened(time: Time) -> list[State]:
        prefix = valkey_server.prefix()
        return [await open_state(address(), prefix, time) for _ in range(replicas)]

    return opened


async def open_state(address: str, prefix: str, time: Time) -> State:
    """Make a state in Valkey, which is connected when its replica starts."""
    link = link_to(prefix, lambda: connect(address, prefix, deadline=DEADLINE), None, time.store_time)
    state = ValkeyState(link.store, Bounds(), time, time.store_time, link.announcements)
    LINKS[state] = link
    return state


FORMS = [
    pytest.param(in_memory, id="memory"),
    pytest.param(on_one_object, id="four on one object", marks=pytest.mark.slow),
    pytest.param(on_valkey(1), id="one on Valkey", marks=pytest.mark.slow),
    pytest.param(on_valkey(4), id="four on Valkey"),
]
"""Forms of a world; each has to keep the same laws. The two that users have are tested every day."""
SEVERAL = FORMS[1::2]
"""Forms with four replicas."""


class Answer(NamedTuple):
    """What came of a request."""

    octets: bytes
    """All bytes up to the end of the connection."""
    ended: str
    """How the connection ended: `closed`, or the name of an error."""

    @property
    def status(self) -> int:
        """Status of the answer; 0 where there is none."""
        return int(self.octets[9:12] or 0)

    @property
    def body(self) -> bytes:
        """Body of the answer."""
        return self.octets.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> Any:
        """Decoded body."""
        return json.loads(self.body)


class World:
    """Replicas of one simulator, and time."""

    def __init__(self, replicas: Sequence[Simulator], time: Time) -> None:
        self.replicas = replicas
        self.time = time
        self._turn = cycle(range(len(replicas)))

    async def ask(self, path: str, body: Any, *, at: int | None = None, method: str = "POST") -> Answer:
        """Ask the vendor's port of the next replica, or of the one that `at` tells."""
        return await exchange(self._next(at).data_url, method, path, body)

    async def control(self, method: str, path: str, body: Any = None, *, at: int | None = None) -> Answer:
        """Ask the control plane of the next replica, or of the one that `at` tells."""
        return await exchange(self._next(at).control_url, method, path, body)

    def _next(self, at: int | None) -> Simulator:
        number = next(self._turn) if at is None else at
        return self.replicas[number % len(self.replicas)]

    async def settled(self) -> None:
        """Wait until the newest entry on record has an outcome, at each replica."""
        async with asyncio.timeout(PATIENCE):
            for replica in self.replicas:
                while await _is_under_way(replica):
                    pass


async def _is_under_way(replica: Simulator) -> bool:
    await asyncio.sleep(0)  # a state in memory never suspends
    journal = replica.tenants.state.journal
    entry = await journal.get(await journal.last())
    return entry is not None and entry.outcome.how == "under way"


@asynccontextmanager
async def world(
    form: Opened, scenarios: Mapping[str, Mapping[str, Any]], **options: Any
) -> AsyncIterator[World]:
    """Serve scenarios by replicas until the end of the block."""
    time = Time()
    states = await form(time)
    replicas = [_replica(state, scenarios, time, options) for state in states]
    try:
        for replica in replicas:
            await replica.start()
        yield World(replicas, time)
    finally:
        for replica in replicas:
            with suppress(StoreGone):  # a test may have taken its store away
                await replica.stop()
        for state in states:
            await state.close()


def _replica(
    state: State, scenarios: Mapping[str, Mapping[str, Any]], time: Time, options: Mapping[str, Any]
) -> Simulator:
    loaded = {
        name: loader.loads(json.dumps(document).encode(), f"{name}.yaml", name)
        for name, document in scenarios.items()
    }
    tenants = Tenants(loaded, seed="0", error_status=200, state=state, clock=time)
    return Simulator(Settings(**CALM | dict(options)), tenants, LINKS.get(state))


async def exchange(url: str, method: str, path: str, body: Any = None) -> Answer:
    """Send one request on a connection of its own, and read to the end of the connection."""
    address = urlsplit(url)
    octets = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nContent-Length: {len(octets)}\r\n{HEADERS}\r\n".encode()
    came, ended = b"", "closed"
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(head + octets)
            while more := await reader.read(1 << 16):
                came += more
        except ConnectionError as error:
            ended = type(error).__name__
        finally:
            writer.close()
    return Answer(came, ended)


CHANGING = (
    (re.compile(rb'"seconds":[^,}]+'), b'"seconds":0'),
    (re.compile(rb'"(time|wait|serveTime|totalTime|responseSendTime)":[0-9.e-]+'), b'"\\1":0'),
    (re.compile(rb'"connection":\{"number":\d+'), b'"connection":{"number":0'),
    (re.compile(rb'"connection":"\d+"'), b'"connection":"0"'),
    (re.compile(rb"(127\.0\.0\.1|localhost):\d+"), b"\\1:0"),
    (re.compile(rb"\r\nDate: [^\r]*"), b""),
    (re.compile(rb"\r\nContent-Length: [^\r]*"), b""),
)
"""What two runs of one program never have in common: real time, numbers of ports and of connections."""


def comparable(answer: Answer) -> tuple[bytes, str]:
    """Copy a control plane's answer without what is of one run only."""
    head, _, body = answer.octets.partition(b"\r\n\r\n")
    octets = head + b"\r\n\r\n" + (_joined(body) if b"\r\nTransfer-Encoding: chunked" in head else body)
    for pattern, replacement in CHANGING:
        octets = pattern.sub(replacement, octets)
    return octets, answer.ended


def _joined(chunks: bytes) -> bytes:
    """Join the chunks of a body."""
    body = b""
    while size := int(chunks.partition(b"\r\n")[0] or b"0", 16):
        rest = chunks.partition(b"\r\n")[2]
        body, chunks = body + rest[:size], rest[size + 2 :]
    return body


class Keeping:
    """A client that keeps its connection to one port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> Keeping:
        """Connect to a port."""
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def ask(self, path: str, body: Mapping[str, Any]) -> int:
        """Send a request and read its answer; the status."""
        octets = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(octets)}\r\n\r\n"
        self._writer.write(head.encode() + octets)
        found = await self._reader.readuntil(b"\r\n\r\n")
        length = found.lower().partition(b"content-length:")[2].split(maxsplit=1)
        await self._reader.readexactly(int(length[0]) if length else 0)
        return int(found[9:12])

    async def read_until(self, end: bytes, seconds: float = PATIENCE) -> bytes:
        """Read up to some bytes."""
        async with asyncio.timeout(seconds):
            return await self._reader.readuntil(end)

    def send(self, octets: bytes) -> None:
        """Send bytes."""
        self._writer.write(octets)

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()
