"""Clients of Valkey that `store_clients.py` compares: each gives what carries out a command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

Ask = Callable[..., Awaitable[Any]]


class Place(NamedTuple):
    """Where the server listens."""

    path: str
    """Unix socket."""
    port: int


@asynccontextmanager
async def ours(place: Place) -> AsyncIterator[Ask]:
    from oifde_simulator.state.valkey.connect import connect

    store = await connect(f"unix://{place.path}", "oifde:")
    yield store.command
    await store.close()


@asynccontextmanager
async def py_client(place: Place, *, package: str, kind: str, is_batched: bool) -> AsyncIterator[Ask]:
    """Use valkey-py or redis-py, which are alike: a connection a call, or a pipeline a turn."""
    connected = getattr(import_module(f"{package}.asyncio"), kind)(unix_socket_path=place.path)
    batches = Batches(lambda: connected.pipeline(transaction=False))
    yield batches.ask if is_batched else connected.execute_command
    await connected.aclose()


valkey_py = partial(py_client, package="valkey", kind="Valkey")
redis_py = partial(py_client, package="redis", kind="Redis")


@asynccontextmanager
async def coredis(place: Place) -> AsyncIterator[Ask]:
    import coredis as client

    async with client.Redis(unix_socket_path=place.path) as connected:

        async def ask(name: str, *words: Any) -> Any:
            if name == "SCRIPT":
                return await connected.script_load(words[1])
            return await connected.evalsha(words[0], keys=[words[2]], args=words[3:])

        yield ask


@asynccontextmanager
async def glide(place: Place) -> AsyncIterator[Ask]:
    import glide as client

    address = client.NodeAddress("127.0.0.1", place.port)  # it knows no Unix sockets
    connected = await client.GlideClient.create(
        client.GlideClientConfiguration([address], request_timeout=5000)
    )

    async def ask(*words: Any) -> Any:
        return await connected.custom_command([str(word) for word in words])

    yield ask
    await connected.close()


class Batches:
    """Makes one pipeline of the calls of one turn of the event loop."""

    def __init__(self, pipeline: Callable[[], Any]) -> None:
        self._pipeline = pipeline
        self._calls: list[tuple[tuple[Any, ...], asyncio.Future[Any]]] = []
        self._running: set[asyncio.Task[None]] = set()

    def ask(self, *words: Any) -> Awaitable[Any]:
        loop = asyncio.get_running_loop()
        if not self._calls:
            loop.call_soon(self._start)
        reply: asyncio.Future[Any] = loop.create_future()
        self._calls.append((words, reply))
        return reply

    def _start(self) -> None:
        task = asyncio.ensure_future(self._run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self) -> None:
        calls, self._calls = self._calls, []
        pipeline = self._pipeline()
        for words, _ in calls:
            pipeline.execute_command(*words)
        for (_, reply), found in zip(calls, await pipeline.execute(raise_on_error=False), strict=True):
            reply.set_result(found)


KINDS: dict[str, tuple[str, Callable[[Place], AbstractAsyncContextManager[Ask]]]] = {
    "ours, on libvalkey": ("libvalkey", ours),
    "valkey-py": ("valkey", partial(valkey_py, is_batched=False)),
    "valkey-py, a pipeline a turn": ("valkey", partial(valkey_py, is_batched=True)),
    "redis-py": ("redis", partial(redis_py, is_batched=False)),
    "redis-py, a pipeline a turn": ("redis", partial(redis_py, is_batched=True)),
    "coredis": ("coredis", coredis),
    "valkey-glide, over TCP": ("valkey-glide", glide),
}
