"""JSON bodies, judged by the document. Rule: a wrong body is a problem that names each breach."""

from __future__ import annotations

import codecs
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.text import counted, shown
from oifde_simulator.utf8 import NotUtf8, decoded
from oifde_simulator.web.control_plane.bodies import Bodies
from oifde_simulator.web.control_plane.body.breaches import describe_breaches
from oifde_simulator.web.control_plane.body.repeated_names import check_names
from oifde_simulator.web.control_plane.body.size import check_size
from oifde_simulator.web.control_plane.openapi import Route, body_example, schema
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.time_slicing import time_sliced
from oifde_simulator.web.refusal import shortened

MAX_DEPTH = 64
"""Levels of nesting."""
LONGEST_EXAMPLE = 200
"""Characters of an example in a message."""
CONTAINERS = (dict, list)
EMPTY = (b"", b"{}", b"null")
"""Bodies that count as none where none is taken."""


async def receive_body(request: web.Request, bodies: Bodies, route: Route) -> bytes:
    """Receive the bytes of a body. Raises Problem for one that cannot be read, and where none is taken."""
    octets = await _octets(request, bodies, route)
    if route.body and route.body_required and not octets:
        raise _wrong_body(f"{request.method} {route.path} takes a body of JSON, found none")
    if not route.body and octets.strip() not in EMPTY:
        raise _no_body_taken(route, counted(len(octets), "byte"))
    return octets


async def read_body(octets: bytes, route: Route) -> Any:
    """Read a body as JSON; None where the route takes none, or where it may be left out and is.

    Raises Problem for a body that is not what the document says.
    """
    if not route.body or not octets:
        return None
    await check_size(octets, route.most_values)
    octets = octets.removeprefix(codecs.BOM_UTF8)  # which editors on Windows write
    value = _parse(octets, route)
    await check_names(octets, await _check_depth(value))
    return _validated(value, schema(route.body))


async def _octets(request: web.Request, bodies: Bodies, route: Route) -> bytes:
    try:
        return await bodies.receive(request)
    except web.HTTPRequestEntityTooLarge:
        if route.body:
            raise
        raise _no_body_taken(route, "a large one") from None
    except (web.RequestPayloadError, ConnectionResetError) as error:
        reason = shortened(str(error))
        raise _wrong_body(f"the body cannot be read: {reason}; send it as the headers say") from None


def _parse(octets: bytes, route: Route) -> Any:
    try:
        return orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        _check_encoding(octets)
        example = body_example(route)
        wanted = f" such as {shown(example, LONGEST_EXAMPLE)}" if example is not None else ""
        found = f"{error.msg.partition(', expected')[0]} at line {error.lineno}, column {error.colno}"
        raise _wrong_body(f"expected a body of JSON{wanted}, found none: {found}") from None


def _check_encoding(octets: bytes) -> None:
    """Raise Problem for bytes that are not UTF-8."""
    try:
        decoded(octets)
    except NotUtf8 as error:
        raise _wrong_body(f"expected a body of JSON in UTF-8, found {_not_utf8(octets, error)}") from None


def _not_utf8(octets: bytes, error: NotUtf8) -> str:
    if error.start is None or error.encoding:
        return f"{error.encoding}; save it as UTF-8"
    return f"the byte 0x{octets[error.start]:02X} at offset {error.start}; save it as UTF-8"


async def _check_depth(value: Any) -> int:
    """Raise Problem for a value that is nested too deeply; else count its names, and take turns meanwhile."""
    names, level = 0, [value] if isinstance(value, CONTAINERS) else []
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        async for each in time_sliced(level):
            names += len(each) if isinstance(each, dict) else 0
            held = each.values() if isinstance(each, dict) else each
            inner += [one for one in held if isinstance(one, CONTAINERS)]
        level = inner
    if level:
        raise _wrong_body(f"the body is nested deeper than {MAX_DEPTH} levels; expected a flatter one")
    return names


def _validated(value: Any, wanted: Schema) -> Any:
    if not wanted.accepts(value):
        breaches = describe_breaches(value, wanted)
        raise _wrong_body(breaches[0], errors=breaches)
    return value


def _no_body_taken(route: Route, found: str) -> Problem:
    return _wrong_body(f"{route.method} {route.path} takes no body, found {found}; leave it out")


def _wrong_body(detail: str, **members: Any) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", detail, **members)
