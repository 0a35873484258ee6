"""Errors of the control plane as application/problem+json (RFC 9457), and answers as JSON."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from oifde_simulator.state.errors import NotCarriedOut, StoreGone
from oifde_simulator.web.aiohttp_versions import IS_OLD

log = logging.getLogger("oifde_simulator")

DEFECT = {
    "type": "about:blank",
    "title": HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
    "detail": "a defect of the simulator; its log has the traceback",
    "status": HTTPStatus.INTERNAL_SERVER_ERROR,
}
CLIENT_CLOSED_REQUEST = 499
"""Status of an answer that no client receives; nginx has given it this number."""
URN = "urn:oifde-simulator:problem:"
"""Prefix of each `type` of ours; an error that its status explains is `about:blank`."""
LONGEST_PATH = 80
"""Characters of a path that a detail repeats."""
HEADERS: Mapping[str, Mapping[str, str]] = {
    "no-token": {"WWW-Authenticate": "Bearer"},
    "store-gone": {"Retry-After": "1"},
}
"""Headers that go with a type."""
HEAD_SENT: Any = "head_sent" if IS_OLD else web.RequestKey("head_sent", bool)
"""Set on a request as soon as the head of its answer is sent."""


class Problem(Exception):
    """An error of the control plane, with a type of its own."""

    def __init__(self, status: HTTPStatus, type: str, detail: str, **members: Any) -> None:
        """Describe the error by its `type` without the URN, its `detail` and further `members`."""
        super().__init__(detail)
        self.status = status
        self.headers = dict(HEADERS.get(type, {}))
        """Headers of its response."""
        self.body = {
            "type": URN + type,
            "title": status.phrase,
            "status": status,
            "detail": detail,
            **members,
        }

    def response(self) -> web.Response:
        """Make the response that describes the error."""
        return _problem_response(self.body, self.status, self.headers)


async def note_head_sent(request: web.Request, _response: web.StreamResponse) -> None:
    """Note that the head of an answer is sent; aiohttp's `on_response_prepare` calls this."""
    request[HEAD_SENT] = True


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with a problem where the handler raises an exception."""
    response: web.StreamResponse
    try:
        return await handler(request)
    except Problem as problem:
        response = problem.response()
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        response = problem_of(request, error)
    except NotCarriedOut as error:
        response = not_carried_out(str(error)).response()
    except StoreGone as gone:
        response = store_gone(str(gone)).response()
    except ConnectionError:
        # The client has left amid the answer; aiohttp notices it when it sends this.
        return web.Response(status=CLIENT_CLOSED_REQUEST)
    except Exception:
        log.exception("a defect of the simulator: %s %s", request.method, request.path)
        response = _problem_response(DEFECT, HTTPStatus.INTERNAL_SERVER_ERROR)
    return _abort(request) if HEAD_SENT in request else response


def not_carried_out(reason: str) -> Problem:
    """Make the problem of a call that this replica has carried out, and another one has not."""
    detail = f"{reason}; the other replicas have done it: mend that one or stop it, and ask again"
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not-carried-out", detail)


def store_gone(reason: str) -> Problem:
    """Make the problem of a call that the store outside this process gave no answer for."""
    detail = (
        f"the store of the state does not answer: {reason}; what was asked may have been done, at most once; "
        "ask again"
    )
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "store-gone", detail)


def _abort(request: web.Request) -> web.StreamResponse:
    """Abort an answer that has begun: a problem within it would pass for a part of it."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=CLIENT_CLOSED_REQUEST)


def problem_of(request: web.Request, error: web.HTTPException) -> web.Response:
    """Make a problem of aiohttp's own refusal."""
    body = {
        "type": "about:blank",
        "title": error.reason,
        "status": error.status,
        "detail": _detail(request, error),
    }
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _problem_response(body, error.status, headers)


def _detail(request: web.Request, error: web.HTTPException) -> str:
    detail, path = error.text or "", request.path[:LONGEST_PATH]
    match error:
        case web.HTTPMethodNotAllowed():
            return f"{request.method} is not for {path}; expected {', '.join(sorted(error.allowed_methods))}"
        case web.HTTPExpectationFailed():
            return f"{detail[:80]}; expected 100-continue, or none: leave the header out"
        case web.HTTPRequestEntityTooLarge():
            return f"{detail.rstrip('.')} (bytes); send a smaller body"
    if error.status == HTTPStatus.NOT_FOUND and detail.startswith("404"):
        return _nothing_at(path, [resource.canonical for resource in request.app.router.resources()])
    return detail


def _nothing_at(path: str, known: Iterable[str]) -> str:
    from oifde_simulator.web.control_plane.near_paths import path_hint  # only wanted when something is wrong

    first = sorted({"/" + each.split("/")[1] for each in known})
    return f"nothing at {path}; expected one of {', '.join(first)}{path_hint(path, known)}"


def _problem_response(
    body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None
) -> web.Response:
    return json_response(body, status=status, content_type="application/problem+json", headers=headers)


def json_response(
    value: object,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Make a response whose body is `value` as JSON; dataclasses become objects."""
    body = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    return web.Response(body=body, status=status, content_type=content_type, headers=headers)
