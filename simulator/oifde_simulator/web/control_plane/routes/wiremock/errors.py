"""Errors of the kind that WireMock's clients read: `{"errors": [...]}`. The rest are problems."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.web.control_plane.context import Call, Handler
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern

# WireMock 3, common.Errors: its code of what cannot be understood.
NOT_UNDERSTOOD = 10


def refused(status: HTTPStatus, title: str, code: int, **more: Any) -> web.Response:
    """An error as WireMock words it."""
    return json_response({"errors": [{"code": code, "title": title, **more}]}, status=status)


def understood(operation: Handler) -> Handler:
    """The operation; what is wrong with a pattern becomes its answer."""

    async def answer(call: Call) -> web.StreamResponse:
        try:
            return await operation(call)
        except WrongPattern as wrong:
            source = {"pointer": wrong.pointer}
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return refused(status, "Error parsing JSON", NOT_UNDERSTOOD, detail=str(wrong), source=source)
        except Unsupported as reason:
            raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not-done", f"not done here: {reason}") from None

    return answer
