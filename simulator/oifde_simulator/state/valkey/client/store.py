"""The store: one server under one prefix of keys, by one connection for calls and one for messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client.connection import Connection
from oifde_simulator.state.valkey.client.examination import examine
from oifde_simulator.state.valkey.client.link import Link
from oifde_simulator.state.valkey.client.opening import Target
from oifde_simulator.state.valkey.client.pipeline import Pipeline
from oifde_simulator.state.valkey.client.subscriptions import Subscriptions
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument, Condition, Reply


class ValkeyStore:
    """A server under one prefix of keys."""

    def __init__(self, to: Target, prefix: str) -> None:
        """Take the address; `open` connects."""
        self._to, self._prefix = to, prefix
        self._loop = asyncio.get_running_loop()
        self._pipeline = Pipeline(to, lambda: self._link.found)
        self._link = Link(to, Connection)
        self._link.greet, self._link.on_open, self._link.on_lost = self._greet, self._found, self._lost
        self._subscriptions = Subscriptions(to)
        self._hooks: list[Callable[[Condition], None]] = []
        self._run_id = self._last_run_id = ""

    async def open(self) -> None:
        """Connect for the first time. Raises StoreGone."""
        await self._link.open()

    @property
    def is_connected(self) -> bool:
        """Check that the store can be asked now."""
        return self._link.connection is not None

    @property
    def condition(self) -> Condition:
        """Tell whether the store can be asked, and what was found."""
        if self.is_connected:
            return Condition(True, f"the store at {self._to.address} answers")
        return Condition(False, self._link.found)

    def watch(self, hook: Callable[[Condition], None]) -> None:
        """Call `hook`, which must not raise, each time the store is lost or found again."""
        self._hooks.append(hook)

    def key(self, name: str) -> str:
        """Make the name of a key: the prefix, and the name."""
        return self._prefix + name

    async def run(self, script: Script, *arguments: Argument) -> Any:
        """Run a script; KEYS[1] is the prefix. Raises StoreGone or CommandRefused."""
        reply = self._loop.create_future()
        self._pipeline.send(("EVALSHA", script.digest, 1, self._prefix, *arguments), script, reply)
        return await reply

    def ask(self, script: Script, reply: Reply, *arguments: Argument) -> None:
        """Run a script; `reply` takes the answer, StoreGone or CommandRefused."""
        try:
            self._pipeline.send(("EVALSHA", script.digest, 1, self._prefix, *arguments), script, reply)
        except StoreGone as gone:
            reply.set_exception(gone)

    def post(self, script: Script, *arguments: Argument) -> None:
        """Run a script soon; nobody waits. Its answer is dropped, as is the call where the store is gone."""
        try:
            self._pipeline.send(("EVALSHA", script.digest, 1, self._prefix, *arguments), script, None)
        except StoreGone:
            return

    async def command(self, *words: Argument) -> Any:
        """Carry out one command. Raises StoreGone or CommandRefused."""
        reply = self._loop.create_future()
        self._pipeline.send(words, None, reply)
        return await reply

    async def subscribe(
        self, channel: str, hear: Callable[[bytes], None], on_gap: Callable[[], None] | None = None
    ) -> Callable[[], Awaitable[None]]:
        """Call `hear` with each message of a channel from the return on; returns what ends that.

        `on_gap` is called each time after messages may have been missed. Raises StoreGone.
        """
        return await self._subscriptions.add(channel, hear, on_gap)

    async def close(self) -> None:
        """Let the calls that wait end, within the deadline, and close the connections."""
        await self._pipeline.drain()
        self._link.close()
        self._subscriptions.close()
        self._pipeline.give_up()

    async def _greet(self, connection: Connection) -> None:
        self._run_id = await examine(self._to, connection)

    def _found(self) -> None:
        assert self._link.connection
        is_restarted = self._last_run_id not in ("", self._run_id)
        self._last_run_id = self._run_id
        self._pipeline.open(self._link.connection)
        self._tell(self.condition._replace(is_restarted=is_restarted))

    def _lost(self) -> None:
        self._pipeline.lose()
        self._tell(self.condition)

    def _tell(self, condition: Condition) -> None:
        for hook in self._hooks:
            hook(condition)
