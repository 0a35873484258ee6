"""The one way out: plays a script on a request's transport. Honest answers leave this way too."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING

from aiohttp import web

from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.web.data_plane.held_connections import Holds
from oifde_simulator.web.data_plane.tcp import unacknowledged
from oifde_simulator.wire.script import Close, Reset, Script, Send, Wait

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from aiohttp.abc import AbstractStreamWriter

log = logging.getLogger("oifde_simulator")

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER of 0 seconds: closing sends RST."""

HIGH_WATER = 64 * 1024
"""Bytes that may wait for a client to read them before we wait for the client (asyncio's own limit)."""

GLANCE = 0.001
"""Seconds between two looks at what is still on its way."""

GRAIN = 0.0015
"""Seconds by which a timer may come early: uvloop's count whole milliseconds."""


class Delivery(web.StreamResponse):
    """A response that is a script.

    aiohttp asks a handler's response three things: `prepare`, `write_eof` and `keep_alive`. They
    are all overridden, so nothing of the parent's state is used, and none is made.
    """

    def __init__(
        self,
        script: Script,
        outcome: OutcomeRecorder,
        *,
        keep_alive: bool,
        write_seconds: float,
        holds: Holds,
    ) -> None:
        """`write_seconds` is how long a client may take to read what it is owed; `outcome` is told all."""
        self._script = script
        self._outcome = outcome
        self._write_seconds = write_seconds
        self._goes_on = keep_alive
        self._holds = holds
        self._held = False
        self._late = 0.0
        self._incoming: web.BaseRequest | None = None
        self.undecided: Awaitable[Exchange] | None = None
        """Decision that is still to be awaited, for a caller that cannot; it has script and outcome."""

    @property
    def keep_alive(self) -> bool | None:
        """Whether another request may follow on this connection."""
        return self._goes_on

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Remember whose transport it is; nothing is written yet."""
        self._incoming = request
        if self.undecided is not None:
            exchange = await self.undecided
            self._script, self._outcome = exchange.script, exchange.outcome
        return None

    async def write_eof(self, data: bytes = b"") -> None:  # noqa: ARG002
        """Play the script; a client that leaves cancels it."""
        assert self._incoming is not None
        transport = self._incoming.transport
        if transport is None:
            self._goes_on = False
            self._outcome.end("client left")
            return
        try:
            await self._play(transport)
            self._outcome.end("complete")
        finally:
            self._outcome.end("client left")
            if self._held:
                self._holds.give_back()

    async def _play(self, transport: asyncio.Transport) -> None:
        waiting: list[bytes] = []
        for action in self._script:
            if type(action) is Send:
                waiting.append(action.octets)
                continue
            await self._write(transport, waiting)
            if transport.is_closing():
                self._goes_on = False
                self._outcome.end("client left")
                return
            await self._act(transport, action)
        if waiting and transport.is_closing():
            self._outcome.end("client left")
        await self._write(transport, waiting)

    async def _write(self, transport: asyncio.Transport, waiting: list[bytes]) -> None:
        if not waiting or transport.is_closing():
            return
        octets = b"".join(waiting)
        transport.write(octets)
        self._outcome.sent += len(octets)
        waiting.clear()
        if transport.get_write_buffer_size() > HIGH_WATER:
            await self._drain(transport)

    async def _drain(self, transport: asyncio.Transport) -> None:
        assert self._incoming is not None
        try:
            async with asyncio.timeout(self._write_seconds):
                await self._incoming.writer.drain()
        except TimeoutError:
            self._break(transport)

    async def _act(self, transport: asyncio.Transport, action: Wait | Close | Reset | Send) -> None:
        match action:
            case Wait(seconds):
                await self._wait(transport, seconds)
            case Close():
                self._goes_on = False
                self._outcome.end("closed")
                transport.close()
            case Reset():
                await self._flush(transport)
                self._break(transport)
            case Send():  # played by the caller
                raise AssertionError("a Send is written, not acted out")

    async def _wait(self, transport: asyncio.Transport, seconds: float) -> None:
        """Wait, never too short; what one wait took too long is taken off the next."""
        if not seconds:
            await asyncio.sleep(0)
        elif self._admitted():
            begun = monotonic()
            await self._holds.wait(seconds - self._late + GRAIN)
            self._late += monotonic() - begun - seconds
        else:
            log.warning(
                "reset a connection that a fault would hold: %d are held, the limit of --max-waiting",
                self._holds.limit,
            )
            self._break(transport)

    def _admitted(self) -> bool:
        self._held = self._held or self._holds.take()
        return self._held

    async def _flush(self, transport: asyncio.Transport) -> None:
        """Have everything arrive: a break throws away what is still on its way."""
        await asyncio.sleep(0)  # uvloop writes at the end of a turn
        if transport.get_write_buffer_size():
            transport.set_write_buffer_limits(high=0)
            await self._drain(transport)
        deadline = monotonic() + self._write_seconds
        while not transport.is_closing() and _on_its_way(transport) and monotonic() < deadline:  # noqa: ASYNC110  the kernel tells nobody
            await asyncio.sleep(GLANCE)

    def _break(self, transport: asyncio.Transport) -> None:
        self._goes_on = False
        self._outcome.end("reset")
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        transport.abort()


def _on_its_way(transport: asyncio.Transport) -> int:
    connection = transport.get_extra_info("socket")
    return unacknowledged(connection.fileno()) if connection is not None else 0
