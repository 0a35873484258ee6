"""A connection by valkey-py, until the client is chosen by measurement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import valkey.asyncio as client
from valkey.exceptions import NoScriptError, ResponseError, ValkeyError

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument


class ProvisionalStore:
    """A server under one prefix of keys."""

    def __init__(self, url: str, prefix: str = "oifde:") -> None:
        self._prefix = prefix
        self._client = client.Valkey.from_url(url)
        self._order = asyncio.Lock()
        self._posted: set[asyncio.Task[Any]] = set()

    def key(self, name: str) -> str:
        """Make the name of a key."""
        return self._prefix + name

    async def run(self, script: Script, *arguments: Argument) -> Any:
        """Run a script."""
        await self._settle()
        return await self._run(script, *arguments)

    async def _run(self, script: Script, *arguments: Argument) -> Any:
        try:
            return await self._command("EVALSHA", script.digest, 1, self._prefix, *arguments)
        except NoScriptError:
            return await self._command("EVAL", script.source, 1, self._prefix, *arguments)

    def post(self, script: Script, *arguments: Argument) -> None:
        """Run a script soon."""
        task = asyncio.ensure_future(self._run(script, *arguments))
        self._posted.add(task)
        task.add_done_callback(self._posted.discard)

    async def command(self, *words: Argument) -> Any:
        """Carry out one command."""
        await self._settle()
        return await self._command(*words)

    async def _settle(self) -> None:
        """Let the posted calls be carried out before a later one."""
        if self._posted:
            await asyncio.wait(self._posted)

    async def _command(self, *words: Argument) -> Any:
        try:
            async with self._order:
                return await self._client.execute_command(*words)
        except ResponseError:
            raise
        except (ValkeyError, OSError) as error:
            raise StoreGone(str(error)) from error

    async def subscribe(
        self,
        channel: str,
        hear: Callable[[bytes], None],
        on_gap: Callable[[], None] | None = None,  # noqa: ARG002
    ) -> Callable[[], Awaitable[None]]:
        """Call `hear` with each message of a channel."""
        subscription = self._client.pubsub()
        await subscription.subscribe(channel)
        await subscription.get_message(timeout=5)

        async def listen() -> None:
            async for message in subscription.listen():
                if message["type"] == "message":
                    hear(message["data"])

        task = asyncio.ensure_future(listen())

        async def end() -> None:
            task.cancel()
            await subscription.aclose()

        return end

    async def close(self) -> None:
        """Close the connections."""
        if self._posted:
            await asyncio.wait(self._posted)
        await self._client.aclose()
