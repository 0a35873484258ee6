"""Messages of channels, by a connection of their own: subscribed to again after each reconnection.

A server drops a client that reads too slowly (client-output-buffer-limit), so a gap is possible at any time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from oifde_simulator.state.errors import StoreGone
from oifde_simulator.state.valkey.client.calls import Dropped, ask
from oifde_simulator.state.valkey.client.connection import PushConnection
from oifde_simulator.state.valkey.client.link import Link
from oifde_simulator.state.valkey.client.opening import Target, accept
from oifde_simulator.state.valkey.names import packed

Hear = Callable[[bytes], None]
OnGap = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """Who hears a channel; each subscription is one of its own."""

    hear: Hear
    on_gap: OnGap | None


class Subscriptions:
    """Channels and who hears them; the connection is opened for the first."""

    def __init__(self, to: Target) -> None:
        """Take the address."""
        self._to = to
        self._loop = asyncio.get_running_loop()
        self._link = Link(to, lambda lost: PushConnection(lost, self._hear))
        self._link.greet, self._link.on_open = self._subscribe_again, self._tell_gap
        self._channels: dict[bytes, list[Listener]] = {}
        self._opening = asyncio.Lock()
        self._is_first = True
        self._check: asyncio.TimerHandle | None = None

    async def add(self, name: str, hear: Hear, on_gap: OnGap | None) -> Callable[[], Awaitable[None]]:
        """Subscribe to a channel. Raises StoreGone."""
        channel = packed(name)
        async with self._opening:
            if self._is_first:
                await self._link.open()
                self._is_first = False
            listener = Listener(hear, on_gap)
            self._channels.setdefault(channel, []).append(listener)
            try:
                await self._subscribe(channel)
            except BaseException:
                self._remove(channel, listener)
                raise
        return lambda: self._end(channel, listener)

    def close(self) -> None:
        """Close the connection."""
        if self._check:
            self._check.cancel()
        self._link.close()

    async def _subscribe(self, channel: bytes) -> None:
        connection = self._link.connection
        if connection is None:
            raise StoreGone(self._link.found)
        try:
            accept(self._to, await ask(connection, self._to.seconds, "SUBSCRIBE", channel))
        except ConnectionError as error:
            raise StoreGone(f"no answer from the store at {self._to.address}: {error}") from error

    async def _subscribe_again(self, connection: PushConnection) -> None:
        for channel in list(self._channels):
            accept(self._to, await ask(connection, self._to.seconds, "SUBSCRIBE", channel))

    async def _end(self, channel: bytes, listener: Listener) -> None:
        self._remove(channel, listener)

    def _remove(self, channel: bytes, listener: Listener) -> None:
        listeners = self._channels.get(channel, [])
        if listener in listeners:
            listeners.remove(listener)
        if not listeners and self._channels.pop(channel, None) is not None and self._link.connection:
            self._link.connection.send(Dropped(("UNSUBSCRIBE", channel), self._to.seconds))

    def _hear(self, channel: bytes, message: bytes) -> None:
        for listener in tuple(self._channels.get(channel, ())):
            try:
                listener.hear(message)
            except Exception as error:  # noqa: BLE001  one listener's defect is not the others'
                self._report(error)

    def _tell_gap(self) -> None:
        self._keep_checking()
        if self._is_first:
            return
        for listener in [each for listeners in self._channels.values() for each in listeners]:
            if listener.on_gap:
                listener.on_gap()

    def _keep_checking(self) -> None:
        """Send a PING now and then, since a connection without traffic does not show that it is dead."""
        if self._check:
            self._check.cancel()
        self._check = self._loop.call_later(self._to.seconds, self._keep_checking)
        if self._link.connection:
            self._link.connection.send(Dropped(("PING",), self._to.seconds))

    def _report(self, error: Exception) -> None:
        self._loop.call_exception_handler({"message": "a listener of the store failed", "exception": error})
