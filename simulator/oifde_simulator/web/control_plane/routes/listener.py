"""The vendor's port, closed and opened for everybody."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.quantities import duration
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response


async def read_listener(call: Call) -> web.Response:
    """Whether the port listens."""
    return json_response(_told(call.context))


async def set_listener(call: Call) -> web.Response:
    """Close or open the port."""
    if not call.body["open"]:
        await call.context.port.close(_seconds(call.body))
        return json_response(_told(call.context))
    if "ttl" in call.body:
        raise _wrong('ttl: says when a closed port opens; it goes with {"open": false}')
    try:
        await call.context.port.open()
    except OSError as error:
        raise Problem(HTTPStatus.CONFLICT, "port-taken", str(error)) from None
    return json_response(_told(call.context))


def _told(context: ControlContext) -> dict[str, Any]:
    return {"open": context.port.is_open, "url": context.port.url, "ttl": context.port.ttl}


def _seconds(body: dict[str, Any]) -> float | None:
    try:
        return duration(body["ttl"]) if "ttl" in body else None
    except ValueError as error:
        raise _wrong(f"ttl: {error}") from None


def _wrong(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", detail)


OPERATIONS: RouteTable = {"readListener": read_listener, "setListener": set_listener}
