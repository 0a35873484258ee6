"""Bodies as they arrive: each within a size and a deadline, all together within a number of bytes."""

from __future__ import annotations

import asyncio
import gc

from aiohttp.streams import StreamReader

from oifde_simulator.web.byte_budget import ByteBudget

ARRIVING_BYTES = 32 << 20
"""Bytes of bodies that are not whole yet, for all connections of one plane together."""
EVICTED = "other bodies that are not whole hold all room; send this one again, without a pause"


class BodyOverflow(Exception):
    """The body is longer than it may be."""


class BodyEvicted(Exception):
    """The body stood still while others needed its room."""


class BodyReceiver:
    """Receive the bodies of one plane."""

    def __init__(self, limit: int = ARRIVING_BYTES) -> None:
        """Hold at most `limit` bytes of bodies that stand still."""
        self._arriving = ByteBudget(limit)
        self._limit = limit
        self._given_up = 0
        """Bytes of bodies that were given up since the last collection of garbage."""

    async def receive(self, content: StreamReader, most: int, seconds: float) -> bytes:
        """Receive a whole body of at most `most` bytes. Raises BodyOverflow, BodyEvicted or TimeoutError."""
        body = _Arriving(content)
        try:
            async with asyncio.timeout(seconds):
                while chunk := await content.readany():
                    body.octets += chunk
                    body.received += len(chunk)
                    if len(body.octets) > most:
                        raise BodyOverflow
                    self._arriving.hold(body, len(body.octets))
                return bytes(body.octets)
        except BaseException:
            self._collect(body.received)
            raise
        finally:
            self._arriving.release(body)

    def _collect(self, size: int) -> None:
        """Collect garbage now and then: the error in aiohttp's stream holds the body in a cycle."""
        self._given_up += size
        if self._given_up > self._limit:
            self._given_up = 0
            gc.collect()


class _Arriving:
    """A body that is not whole yet."""

    def __init__(self, content: StreamReader) -> None:
        self.octets = bytearray()
        self.received = 0
        """Bytes that have come, given up or not."""
        self._content = content

    def evict(self) -> None:
        """Give the body up, for others."""
        self.octets = bytearray()
        self._content.set_exception(BodyEvicted(EVICTED))
