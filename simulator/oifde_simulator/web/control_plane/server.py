"""aiohttp's server for the control plane, which answers bytes that are not HTTP with a problem too."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.web.byte_budget import ByteBudget
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.control_plane.evaluations import CLIENT
from oifde_simulator.web.control_plane.problems import Problem, problem_of
from oifde_simulator.web.data_plane.sockets.listening_sockets import BACKLOG
from oifde_simulator.web.descriptors import ListeningSocket
from oifde_simulator.web.draining import DRAIN_SECONDS, wait_until
from oifde_simulator.web.http_connection import HIGH_WATER, UNREAD_BYTES, HttpConnection, reset

MAX_CONNECTIONS = 1024
"""Connections at once; beyond, the oldest that asks nothing gives way to a new one."""

EXPECTED = "send HTTP/1.1, whose target is percent-encoded ASCII"


class Connection(HttpConnection):
    """Connection of the control plane."""

    __slots__ = ()

    def refuse(self, reason: str) -> web.StreamResponse:
        """Answer bytes that are not HTTP with a problem, and close the connection."""
        response = Problem(HTTPStatus.BAD_REQUEST, "not-http", f"not HTTP: {reason}; {EXPECTED}").response()
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send a response, or give it up where its client does not read it in time."""
        if (resp.content_length or 0) > HIGH_WATER:
            self.unread.hold(self, resp.content_length or 0)
        try:
            async with asyncio.timeout(self.write_seconds):
                return await super().finish_response(request, resp, start_time)
        except TimeoutError:
            if self.transport is not None:
                reset(self.transport)
            return resp, True
        finally:
            self.unread.release(self)


class Connections(web.Server):
    """aiohttp's server, with connections of ours."""

    def __init__(self, application: web.Server, limits: ConnectionLimits) -> None:
        super().__init__(
            self._handle,
            request_factory=application.request_factory,
            handler_cancellation=True,  # a client that waits and leaves must not be waited for
        )
        self._handler = application.request_handler
        self._unread = ByteBudget(UNREAD_BYTES)
        self._options = limits.options()
        self.draining = False
        """True when each answer is the last one of its connection."""

    def __call__(self) -> Connection:
        """Make a connection."""
        return Connection(self, unread=self._unread, access_log=None, **self._options)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Keep an accepted connection; where there are too many, one that asks nothing is closed for it."""
        super().connection_made(handler, transport)
        connections = [each for each in self.connections if each.transport is not None]
        if len(connections) > MAX_CONNECTIONS:
            idle = (each for each in connections if each is not handler and _asks_nothing(each))
            next(idle, handler).force_close()

    async def _handle(self, request: Any) -> web.StreamResponse:
        """Call the application; aiohttp refuses some headers before its middlewares are asked."""
        request.protocol.note_request()
        CLIENT.set(request.protocol)
        if not request.content.is_eof():
            request.protocol.expect_body(request)
        try:
            response = await self._handler(request)
            if self.draining:
                response.force_close()
            return response
        except web.HTTPException as error:
            return problem_of(request, error)


def _asks_nothing(connection: web.RequestHandler) -> bool:
    return isinstance(connection, Connection) and not connection.unanswered


class ControlPlaneRunner(web.AppRunner):
    """aiohttp's runner of an application, with connections of ours."""

    def __init__(self, app: web.Application, limits: ConnectionLimits, **options: Any) -> None:
        super().__init__(app, **options)
        self._limits = limits

    async def drain(self) -> None:
        """Accept nothing more, and wait until what was asked is answered."""
        for site in list(self.sites):
            await site.stop()
        server = self.server
        if not isinstance(server, Connections):
            return
        server.draining = True
        await wait_until(lambda: all(map(_asks_nothing, server.connections)), DRAIN_SECONDS)

    async def _make_server(self) -> web.Server:
        return Connections(await super()._make_server(), self._limits)


async def start_sites(runner: web.BaseRunner, bound: list[socket.socket]) -> int:
    """Listen on all sockets or on none; returns their number. Raises OSError."""
    number: int = bound[0].getsockname()[1]
    async with AsyncExitStack() as undo:
        listeners = [undo.enter_context(ListeningSocket.of(one)) for one in bound]
        for one in listeners:
            site = web.SockSite(runner, one, backlog=BACKLOG)
            undo.push_async_callback(site.stop)
            await site.start()
        undo.pop_all()
    return number
