"""Answers that are given while their requests are read: without a task, a timer and aiohttp's request.

Rule: only what is plain is answered here: a request that is whole, on a connection that has nothing else to
do, with a decision that need not wait and an answer in one piece. All else goes aiohttp's way, and what was
decided until then goes with it, so that no request is decided twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator, Sequence
from functools import partial
from types import coroutine
from typing import Any, Protocol

from aiohttp import hdrs
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader

from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.engine.repeats import Repeat, Sender
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import PortName, Request
from oifde_simulator.seen_before import SeenBefore
from oifde_simulator.web.data_plane.known_heads import KnownHead, KnownHeads
from oifde_simulator.web.http_connection import HIGH_WATER
from oifde_simulator.web.request_parser import Message
from oifde_simulator.web.turns import LARGE
from oifde_simulator.wire.script import Script, Send

MOST_AT_ONCE = 8
"""Requests in one piece of data up to which they are answered at once; of more, each waits for its turn.

It is below the number at which aiohttp stops reading (32), whose own way reads on.
"""


LONGEST_KNOWN = 4096
"""Bytes of a request that may be known by them."""

Known = Repeat | tuple[KnownHead, bytes]
"""What is known of a request by its bytes: its whole exchange, or its head, with its body."""


class AskedConnection(Sender, Protocol):
    """Connection on which requests come."""

    begun: Begun | None
    """Decision that goes aiohttp's way."""

    port: PortName
    """Name of the port by which the client came."""

    repeatable: bool
    """Whether it may be answered as others were: it came by the vendor's port, without a certificate."""


class ImmediateAnswers:
    """Answer the plain requests of one plane."""

    def __init__(self, pipeline: Pipeline, max_body: int) -> None:
        """Answer requests with bodies of at most `max_body` bytes, and none that would wait for a turn."""
        self._pipeline = pipeline
        self._longest = min(LARGE, max_body)
        self._repeats = pipeline.repeats
        self._heads = KnownHeads()
        self._bodies = SeenBefore()
        self._requests = SeenBefore()

    def find(self, data: bytes) -> Known | None:
        """Find what is known of a request from its bytes alone; they have to be a whole request's."""
        if len(data) > LONGEST_KNOWN or type(data) is not bytes:  # some event loops give a bytearray
            return None
        return self._repeats.find(data) or self._heads.find(data)

    def answer_known(
        self, connection: AskedConnection, transport: asyncio.Transport, data: bytes, known: Known
    ) -> bool:
        """Answer a request of which something is known; False where it goes the way of others."""
        if isinstance(known, Repeat):
            if self._answer_again(connection, transport, data, known):
                return True
            by_head = self._heads.find(data)
            if by_head is None:
                return False
            known = by_head
        (method, target, headers, version, _), body = known
        request = Request(
            method, target, headers, body, "", None, version, True,
            connection.port, connection.next_peer(), not self._bodies(body),
        )  # fmt: skip
        return self._answer(connection, transport, request, data)

    def _answer_again(
        self, connection: AskedConnection, transport: asyncio.Transport, data: bytes, repeat: Repeat
    ) -> bool:
        """Give an answer once more; False where it has to be decided anew."""
        if not connection.repeatable or transport.get_write_buffer_size():
            return False
        octets = self._repeats.answer(data, repeat, connection)
        if octets:
            transport.write(octets)
        return bool(octets)

    def answer_all(
        self,
        connection: AskedConnection,
        transport: asyncio.Transport,
        messages: Sequence[Message],
        data: bytes,
        *,
        whole: bool,
    ) -> Sequence[Message]:
        """Answer requests in their order, up to the first that is not plain; it and those behind it are left.

        They came in one piece of data, whose size bounds their bodies too; `whole` where that is one request.
        """
        if len(data) > self._longest or len(messages) > MOST_AT_ONCE:
            return messages
        for place, (message, payload) in enumerate(messages):
            if not _is_plain(message, payload):
                return messages[place:]
            body = payload.read_nowait()
            request = Request(
                message.method, message.path, message.headers, body, "", None, message.version, True,
                connection.port, connection.next_peer(), not self._bodies(body),
            )  # fmt: skip
            if whole:
                self._heads.note(data, message)
            if not self._answer(connection, transport, request, data if whole else b""):
                return messages[place:]
        return ()

    def _answer(
        self, connection: AskedConnection, transport: asyncio.Transport, request: Request, data: bytes
    ) -> bool:
        """Answer a request, which came as `data`; False where that has to wait: the connection has it."""
        decision = self._pipeline.handle(request)
        try:
            connection.begun = Begun(request, decision, decision.send(None))
        except StopIteration as done:
            if _send(done.value, transport):
                if connection.repeatable and not request.novel:
                    self._note(data, done.value)
                return True
            connection.begun = Begun(request, exchange=done.value)
        except Exception as defect:  # noqa: BLE001  aiohttp's way has a place for it
            connection.begun = Begun(request, _failed(defect))
        return False

    def _note(self, data: bytes, exchange: Exchange) -> None:
        """Remember an exchange whose request came as `data`, once that and its body have come twice."""
        if 0 < len(data) <= LONGEST_KNOWN and self._requests(data):
            self._repeats.note(data, exchange)


