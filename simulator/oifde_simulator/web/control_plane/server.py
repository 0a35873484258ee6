"""aiohttp's server for the control plane, which answers bytes that are not HTTP with a problem too."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.web.control_plane.problems import Problem, problem_of
from oifde_simulator.web.http_connection import HttpConnection

EXPECTED = "send HTTP/1.1, of which no line has more than 8190 bytes and the target is percent-encoded ASCII"


class Connection(HttpConnection):
    """Connection of the control plane."""

    __slots__ = ()

    def refuse(self, reason: str) -> web.StreamResponse:
        """Answer bytes that are not HTTP with a problem, and close the connection."""
        response = Problem(HTTPStatus.BAD_REQUEST, "not-http", f"not HTTP: {reason}; {EXPECTED}").response()
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kwargs: Any) -> None:
        """Log a defect of ours; a body that could not be read is its sender's fault, who was told."""
        if not isinstance(kwargs.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **kwargs)


class Connections(web.Server):
    """aiohttp's server, with connections of ours."""

    def __init__(self, application: web.Server, **options: Any) -> None:
        super().__init__(
            self._handle,
            request_factory=application.request_factory,
            handler_cancellation=True,  # a client that waits and leaves must not be waited for
        )
        self._handler = application.request_handler
        self._options = options

    def __call__(self) -> Connection:
        """Make a connection."""
        return Connection(self, **self._options)

    async def _handle(self, request: Any) -> web.StreamResponse:
        """Call the application; aiohttp refuses some headers before its middlewares are asked."""
        if not request.content.is_eof():
            request.protocol.expect_body(request)
        try:
            return await self._handler(request)
        except web.HTTPException as error:
            return problem_of(request, error)


class ControlPlaneRunner(web.AppRunner):
    """aiohttp's runner of an application, with connections of ours."""

    async def _make_server(self) -> web.Server:
        return Connections(await super()._make_server(), access_log=None)
