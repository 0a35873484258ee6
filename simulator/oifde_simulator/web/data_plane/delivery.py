"""Delivery of answers: plays a script on the transport of a request.

Rule: this is the only place that writes an answer of the vendor's port, honest or spoiled, but for
`immediate.py`, whose answers are sent in one piece.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

from aiohttp import web

from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.web.byte_budget import ByteBudget
from oifde_simulator.web.data_plane.connection_end import close_tls, have_arrived
from oifde_simulator.web.data_plane.held_connections import HeldConnections, Hold
from oifde_simulator.web.data_plane.unsent import Unsent
from oifde_simulator.web.http_connection import HIGH_WATER, reset
from oifde_simulator.web.peer import is_reset
from oifde_simulator.wire.script import Close, Reset, Script, Send, Wait

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.abc import AbstractStreamWriter

    from oifde_simulator.web.data_plane.lazy_slices import LazySlices
    from oifde_simulator.web.speech.speaker import Speaker

log = logging.getLogger("oifde_simulator")

SLICE = 4 * HIGH_WATER
"""Bytes that are handed to a connection at once; an answer up to that size is one write."""


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
        unread: ByteBudget,
        speaker: Speaker,
    ) -> None:
        """Report to `outcome`; a client may leave bytes unread for `write_seconds`."""
        self._script = script
        self._outcome = outcome
        self._write_seconds = write_seconds
        self._keep_alive = keep_alive
        self._held = held
        self._unread = unread
        self._speaker = speaker
        self._slices: LazySlices | None = None
        self._unsent = Unsent()
        self._hold: Hold | None = None
        self._request: web.BaseRequest | None = None
        self.decide: Callable[[], Awaitable[Exchange]] | None = None
        """Decision that is still to be made, for a caller that cannot await it; it has script and outcome."""

    __eq__ = object.__eq__  # aiohttp's own compares responses as mappings do
    __hash__ = object.__hash__

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
            if getattr(self._request.protocol, "ended", False):
                await self._confirm(transport)
            self._outcome.end("complete")
        finally:
            self._outcome.end("client left")
            if self._hold:
                self._hold.release()

    def evict(self) -> None:
        """Give the answer up, for others: its client has left it unread, and too much is unread in all."""
        self._unsent.clear()
        self._script = ()
        log.warning(
            "reset a connection whose client leaves its answer unread: all answers together left %d bytes",
            self._unread.limit,
        )
        if self._request is not None and self._request.transport is not None:
            self._reset(self._request.transport)

    async def _play(self, transport: asyncio.Transport) -> None:
        actions, self._script = deque(self._script), ()
        while actions:
            action = actions.popleft()
            if type(action) is Send:
                self._unsent.append(action.octets)
                del action  # or a large answer would live as long as its connection
                continue
            await self._write(transport)
            if transport.is_closing():
                self._keep_alive = False
                self._outcome.end("client left")
                return
            await self._act(transport, action)
        if len(self._unsent) and transport.is_closing():
            self._outcome.end("client left")
        await self._write(transport)

    async def _write(self, transport: asyncio.Transport) -> None:
        while len(self._unsent) and not transport.is_closing():
            octets = await self._make(transport) if self._unsent.lazy else self._unsent.take(SLICE)
            transport.write(octets)
            self._outcome.sent += len(octets)
            if transport.get_write_buffer_size() > HIGH_WATER:
                await self._drain(transport)
        self._unsent.clear()

    async def _make(self, transport: asyncio.Transport) -> bytes:
        """Make the next slice of a lazy body; break the connection where that fails."""
        self._outcome.digest = self._unsent.digest
        try:
            octets = await (self._slices or self._begin_slices()).next()
        except OSError as error:
            log.warning("reset a connection amid a recording: %s", error)
            octets = self._give_up(transport)
        except Exception:
            log.exception("a defect of the simulator: reset a connection amid a recording")
            octets = self._give_up(transport)
        return b"" if transport.is_closing() else octets

    def _begin_slices(self) -> LazySlices:
        from oifde_simulator.web.data_plane.lazy_slices import LazySlices  # for recordings only

        self._slices = LazySlices(self._unsent, self._speaker, SLICE)
        return self._slices

    def _give_up(self, transport: asyncio.Transport) -> bytes:
        """Break the connection whose answer cannot be made to its end."""
        self._unsent.clear()
        self._reset(transport)
        return b""

    async def _drain(self, transport: asyncio.Transport) -> None:
        assert self._request is not None
        self._unread.hold(self, self._unsent.in_memory + transport.get_write_buffer_size())
        try:
            async with asyncio.timeout(self._write_seconds):
                await self._request.writer.drain()
        except TimeoutError:
            self._reset(transport)
        finally:
            self._unread.release(self)

    async def _act(self, transport: asyncio.Transport, action: Wait | Close | Reset | Send) -> None:
        match action:
            case Wait(seconds):
                await self._wait(transport, seconds)
            case Close():
                self._keep_alive = False
                self._outcome.end("closed")
                await self._close(transport)
            case Reset():
                await self._flush(transport)
                self._reset(transport)
            case Send():  # written by the caller
                raise AssertionError("a Send is written, not acted out")

    async def _close(self, transport: asyncio.Transport) -> None:
        """End the connection in order."""
        if transport.get_extra_info("ssl_object") is None:
            transport.close()
        else:
            await self._flush(transport)
            close_tls(transport)

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

    async def _flush(self, transport: asyncio.Transport) -> bool:
        """Wait until every byte has arrived; False where the client has left, or reads nothing.

        A reset throws away the bytes that are still on their way.
        """
        await asyncio.sleep(0)  # uvloop writes at the end of a loop iteration
        if transport.get_write_buffer_size():
            transport.set_write_buffer_limits(high=0)
            await self._drain(transport)
        return await have_arrived(transport, self._write_seconds)

    async def _confirm(self, transport: asyncio.Transport) -> None:
        """Wait for the bytes to arrive: whether a client that ended its half is there shows only then."""
        if transport.is_closing() or await self._flush(transport) or transport.is_closing():
            return
        connection = transport.get_extra_info("socket")
        if is_reset(connection):
            self._outcome.end("client left")
            transport.abort()
        else:
            self._reset(transport)

    def _reset(self, transport: asyncio.Transport) -> None:
        self._keep_alive = False
        self._outcome.end("reset")
        reset(transport)
