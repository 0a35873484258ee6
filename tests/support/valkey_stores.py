"""Connections to the tests' Valkey server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import valkey_server
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.client.store import ValkeyStore
from oifde_simulator.state.valkey.connect import connect
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument, Reply, Store


@asynccontextmanager
async def store(prefix: str | None = None) -> AsyncIterator[Store]:
    """Connect under a prefix, one of its own where none is given."""
    connection = await connect(valkey_server.address(), prefix or valkey_server.prefix())
    try:
        yield connection
    finally:
        await connection.close()


async def read_untouched(connection: Store, tenant: str = "acme") -> Read:
    """Read a tenant that nobody has touched, as all are then."""
    await connection.command("HSET", connection.key("checks"), "", "1 1 0")
    return Read(tenant, 1, 1)


class LazyStore:
    """A connection that is opened by the first call."""

    def __init__(self, prefix: str | None = None) -> None:
        self._prefix = prefix or valkey_server.prefix()
        self._opening: asyncio.Task[ValkeyStore] | None = None
        self._first_calls: set[asyncio.Task[None]] = set()

    def key(self, name: str) -> str:
        return self._prefix + name

    async def run(self, script: Script, *arguments: Argument) -> Any:
        return await (await self._open()).run(script, *arguments)

    def ask(self, script: Script, reply: Reply, *arguments: Argument) -> None:
        if self._opening is not None and self._opening.done():
            self._opening.result().ask(script, reply, *arguments)
        else:
            self._first_calls.add(asyncio.ensure_future(self._ask(script, reply, *arguments)))

    async def _ask(self, script: Script, reply: Reply, *arguments: Argument) -> None:
        (await self._open()).ask(script, reply, *arguments)

    def post(self, script: Script, *arguments: Argument) -> None:
        if self._opening is not None and self._opening.done():
            self._opening.result().post(script, *arguments)

    async def command(self, *words: Argument) -> Any:
        return await (await self._open()).command(*words)

    async def subscribe(
        self, channel: str, hear: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], Awaitable[None]]:
        return await (await self._open()).subscribe(channel, hear, on_gap)

    async def close(self) -> None:
        if self._opening is not None:
            await (await self._opening).close()
            await asyncio.sleep(0)  # transports let go of their sockets in the next turn of the loop

    async def _open(self) -> ValkeyStore:
        if self._opening is None:
            self._opening = asyncio.ensure_future(connect(valkey_server.address(), self._prefix))
        if self._opening.done():
            return self._opening.result()
        return await asyncio.shield(self._opening)
