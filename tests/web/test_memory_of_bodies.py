"""Memory of bodies that were given up: free when their connections are, without the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from aiohttp.streams import StreamReader

from conftest import QUERY
from oifde_simulator.config import Settings
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.web import body_receiver, byte_budget, heap
from oifde_simulator.web.http_connection import HttpConnection
from serving import CALM

SIZE = 1 << 18
"""Bytes that are sent of each body."""
COUNT = 4
"""Bodies of one test."""
CHUNK = b"%x\r\n%b\r\n" % (SIZE, bytes(SIZE))

WHOLE = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def leave_by_reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def end_half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write_eof()


async def wait(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def spoil(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"no size\r\n")


async def overflow(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(4):
        writer.write(CHUNK)


# how a body ends that is never whole: (settings, room for all bodies, deed)
WAYS: dict[str, tuple[dict[str, Any], int, Callable[..., Awaitable[None]]]] = {
    "the client resets": ({}, 1 << 30, leave_by_reset),
    "the client ends its half": ({}, 1 << 30, end_half),
    "too slow": ({"body_timeout": 0.05}, 1 << 30, wait),
    "evicted": ({"body_timeout": 0.05}, 2 * SIZE, wait),
    "a broken chunk": ({}, 1 << 30, spoil),
    "too large": ({"max_body": 2 * SIZE, "body_timeout": 0.05}, 1 << 30, overflow),
}


@pytest.fixture(params=["data", "control"])
def plane(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings, room, deed = request.param
    monkeypatch.setattr(body_receiver.BodyReceiver.__init__, "__defaults__", (room,))
    monkeypatch.setattr(byte_budget, "GRACE_SECONDS", 0.0)
    return settings, deed


@pytest.fixture
async def simulator(way: Any) -> AsyncIterator[Simulator]:
    settings = Settings(**CALM | {"max_body": 1 << 24} | way[0])
    served = Simulator(settings, registry(settings, {}))
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Count bytes, and leave cycles where they are."""
    gc.disable()
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.enable()


def server(simulator: Simulator, plane: str) -> Any:
    port, control = simulator._running
    return port._plane._connections if plane == "data" else control.server  # type: ignore[union-attr]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 -- others run meanwhile
        await asyncio.sleep(0)


async def send_a_part(simulator: Simulator, plane: str) -> Client:
    url, path = (simulator.data_url, QUERY) if plane == "data" else (simulator.control_url, "/verify")
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + CHUNK)
    await writer.drain()
    return reader, writer


async def give_up(simulator: Simulator, plane: str, deed: Callable[..., Awaitable[None]]) -> None:
    """Have the bodies of COUNT clients given up."""
    served = server(simulator, plane)
    asked = served.requests_count + COUNT
    clients = [await send_a_part(simulator, plane) for _ in range(COUNT)]
    await until(lambda: served.requests_count == asked and all(map(_has_come, served.connections)))
    await asyncio.gather(*(deed(*each) for each in clients))
    await until(lambda: not served.connections)
    for _, writer in clients:
        writer.close()


def _has_come(connection: HttpConnection) -> bool:
    return connection._arriving is not None and connection._arriving.total_bytes >= SIZE


async def test_a_body_that_was_given_up_is_free_without_the_garbage_collector(
    simulator: Simulator, way: Any, plane: str, uncollected: None
) -> None:
    _, deed = way
    await give_up(simulator, plane, deed)  # for what is imported and cached
    before, _ = tracemalloc.get_traced_memory()
    await give_up(simulator, plane, deed)
    after, _ = tracemalloc.get_traced_memory()
    assert after - before < SIZE // 2


async def test_memory_is_given_back_to_the_system_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[None] = []
    monkeypatch.setattr(body_receiver, "give_back", lambda: given_back.append(None))
    receiver = body_receiver.BodyReceiver(100)
    for _ in range(10):
        content = StreamReader(Mock(_reading_paused=False), 1 << 16, loop=asyncio.get_running_loop())
        content.feed_data(b"x" * 30)
        with pytest.raises(body_receiver.BodyOverflow):
            await receiver.receive(content, 10, 60)
    assert len(given_back) == 2


def test_giving_memory_back_does_no_harm_on_any_system() -> None:
    heap.give_back()
    heap.give_back()


@pytest.mark.parametrize("before", [b"", WHOLE], ids=["alone", "behind one"])
@pytest.mark.parametrize("plane", ["data", "control"])
async def test_the_bytes_of_a_head_that_is_refused_are_free_too(
    before: bytes, plane: str, uncollected: None
) -> None:
    settings = Settings(**CALM)
    simulator = Simulator(settings, registry(settings, {}))
    await simulator.start()
    parts = urlsplit(simulator.data_url if plane == "data" else simulator.control_url)
    headers = b"".join(b"X-%d: %b\r\n" % (n, b"x" * 8000) for n in range(100))
    refused = b"GET / HTTP/1.1\r\n" + headers + b"no header\r\n\r\n"
    grown = []
    for _ in range(2):
        for _ in range(COUNT):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.write(before + refused)
            assert b" 400 " in await reader.read()
            writer.close()
        await until(lambda: not server(simulator, plane).connections)
        grown.append(tracemalloc.get_traced_memory()[0])
    await simulator.stop()
    assert grown[1] - grown[0] < len(refused) // 4
