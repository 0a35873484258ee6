"""What the control plane answers with: JSON, and errors as application/problem+json (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger("oifde_simulator")

DEFECT = {
    "type": "about:blank",
    "title": HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
    "detail": "a defect of the simulator; its log has the traceback",
    "status": HTTPStatus.INTERNAL_SERVER_ERROR,
}
LEFT = 499
"""What nobody gets, as nginx has it."""
URN = "urn:oifde-simulator:problem:"
"""The beginning of each `type` of ours; an error that its status explains is `about:blank`."""


class Problem(Exception):
    """An error of the control plane, with a type of its own."""

    def __init__(self, status: HTTPStatus, type: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
        self.body = {"type": URN + type, "title": status.phrase, "status": status, "detail": detail, **more}

    def answer(self) -> web.Response:
        """What is answered."""
        return _told(self.body, self.status, self.headers)


BEGUN = web.RequestKey("begun", bool)


async def begin(request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG001
    """The head of an answer leaves; for aiohttp's `on_response_prepare`."""
    request[BEGUN] = True


@web.middleware
async def problems(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """Errors of the control plane as application/problem+json."""
    answer: web.StreamResponse
    try:
        return await handler(request)
    except Problem as problem:
        answer = problem.answer()
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        answer = refusal(request, error)
    except ConnectionError:
        # Whoever asked has left amid the answer; aiohttp notices so when it sends this.
        return web.Response(status=LEFT)
    except Exception:
        log.exception("a defect of the simulator: %s %s", request.method, request.path)
        answer = _told(DEFECT, HTTPStatus.INTERNAL_SERVER_ERROR)
    return _ended(request) if BEGUN in request else answer


def _ended(request: web.Request) -> web.StreamResponse:
    """The end of an answer that had begun: another one within it would pass for a part of it."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=LEFT)


def refusal(request: web.Request, error: web.HTTPException) -> web.Response:
    """aiohttp's own refusal as a problem."""
    detail = error.text or ""
    if error.status == HTTPStatus.NOT_FOUND and detail.startswith("404"):
        canonical = (resource.canonical for resource in request.app.router.resources())
        paths = sorted({"/" + path.split("/")[1] for path in canonical})
        detail = f"nothing at {request.path[:80]}; expected one of {', '.join(paths)}"
    if isinstance(error, web.HTTPMethodNotAllowed):
        detail = (
            f"{request.method} is not for {request.path[:80]}; "
            f"expected {', '.join(sorted(error.allowed_methods))}"
        )
    if isinstance(error, web.HTTPExpectationFailed):
        detail = f"{detail[:80]}; expected 100-continue, or none: leave the header out"
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        detail = f"{detail.rstrip('.')} (bytes); send a smaller body"
    body = {"type": "about:blank", "title": error.reason, "status": error.status, "detail": detail}
    return _told(body, error.status, {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {})


def _told(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return json_response(body, status=status, content_type="application/problem+json", headers=headers)


def json_response(
    value: object,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """An answer with a JSON body."""
    body = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    return web.Response(body=body, status=status, content_type=content_type, headers=headers)
