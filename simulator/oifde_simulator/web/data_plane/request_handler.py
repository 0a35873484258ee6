"""Requests of the data plane: each is read, decided by the pipeline, and answered with a script."""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.engine.pipeline import Pipeline
from oifde_simulator.model.http import UNKNOWN_PEER, Headers, Peer, PortName, Request, Response
from oifde_simulator.model.outcome import OutcomeRecorder
from oifde_simulator.web.aiohttp_versions import KNOWS_IDLE
from oifde_simulator.web.body_receiver import BodyReceiver
from oifde_simulator.web.byte_budget import ByteBudget
from oifde_simulator.web.data_plane.delivery import Delivery
from oifde_simulator.web.data_plane.held_connections import HeldConnections
from oifde_simulator.web.data_plane.immediate import Begun, ImmediateAnswers
from oifde_simulator.web.data_plane.request_reader import (
    Limits,
    incomplete_request,
    read_request,
    unread_request,
)
from oifde_simulator.web.http_connection import UNREAD_BYTES, HttpConnection
from oifde_simulator.web.speech.speaker import Speaker
from oifde_simulator.web.turns import Turn, Turns
from oifde_simulator.wire.script import Script

NOT_HTTP_HEADERS: Headers = (
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Server", "oifde-simulator"),
)


class DataPlaneHandler:
    """Answer requests; aiohttp calls it with each."""

    def __init__(
        self, pipeline: Pipeline, limits: Limits, held: HeldConnections, *, write_seconds: float
    ) -> None:
        """Bound reading by `limits`; a client may leave its answer unread for `write_seconds`."""
        self.stopping = False
        """True when each answer is the last one of its connection."""
        self.recordings_port: int | None = None
        """Number of the port on which downloads of recordings alone are answered; None without one."""
        self.verifies_clients = False
        """True where clients are asked for a certificate."""
        self.incomplete: dict[asyncio.Task[Any], web.RequestHandler] = {}
        """Connections of requests whose bodies were not whole when their heads were, by task."""
        self.held = held
        self._pipeline = pipeline
        self._limits = limits
        self._write_seconds = write_seconds
        self._bodies = BodyReceiver()
        self._speaker = Speaker()
        self._turns = Turns()
        self.at_once: ImmediateAnswers | None = None
        """Answers to plain requests; None where each goes aiohttp's way."""
        if KNOWS_IDLE and not pipeline.suspends:
            self.at_once = ImmediateAnswers(pipeline, limits.max_body)
        self.unread = ByteBudget(UNREAD_BYTES)
        """Bytes of answers that clients leave unread."""

    async def __call__(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        connection: Any = incoming.protocol
        if (begun := connection.take_begun()) is not None:
            return await self._finish(begun)
        connection.note_request()
        peer = connection.next_peer()
        if not incoming.content.is_eof():
            self._note_incomplete(asyncio.current_task(), incoming)
        try:
            request = await read_request(incoming, self._limits, self._bodies, peer)
        except (ConnectionError, asyncio.CancelledError) as error:
            await self._note_leaving(self._marked(incomplete_request(incoming), incoming, peer))
            if isinstance(error, asyncio.CancelledError):
                raise
            return self._delivery((), OutcomeRecorder(), keep_alive=False)
        except Exception as defect:  # noqa: BLE001  whatever it is, the exchange tells and logs it
            request = self._marked(unread_request(incoming), incoming, peer)
            exchange = await self._pipeline.fail(request, defect)
            return self._delivery(exchange.script, exchange.outcome, keep_alive=False)
        if self.recordings_port is not None:
            self._marked(request, incoming, peer)
        with await self._turn(request):
            if self.stopping:
                request.keep_alive = False
            exchange = await self._pipeline.handle(request)
        return self._delivery(exchange.script, exchange.outcome, keep_alive=request.keep_alive)

    async def _finish(self, begun: Begun) -> Delivery:
        """Answer a request whose decision was begun at once."""
        exchange = await begun.finish()
        keep_alive = begun.request.keep_alive and not self.stopping
        return self._delivery(exchange.script, exchange.outcome, keep_alive=keep_alive)

    async def _turn(self, request: Request) -> Turn:
        """Wait for the turn of a large body; put a client that leaves meanwhile on record."""
        try:
            return await self._turns.next(len(request.body))
        except asyncio.CancelledError:
            await self._note_leaving(request)
            raise

    async def _note_leaving(self, request: Request) -> None:
        exchange = await self._pipeline.handle(request)
        exchange.outcome.end("client left")

    def _marked(self, request: Request, incoming: web.BaseRequest, peer: Peer) -> Request:
        """Write into a request by which port it came, and who sent it."""
        request.peer = peer
        request.port = self.port_of(incoming.transport)
        return request

    def port_of(self, transport: asyncio.BaseTransport | None) -> PortName:
        """Tell by which port the requests of a connection come."""
        if self.recordings_port is None or transport is None:
            return ""
        own = transport.get_extra_info("sockname")
        return "recordings" if own and own[1] == self.recordings_port else ""

    def refuse(
        self, reason: str, transport: asyncio.BaseTransport | None = None, peer: Peer = UNKNOWN_PEER
    ) -> Delivery:
        """Answer bytes that are not HTTP, for aiohttp's `reason`; they came over `transport` from `peer`."""
        # aiohttp says `header token: b'...'`, in which `b` would pass for a credential beside its name.
        reason = reason.replace("token: b", "token ")
        body = f"not HTTP: {reason}\n".encode()
        delivery = self._delivery((), OutcomeRecorder(), keep_alive=False)
        response = Response(HTTPStatus.BAD_REQUEST.value, body, NOT_HTTP_HEADERS)
        # No coroutine yet: aiohttp lets go of an answer whose client has left, and nobody would await it.
        port = self.port_of(transport)
        delivery.decide = partial(self._pipeline.unreadable, reason, response, port, peer)
        return delivery

    def _delivery(self, script: Script, outcome: OutcomeRecorder, *, keep_alive: bool) -> Delivery:
        return Delivery(
            script,
            outcome,
            keep_alive=keep_alive,
            write_seconds=self._write_seconds,
            held=self.held,
            unread=self.unread,
            speaker=self._speaker,
        )

    def _note_incomplete(self, task: asyncio.Task[Any] | None, incoming: web.BaseRequest) -> None:
        assert task is not None
        connection = incoming.protocol
        assert isinstance(connection, HttpConnection)
        connection.expect_body(incoming)
        self.incomplete[task] = connection
        task.add_done_callback(self.incomplete.pop)
