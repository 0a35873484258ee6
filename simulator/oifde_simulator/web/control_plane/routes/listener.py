"""The vendor's port, closed and opened for everybody."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.quantities import duration
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.problems import Problem, json_response


async def read_listener(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Whether the port listens."""
    return json_response(_told(plane))


async def set_listener(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Close or open the port."""
    if not body["open"]:
        await plane.port.close(_seconds(body))
        return json_response(_told(plane))
    if "ttl" in body:
        raise _wrong('ttl: says when a closed port opens; it goes with {"open": false}')
    try:
        await plane.port.open()
    except OSError as error:
        raise Problem(HTTPStatus.CONFLICT, "port-taken", str(error)) from None
    return json_response(_told(plane))


def _told(plane: Plane) -> dict[str, Any]:
    return {"open": plane.port.is_open, "url": plane.port.url, "ttl": plane.port.ttl}


def _seconds(body: dict[str, Any]) -> float | None:
    try:
        return duration(body["ttl"]) if "ttl" in body else None
    except ValueError as error:
        raise _wrong(f"ttl: {error}") from None


def _wrong(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", detail)


OPERATIONS: Room = {"readListener": read_listener, "setListener": set_listener}
