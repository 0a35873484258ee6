"""The data plane: the vendor's port. Reads a request, has it decided, plays the script."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError

from oifde_simulator.config import Settings
from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.model.http import Headers, Request, Response
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.web.data_plane.delivery import Delivery
from oifde_simulator.web.data_plane.held_connections import Holds
from oifde_simulator.web.data_plane.request_reader import Limits, read
from oifde_simulator.wire.script import Script

PLAIN: Headers = (("Content-Type", "text/plain; charset=utf-8"), ("Server", "oifde-simulator"))
LONGEST_REASON = 200
"""Characters of aiohttp's reason why bytes are not HTTP; it quotes them."""


class Answering:
    """What aiohttp calls for each request of the data plane."""

    def __init__(self, pipeline: Pipeline, limits: Limits, holds: Holds, *, write_seconds: float) -> None:
        self.stopping = False
        """Whether each answer is the last one of its connection."""
        self.arriving: dict[asyncio.Task[Any], web.RequestHandler] = {}
        """Requests whose bodies were not whole when their heads were, and their connections."""
        self.holds = holds
        self._pipeline = pipeline
        self._limits = limits
        self._write_seconds = write_seconds

    async def __call__(self, arriving: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if not arriving.content.is_eof():
            self._keep(asyncio.current_task(), arriving.protocol)
        try:
            request = await read(arriving, self._limits)
        except (ConnectionError, asyncio.CancelledError) as left:
            exchange = await self._pipeline.handle(half(arriving))
            exchange.outcome.end("client left")
            if isinstance(left, asyncio.CancelledError):
                raise
            return self._delivery((), OutcomeRecorder(), keep_alive=False)
        if self.stopping:
            request.keep_alive = False
        exchange = await self._pipeline.handle(request)
        return self._delivery(exchange.script, exchange.outcome, keep_alive=request.keep_alive)

    def refuse(self, error: HttpProcessingError) -> Delivery:
        """Answer bytes that are not HTTP."""
        # aiohttp says `header token: b'...'`, in which `b` would pass for a credential beside its name.
        why = " ".join(error.message.split())[:LONGEST_REASON].replace("token: b", "token ")
        response = Response(HTTPStatus.BAD_REQUEST.value, f"not HTTP: {why}\n".encode(), PLAIN)
        delivery = self._delivery((), OutcomeRecorder(), keep_alive=False)
        delivery.undecided = self._pipeline.unreadable(why, response)
        return delivery

    def _delivery(self, script: Script, outcome: OutcomeRecorder, *, keep_alive: bool) -> Delivery:
        return Delivery(
            script, outcome, keep_alive=keep_alive, write_seconds=self._write_seconds, holds=self.holds
        )

    def _keep(self, task: asyncio.Task[Any] | None, connection: web.RequestHandler) -> None:
        assert task is not None
        self.arriving[task] = connection
        task.add_done_callback(self.arriving.pop)


class Connection(web.RequestHandler):
    """aiohttp's connection; bytes on it that are not HTTP are answered and recorded as all else is."""

    __slots__ = ("_answering",)

    def __init__(self, answering: Answering, server: Connections, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._answering = answering

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to bytes that are not HTTP, or to a defect of ours."""
        if isinstance(exc, HttpProcessingError):
            return self._answering.refuse(exc)
        return super().handle_error(request, status, exc, message)


class Connections(web.Server):
    """aiohttp's server, which can be told to take no more connections."""

    refusing = False

    def __init__(self, answering: Answering, **options: Any) -> None:
        super().__init__(answering, handler_cancellation=True)
        self._answering = answering
        self._options = options

    def __call__(self) -> Connection:
        """A fresh connection."""
        return Connection(self._answering, self, **self._options)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """A connection was accepted; it may be that nobody listens any more."""
        super().connection_made(handler, transport)
        if self.refusing:
            handler.force_close()


class DataPlane(web.ServerRunner):
    """aiohttp's runner, whose end waits for requests that are half here; aiohttp's own would drop them."""

    def __init__(self, answering: Answering, server: Connections, **options: Any) -> None:
        super().__init__(server, **options)
        self._answering = answering
        self._connections = server
        self._ending: set[asyncio.Task[None]] = set()

    def hang_up(self) -> None:
        """End every connection: those that are idle now, the others with the answer that they wait for."""
        self._answering.stopping = self._connections.refusing = True
        busy = set(self._answering.arriving.values())
        for connection in self._connections.connections:
            if connection not in busy:
                connection.close()  # or shutdown would wait for an idle one's next request
                task = asyncio.create_task(connection.shutdown(None))
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)

    def take_calls(self) -> None:
        """Take connections again."""
        self._answering.stopping = self._connections.refusing = False

    async def cleanup(self) -> None:
        """Stop listening, answer what is in flight (without a fault's waits), close every connection."""
        self._answering.stopping = True
        for task in self._ending:
            task.cancel()  # who stops has less patience
        self._answering.holds.let_go()
        for site in list(self.sites):
            await site.stop()
        if self._answering.arriving:
            await asyncio.wait(self._answering.arriving)
        await super().cleanup()


def data_plane(
    pipeline: Pipeline,
    limits: Limits,
    *,
    idle_seconds: float,
    write_seconds: float,
    max_waiting: int = Settings.max_waiting,
) -> DataPlane:
    """A runner for the data plane, not yet set up.

    `idle_seconds` bounds how long a connection may go without a whole request head, silent or
    dribbling; `write_seconds` how long a client may leave an answer unread;
    `max_waiting` how many connections faults may hold at once.
    """
    answering = Answering(pipeline, limits, Holds(max_waiting), write_seconds=write_seconds)
    server = Connections(
        answering,
        access_log=None,
        auto_decompress=False,  # it unpacks whatever it is sent, whole, before anybody may refuse
        keepalive_timeout=idle_seconds,
        lingering_time=limits.body_seconds,
    )
    return DataPlane(answering, server, handle_signals=False, shutdown_timeout=limits.body_seconds)


def half(arriving: web.BaseRequest) -> Request:
    """The request of a client that left amid its body."""
    why = "the client left before the body was whole"
    return Request(arriving.method, arriving.raw_path, arriving.headers, read_error=why, keep_alive=False)