class Begun:
    """A decision that was begun before aiohttp has its request."""

    __slots__ = ("_awaited", "_decision", "_exchange", "request")

    def __init__(
        self,
        request: Request,
        decision: Coroutine[Any, Any, Exchange] | None = None,
        awaited: Any = None,
        *,
        exchange: Exchange | None = None,
    ) -> None:
        """`awaited` is what the decision waits for, as an event loop takes it; `exchange` is its result."""
        self.request = request
        self._decision = decision
        self._awaited = awaited
        self._exchange = exchange

    async def finish(self) -> Exchange:
        """Wait for the decision."""
        if self._decision is not None:
            self._exchange = await _resumed(self._decision, self._awaited)
        assert self._exchange is not None
        return self._exchange

    def abandon(self) -> None:
        """Give the request up, whose client has left."""
        if self._decision is not None:
            self._decision.close()
        if self._exchange is not None:
            self._exchange.outcome.end("client left")


@coroutine
def _resumed(decision: Coroutine[Any, Any, Exchange], awaited: Any) -> Generator[Any, Any, Exchange]:
    """Go on with a coroutine that waits for `awaited`, in the task of who awaits this."""
    while True:
        step: Callable[[], Any] = partial(decision.send, None)
        try:
            yield awaited
        except BaseException as error:  # noqa: BLE001  whatever it is, the coroutine gets it
            step = partial(decision.throw, error)
        try:
            awaited = step()
        except StopIteration as done:
            result: Exchange = done.value
            return result


async def _failed(defect: Exception) -> Exchange:
    raise defect


def _is_plain(message: RawRequestMessage, payload: StreamReader) -> bool:
    """Check that a request is whole, that its body is what was sent, and that another one may follow."""
    headers = message.headers
    return not (
        message.should_close
        or message.upgrade
        or not payload.is_eof()
        or hdrs.TRANSFER_ENCODING in headers
        or hdrs.CONTENT_ENCODING in headers
        or hdrs.UPGRADE in headers
        or message.method == hdrs.METH_CONNECT
    )


def _send(exchange: Exchange, transport: asyncio.Transport) -> bool:
    """Send an answer in one piece, and note its outcome; False where that takes more."""
    octets = _octets(exchange.script)
    if not octets or transport.get_write_buffer_size() + len(octets) > HIGH_WATER:
        return False
    transport.write(octets)
    outcome = exchange.outcome
    outcome.sent = len(octets)
    outcome.end("complete")
    return True


def _octets(script: Script) -> bytes:
    """Join the bytes of a script; empty where it is long, or does more than sending what is there."""
    pieces: list[bytes] = []
    size = 0
    for action in script:
        if type(action) is not Send or type(octets := action[0]) is not bytes:
            return b""
        size += len(octets)
        pieces.append(octets)
    return b"".join(pieces) if size <= HIGH_WATER else b""
