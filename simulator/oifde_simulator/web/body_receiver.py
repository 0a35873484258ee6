"""Bodies as they arrive: each within a size and a deadline, all together within a number of bytes.

Rule: nothing of a body outlives its receiving. aiohttp keeps the error that ends a stream, and an error keeps
the frames that it went through, so what these hold would live until the garbage collector comes.
"""

from __future__ import annotations

import asyncio

from aiohttp.streams import StreamReader

from oifde_simulator.web.byte_budget import ByteBudget
from oifde_simulator.web.heap import give_back

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
        self._freed = 0
        """Bytes of bodies that were given up since memory was given back to the system."""

    async def receive(self, content: StreamReader, most: int, seconds: float) -> bytes:
        """Receive a whole body of at most `most` bytes.

        Raises BodyOverflow, BodyEvicted, TimeoutError, or an error like the one that ended the stream.
        """
        body = _Arriving(content)
        try:
            async with asyncio.timeout(seconds):
                while await body.grow():
                    if len(body.octets) > most:
                        raise BodyOverflow
                    self._arriving.hold(body, len(body.octets))
                return bytes(body.octets)
        except Exception as error:
            if error is content.exception():
                forget_frames(error)
                raise type(error)(*error.args) from None
            raise
        finally:
            self._arriving.release(body)
            body.octets = bytearray()
            if not content.is_eof():
                self._give_back(body.received)

    def _give_back(self, size: int) -> None:
        """Give memory back to the system each time that bodies of `limit` bytes together were given up."""
        self._freed += size
        if self._freed > self._limit:
            self._freed = 0
            give_back()


def forget_frames(error: BaseException) -> None:
    """Have an error that aiohttp keeps let go of the frames that it went through, with what they hold."""
    error.__traceback__ = None


class _Arriving:
    """A body that is not whole yet."""

    def __init__(self, content: StreamReader) -> None:
        self.octets = bytearray()
        self.received = 0
        """Bytes that have come, evicted or not."""
        self._content = content

    async def grow(self) -> bool:
        """Wait for bytes and append them; False at the end of the body."""
        chunk = await self._content.readany()
        self.octets += chunk
        self.received += len(chunk)
        return bool(chunk)

    def evict(self) -> None:
        """Give the body up, for others."""
        self.octets = bytearray()
        self._content.set_exception(BodyEvicted(EVICTED))
