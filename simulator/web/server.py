"""The data plane: the vendor's port. Reads a request, has it decided, plays the script."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError

from simulator.config import Settings
from simulator.failure.loading import printable
from simulator.pipeline import Pipeline
from simulator.web.delivery import Delivery
from simulator.web.holds import Holds
from simulator.web.reading import Limits, read
from simulator.wire import Script

LONGEST_REASON = 200
"""Characters of aiohttp's reason why bytes are not HTTP; it quotes them."""


class Answering:
    """What aiohttp calls for each request of the data plane."""

    def __init__(self, pipeline: Pipeline, limits: Limits, holds: Holds, *, write_seconds: float) -> None:
        self.stopping = False
        """Whether each answer is the last one of its connection."""
        self.arriving: set[asyncio.Task[Any]] = set()
        """Requests whose bodies were not whole when their heads were."""
        self.holds = holds
        self._pipeline = pipeline
        self._limits = limits
        self._write_seconds = write_seconds

    async def __call__(self, arriving: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if not arriving.content.is_eof():
            self._keep(asyncio.current_task())
        try:
            request = await read(arriving, self._limits)
        except ConnectionError:  # the client left amid its body: nobody asked, and nobody listens
            return self._delivery((), keep_alive=False)
        if self.stopping:
            request.keep_alive = False
        exchange = self._pipeline.handle(request)
        return self._delivery(exchange.script, keep_alive=request.keep_alive)

    def _delivery(self, script: Script, *, keep_alive: bool) -> Delivery:
        return Delivery(script, keep_alive=keep_alive, write_seconds=self._write_seconds, holds=self.holds)

    def _keep(self, task: asyncio.Task[Any] | None) -> None:
        assert task is not None
        self.arriving.add(task)
        task.add_done_callback(self.arriving.discard)


class DataPlane(web.ServerRunner):
    """aiohttp's runner, whose end waits for requests that are half here; aiohttp's own would drop them."""

    def __init__(self, answering: Answering, server: web.Server, **options: Any) -> None:
        super().__init__(server, **options)
        self._answering = answering

    async def cleanup(self) -> None:
        """Stop listening, answer what is in flight (without a fault's waits), close every connection."""
        self._answering.stopping = True
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
) -> web.ServerRunner:
    """A runner for the data plane, not yet set up.

    `idle_seconds` bounds how long a connection may go without a whole request head, silent or
    dribbling; `write_seconds` how long a client may leave an answer unread;
    `max_waiting` how many connections faults may hold at once.
    """
    logging.getLogger("aiohttp.server").addFilter(told_in_a_line)
    answering = Answering(pipeline, limits, Holds(max_waiting), write_seconds=write_seconds)
    server = web.Server(
        answering,
        access_log=None,
        auto_decompress=False,  # it unpacks whatever it is sent, whole, before anybody may refuse
        handler_cancellation=True,
        keepalive_timeout=idle_seconds,
        lingering_time=limits.body_seconds,
    )
    return DataPlane(answering, server, handle_signals=False, shutdown_timeout=limits.body_seconds)


def told_in_a_line(record: logging.LogRecord) -> bool:
    """A filter: aiohttp logs a traceback for bytes that are not HTTP, but nothing here has failed."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        reason = printable(" ".join(error.message.split())[:LONGEST_REASON])
        record.msg, record.args = "not HTTP, refused: %s", (reason,)
        record.exc_info = None
    return True
