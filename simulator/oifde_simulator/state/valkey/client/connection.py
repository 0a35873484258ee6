"""One connection to the server: calls of one turn of the event loop go out in one write.

Rule: a call that was written is never written again. Replies come in the order of the calls.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from libvalkey import ProtocolError, Reader, ReplyError

Lost = Callable[[str], None]
"""Takes what broke a connection."""


class Call(Protocol):
    """A packed command that waits for its reply. Neither method raises."""

    packed: bytes
    deadline: float
    """Time of the event loop by which its reply must be here."""

    def settle(self, reply: Any) -> None:
        """Take the reply; a refusal of the server is a ReplyError."""

    def fail(self, found: str) -> None:
        """Learn that no reply comes."""


class Connection(asyncio.Protocol):
    """A pipeline of calls. Each is settled or failed exactly once."""

    def __init__(self, lost: Lost) -> None:
        """Tell `lost` once when the connection breaks."""
        self._loop = asyncio.get_running_loop()
        self._lost: Lost | None = lost
        self._reader = Reader(replyError=ReplyError, protocolError=ProtocolError)
        self._unsent: list[bytes] = []
        self._waiting: deque[Call] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def send(self, call: Call) -> None:
        """Write a call at the end of this turn of the event loop."""
        if self._transport is None:
            call.fail("the connection is closed")
            return
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(call.packed)
        self._waiting.append(call)

    @property
    def is_open(self) -> bool:
        """Check that calls can be sent."""
        return self._transport is not None

    def close(self, found: str = "the connection was closed") -> None:
        """Close the connection; calls that wait fail with what was found."""
        self._break(found)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport  # type: ignore[assignment]  # a stream's transport, and uvloop's own class

    def data_received(self, data: bytes) -> None:
        """Settle the calls whose replies are complete."""
        self._reader.feed(data)
        try:
            self._settle()
        except (ProtocolError, IndexError):
            self._break("bytes came that are no reply of Valkey or Redis")

    def connection_lost(self, error: Exception | None) -> None:
        """Fail the calls that wait."""
        self._break(f"the connection broke: {error}" if error else "the server closed the connection")

    def _settle(self) -> None:
        gets, waiting = self._reader.gets, self._waiting
        while (reply := gets()) is not False:
            waiting.popleft().settle(reply)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._transport is None:
            return
        self._transport.write(unsent[0] if len(unsent) == 1 else b"".join(unsent))
        if self._watch is None:
            self._watch = self._loop.call_at(self._waiting[0].deadline, self._check_deadline)

    def _check_deadline(self) -> None:
        self._watch = None
        if not self._waiting:
            return
        deadline = self._waiting[0].deadline
        if deadline <= self._loop.time():
            self._break("no reply came within the deadline")
        else:
            self._watch = self._loop.call_at(deadline, self._check_deadline)

    def _break(self, found: str) -> None:
        transport, self._transport = self._transport, None
        if self._watch:
            self._watch.cancel()
            self._watch = None
        if transport:
            transport.abort()
        while self._waiting:
            self._waiting.popleft().fail(found)
        lost, self._lost = self._lost, None
        if lost:
            lost(found)


class PushConnection(Connection):
    """A connection that also takes messages of channels."""

    def __init__(self, lost: Lost, hear: Callable[[bytes, bytes], None]) -> None:
        """Call `hear` with channel and message; it does not raise."""
        super().__init__(lost)
        self._hear = hear

    def _settle(self) -> None:
        while (reply := self._reader.gets()) is not False:
            if isinstance(reply, list) and reply[0] == b"message":
                self._hear(reply[1], reply[2])
            else:
                self._waiting.popleft().settle(reply)
