"""Errors that WireMock's clients read: `{"errors": [...]}`. All others are problems.

Rule: what a user of such a client should read has a status of 4xx, and no member that WireMock's errors lack:
the Java client shows a 5xx as its number only, and reads no object with a member that it does not know.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.web.control_plane.context import Call, Handler
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern

# WireMock 3, common.Errors: its code of JSON that cannot be parsed.
PARSE_ERROR = 10
# Ours: WireMock 3, common.ClientError.fromErrors, makes an exception with all the text of any but 10, 30, 50.
NOT_DONE = 90


def error_response(status: HTTPStatus, title: str, code: int, **members: Any) -> web.Response:
    """Make a response with one error in WireMock's shape."""
    return json_response({"errors": [{"code": code, "title": title, **members}]}, status=status)


def not_done_response(detail: str, pointer: str = "") -> web.Response:
    """Make the response about what WireMock has and this server does not.

    `pointer` is the JSON pointer of the part of the body that is not supported; empty for the operation.
    """
    return error_response(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Not supported",
        NOT_DONE,
        detail=detail,
        source={"pointer": pointer},
    )


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
            return not_done_response(f"not done here: {reason}", reason.pointer)

    return handle
