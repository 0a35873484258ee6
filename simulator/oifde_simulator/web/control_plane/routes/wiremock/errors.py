"""Errors that WireMock's clients read: `{"errors": [...]}`. All others are problems."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.web.control_plane.context import Call, Handler
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern

# WireMock 3, common.Errors: its code of JSON that cannot be parsed.
PARSE_ERROR = 10


def error_response(status: HTTPStatus, title: str, code: int, **members: Any) -> web.Response:
    """Make a response with one error in WireMock's shape."""
    return json_response({"errors": [{"code": code, "title": title, **members}]}, status=status)


def parse_error_response(detail: str, pointer: str) -> web.Response:
    """Make the response about a body whose part at a JSON `pointer` is wrong."""
    return error_response(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Error parsing JSON",
        PARSE_ERROR,
        detail=detail,
        source={"pointer": pointer},
    )


def with_wiremock_errors(handler: Handler) -> Handler:
    """Wrap a handler so that errors of patterns become answers."""

    async def handle(call: Call) -> web.StreamResponse:
        try:
            return await handler(call)
        except WrongPattern as error:
            return parse_error_response(str(error), error.pointer)
        except Unsupported as reason:
            raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not-done", f"not done here: {reason}") from None

    return handle
