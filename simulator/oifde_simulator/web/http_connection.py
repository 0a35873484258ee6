"""An aiohttp connection that answers until the client can read no more, and says by itself what is no HTTP.

aiohttp closes a connection as soon as the client ends its half (`shutdown(SHUT_WR)`), unanswered. It answers
bytes that are not HTTP before any handler is called, in plain text, and logs them whatever they are. Before
3.14.4 it lets a connection that never sends a request be silent for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.streams import StreamReader

from oifde_simulator.config import Settings
from oifde_simulator.web.aiohttp_versions import PARSER, RequestHandler
from oifde_simulator.web.body_receiver import BodyEvicted, forget_frames
from oifde_simulator.web.byte_budget import ByteBudget
from oifde_simulator.web.peer import EndWatch, has_ended, has_left, probe, reset_on_close
from oifde_simulator.web.refusal import explain
from oifde_simulator.web.request_parser import RequestParser

HIGH_WATER = 64 * 1024
"""Unread bytes in the write buffer from which on the sender waits for the client (asyncio's own limit)."""

UNREAD_BYTES = 64 << 20
"""Bytes of answers that clients of one plane leave unread, for all connections together."""

ENDED_EARLY = "the client ended the connection amid the body"
FIRST_LOOK, LONGEST_LOOK = 0.01, 1.0
"""Seconds between looks for a client that ended its half: they double from the first to the longest."""


class HttpConnection(RequestHandler):
    """Base of the connections of both planes."""

    __slots__ = (
        "_answered",
        "_arriving",
        "_closing",
        "_end",
        "_idle_seconds",
        "_look",
        "_requests",
        "_secured",
        "_silence",
        "_sizes",
        "ended",
        "unread",
        "write_seconds",
    )

    def __init__(
        self, server: web.Server, *, unread: ByteBudget, write_seconds: float, **options: Any
    ) -> None:
        """Bound unread answers by `unread` for all connections, and by `write_seconds` for this one."""
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._requests: RequestParser | None = RequestParser(getattr(self, PARSER))
        setattr(self, PARSER, self._requests)
        # aiohttp before 3.14 does not keep them.
        self._sizes = {
            "max_header_bytes": options.get("max_field_size", Settings.max_header_bytes),
            "max_headers": options.get("max_headers", Settings.max_headers),
        }
        self._idle_seconds = self.keepalive_timeout
        self.unread = unread
        self.write_seconds = write_seconds
        self._closing: asyncio.TimerHandle | None = None
        self.ended = False
        """True when the client sends nothing more, and waits for its answers."""
        self._answered = 0
        self._arriving: StreamReader | None = None
        self._look: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._end: EndWatch | None = None
        self._secured: Any = None
        """TLS of the connection that tells of the client's end; None without one."""

    def note_request(self) -> None:
        """Note that the head of a request has come: from then on aiohttp's own timer counts."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def is_open_and_idle(self) -> bool:
        """Check that no request is being answered or half read, and that the client may send more.

        Only where KNOWS_IDLE. That the client has ended shows before the event loop tells of it.
        """
        waiter, secured = self._waiter, self._secured
        if waiter is None or waiter.done() or self._reading_paused or (secured and secured.has_ended):
            return False
        return self._end is not None and not self._end.has_ended()

    def rest(self) -> None:
        """Begin anew the time that the connection may be idle, as aiohttp does behind its own answers."""
        self._keepalive = True
        self._next_keepalive_close_time = closing = self._loop.time() + self._idle_seconds
        if self._keepalive_handle is None:
            self._keepalive_handle = self._loop.call_at(closing, self._process_keepalive)

    def refuse(self, reason: str) -> web.StreamResponse:
        """Answer bytes that are not HTTP; `reason` is one line."""
        raise NotImplementedError

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer bytes that are not HTTP, or an exception of ours; aiohttp calls this."""
        self.note_request()
        if isinstance(exc, HttpProcessingError):
            forget_frames(exc)
            return self.refuse(explain(exc.message, **self._sizes))
        return super().handle_error(request, status, exc, message)

    def log_exception(self, *args: Any, **kwargs: Any) -> None:
        """Log a defect of ours; a body that could not be read is its sender's fault, who was told."""
        error = kwargs.get("exc_info")
        if isinstance(error, web.RequestPayloadError | BodyEvicted | ConnectionError):
            forget_frames(error)  # it is the one that aiohttp keeps in the stream of the body
        else:
            super().log_exception(*args, **kwargs)

    def data_received(self, data: bytes) -> None:
        """Read bytes; those that are not HTTP have their turn behind the requests before them."""
        super().data_received(data)
        if self._requests is not None and self._requests.error is not None:
            super().data_received(b"")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound the silence before the first request; over TLS, be told when the client ends its half."""
        super().connection_made(transport)
        self._silence = self._loop.call_later(self.keepalive_timeout, self.force_close)
        self._end = EndWatch(transport.get_extra_info("socket"))
        secured = transport.get_extra_info("ssl_object")
        if hasattr(secured, "at_close_notify"):
            self._secured = secured
            secured.at_close_notify(self._end_half_of_tls)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Cease to look for the client, and wait for nothing more."""
        self.note_request()
        super().connection_lost(exc)
        self._arriving = self._requests = self._secured = self._end = None  # they know the connection
        self.unread.release(self)
        for timer in (self._look, self._closing):
            if timer is not None:
                timer.cancel()

    def force_close(self) -> None:
        """Close the connection once what is written has left; aiohttp would wait for ever."""
        if self.transport is not None and not self.transport.is_closing():
            self._abort_later(self.transport)
        super().force_close()

    def evict(self) -> None:
        """Give the connection up, for others: its client leaves an answer unread."""
        if self.transport is not None:
            reset(self.transport)

    def expect_body(self, incoming: web.BaseRequest) -> None:
        """Have the end of the client's half end the body of a request that is not whole yet."""
        self._arriving = incoming.content
        if self.ended:
            self._end_body()

    def eof_received(self) -> bool | None:  # type: ignore[override]  # aiohttp's always closes
        """Keep the connection open while a request of the client's is unanswered.

        Over TLS, FIN without close_notify is no end of a half but a broken connection (RFC 8446, 6.1).
        """
        secured = self.transport is not None and self.transport.get_extra_info("ssl_object") is not None
        return None if secured else self._end_half() or None

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send a response; after the last one to a client that ended its half, close."""
        finished = await super().finish_response(request, resp, start_time)
        self._answered += 1
        if self.ended and not self.unanswered:
            self.force_close()
        elif self.transport is not None and not resp.keep_alive and not self.transport.is_closing():
            self._abort_later(self.transport)
        return finished

    @property
    def unanswered(self) -> int:
        """Number of requests that came and have not had their answer."""
        return self._request_count - self._answered

    def is_abandoned(self) -> bool:
        """Check that nobody waits for an answer any more, before the event loop tells of it."""
        if self.transport is None or self.transport.is_closing():
            return True
        connection = self.transport.get_extra_info("socket")
        return connection is not None and has_ended(connection) and has_left(connection)

    def _abort_later(self, transport: asyncio.Transport) -> None:
        """Have a client read what is written within the deadline."""
        if self._closing is None and transport.get_write_buffer_size():
            self._closing = self._loop.call_later(self.write_seconds, reset, transport)

    def _end_half(self) -> bool:
        """Note that nothing more comes; False where there is nothing to answer either."""
        self.ended = True
        if not self.unanswered:
            return False
        self._end_body()
        connection = None if self.transport is None else self.transport.get_extra_info("socket")
        if connection is not None:
            probe(connection)
        self._look_for_client(FIRST_LOOK)
        return True

    def _end_half_of_tls(self) -> None:
        if not self._end_half():
            self.force_close()

    def _end_body(self) -> None:
        if self._arriving is not None and not self._arriving.is_eof():
            self._arriving.set_exception(ConnectionResetError(ENDED_EARLY))

    def _look_for_client(self, seconds: float) -> None:
        """Look whether the client is there; its end is no event, as nothing is read from it any more."""
        if self.transport is None or self._look is not None:
            return
        connection = self.transport.get_extra_info("socket")
        if connection is not None and has_left(connection):
            self.transport.abort()
        else:
            self._look = self._loop.call_later(seconds, self._look_again, min(2 * seconds, LONGEST_LOOK))

    def _look_again(self, seconds: float) -> None:
        # Comparing times would not do: a timer may be called a rounding error too early.
        self._look = None
        self._look_for_client(seconds)


def reset(transport: asyncio.Transport) -> None:
    """Break a connection off; without RST the kernel would keep what its client does not read."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        reset_on_close(connection)
    transport.abort()
