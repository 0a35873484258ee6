"""Delivery of answers: plays a script on the transport of a request.

Rule: this is the only place that writes an answer of the vendor's port, honest or spoiled.
"""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING

from aiohttp import web

from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.web.data_plane.held_connections import HeldConnections, Hold
from oifde_simulator.web.data_plane.tcp import reset_on_close, unacknowledged_bytes
from oifde_simulator.wire.script import Close, Reset, Script, Send, Wait

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.abc import AbstractStreamWriter

log = logging.getLogger("oifde_simulator")

HIGH_WATER = 64 * 1024
"""Unread bytes in the write buffer from which on the sender waits for the client (asyncio's own limit)."""

POLL_SECONDS = 0.001
"""Seconds between two looks at the bytes that are still on their way."""


class Delivery(web.StreamResponse):
    """Response of aiohttp that plays a script.

    aiohttp uses `prepare`, `write_eof` and `keep_alive` of a response. All are overridden, so the state
    of the base class is never used, nor made.
    """

    def __init__(
        self,
        script: Script,
        outcome: OutcomeRecorder,
        *,
        keep_alive: bool,
        write_seconds: float,
        held: HeldConnections,
    ) -> None:
        """Report to `outcome`; a client may leave bytes unread for `write_seconds`."""
        self._script = script
        self._outcome = outcome
        self._write_seconds = write_seconds
        self._keep_alive = keep_alive
        self._held = held
        self._hold: Hold | None = None
        self._request: web.BaseRequest | None = None
        self.decide: Callable[[], Awaitable[Exchange]] | None = None
        """Decision that is still to be made, for a caller that cannot await it; it has script and outcome."""

    @property
    def keep_alive(self) -> bool | None:
        """Check that another request may follow on this connection."""
        return self._keep_alive

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Remember the request, whose transport is needed later; nothing is written yet."""
        self._request = request
        if self.decide is not None:
            decide, self.decide = self.decide, None
            exchange = await decide()
            self._script, self._outcome = exchange.script, exchange.outcome
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Play the script, until its end or until the client leaves; aiohttp gives no `data`."""
        assert not data
        assert self._request is not None
        transport = self._request.transport
        if transport is None:
            self._keep_alive = False
            self._outcome.end("client left")
            return
        try:
            await self._play(transport)
            self._outcome.end("complete")
        finally:
            self._outcome.end("client left")
            if self._hold:
                self._hold.release()

    async def _play(self, transport: asyncio.Transport) -> None:
        pending: list[bytes] = []
        for action in self._script:
            if type(action) is Send:
                pending.append(action.octets)
                continue
            await self._write(transport, pending)
            if transport.is_closing():
                self._keep_alive = False
                self._outcome.end("client left")
                return
            await self._act(transport, action)
        if pending and transport.is_closing():
            self._outcome.end("client left")
        await self._write(transport, pending)

    async def _write(self, transport: asyncio.Transport, pending: list[bytes]) -> None:
        if not pending or transport.is_closing():
            return
        octets = b"".join(pending)
        transport.write(octets)
        self._outcome.sent += len(octets)
        pending.clear()
        if transport.get_write_buffer_size() > HIGH_WATER:
            await self._drain(transport)

    async def _drain(self, transport: asyncio.Transport) -> None:
        assert self._request is not None
        try:
            async with asyncio.timeout(self._write_seconds):
                await self._request.writer.drain()
        except TimeoutError:
            self._reset(transport)

    async def _act(self, transport: asyncio.Transport, action: Wait | Close | Reset | Send) -> None:
        match action:
            case Wait(seconds):
                await self._wait(transport, seconds)
            case Close():
                self._keep_alive = False
                self._outcome.end("closed")
                transport.close()
            case Reset():
                await self._flush(transport)
                self._reset(transport)
            case Send():  # written by the caller
                raise AssertionError("a Send is written, not acted out")

    async def _wait(self, transport: asyncio.Transport, seconds: float) -> None:
        if not seconds:
            await asyncio.sleep(0)
            return
        self._hold = self._hold or Hold(self._held)
        if self._hold.acquire():
            await self._hold.wait(seconds)
        else:
            log.warning(
                "reset a connection that a fault would hold: %d are held, the limit of --max-waiting",
                self._held.limit,
            )
            self._reset(transport)

    async def _flush(self, transport: asyncio.Transport) -> None:
        """Wait until every byte has arrived: a reset throws away the bytes that are still on their way."""
        await asyncio.sleep(0)  # uvloop writes at the end of a loop iteration
        if transport.get_write_buffer_size():
            transport.set_write_buffer_limits(high=0)
            await self._drain(transport)
        deadline = monotonic() + self._write_seconds
        while not transport.is_closing() and _bytes_in_flight(transport) and monotonic() < deadline:  # noqa: ASYNC110  the kernel sends no event
            await asyncio.sleep(POLL_SECONDS)

    def _reset(self, transport: asyncio.Transport) -> None:
        self._keep_alive = False
        self._outcome.end("reset")
        connection = transport.get_extra_info("socket")
        if connection is not None:
            reset_on_close(connection)
        transport.abort()


def _bytes_in_flight(transport: asyncio.Transport) -> int:
    connection = transport.get_extra_info("socket")
    return unacknowledged_bytes(connection) if connection is not None else 0
