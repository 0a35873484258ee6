"""Connections to the control plane: bytes that are not HTTP are answered with a problem too.

aiohttp answers them before any application is asked, in plain text, and logs whatever they were.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError

from oifde_simulator.web.control_plane.problems import Problem, refusal

LONGEST_REASON = 200
"""Characters of aiohttp's reason why bytes are not HTTP; it quotes them."""
EXPECTED = "send HTTP/1.1, of which no line has more than 8190 bytes and the target is percent-encoded ASCII"


class Connection(web.RequestHandler):
    """aiohttp's connection; what cannot be read on it is a problem."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to bytes that are not HTTP, or to a defect of ours."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        why = " ".join(exc.message.split())[:LONGEST_REASON]
        answer = Problem(HTTPStatus.BAD_REQUEST, "not-http", f"not HTTP: {why}; {EXPECTED}").answer()
        answer.force_close()
        return answer

    def log_exception(self, *texts: Any, **more: Any) -> None:
        """Log a defect of ours; a body that could not be read is its sender's, who was told."""
        if not isinstance(more.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*texts, **more)


class Connections(web.Server):
    """aiohttp's server, with connections of ours."""

    def __init__(self, asked: web.Server, **options: Any) -> None:
        super().__init__(
            self._answer,
            request_factory=asked.request_factory,
            handler_cancellation=True,  # a client that waits and leaves must not be waited for
        )
        self._application = asked.request_handler
        self._options = options

    def __call__(self) -> Connection:
        """A fresh connection."""
        return Connection(self, loop=asyncio.get_running_loop(), **self._options)

    async def _answer(self, request: Any) -> web.StreamResponse:
        """What the application answers; a header that it refuses before it asks anybody is a problem."""
        try:
            return await self._application(request)
        except web.HTTPException as error:
            return refusal(request, error)


class ControlPlane(web.AppRunner):
    """aiohttp's runner of an application, with connections of ours."""

    async def _make_server(self) -> web.Server:
        return Connections(await super()._make_server(), access_log=None)
