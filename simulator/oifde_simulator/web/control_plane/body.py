"""Bodies of requests to the control plane: JSON as the document describes it, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from oifde_simulator.json_schema.schema import Schema, Violation
from oifde_simulator.text import dotted, shown
from oifde_simulator.web.control_plane.openapi import Route, schema
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.reduce import MOST_EXPLAINED, Narrowed, narrowed

MOST_TOLD = 10
"""Breaches of the schema that are told."""
MOST_FOUND = 100
"""Breaches among which those are chosen, the outermost first."""
MOST_NAMES = 5
"""Unknown names that are told of one object."""
DEEPEST = 64
LONGEST_VALUE = 60
"""Characters of a value that are repeated."""
LONGEST_REASON = 200
"""Characters of aiohttp's reason why a body cannot be read."""


async def read_body(request: web.Request, route: Route) -> Any:
    """The body of `request`, as its route describes it; None where it takes none, or may and has none."""
    octets = await _octets(request, route)
    if not route.body:
        if octets.strip() not in (b"", b"{}", b"null"):
            raise _none_taken(route, f"{len(octets)} bytes")
        return None
    if not octets and not route.body_required:
        return None
    if not octets:
        raise _wrong(f"{request.method} {route.path} takes a body of JSON, found none")
    try:
        value = orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        raise _wrong(f"expected a body of JSON, found {error}") from None
    if _depth(value) > DEEPEST:
        raise _wrong(f"the body is nested deeper than {DEEPEST} levels; expected a flatter one")
    _judge(value, schema(route.body))
    return value


async def _octets(request: web.Request, route: Route) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        if route.body:
            raise
        raise _none_taken(route, "a large one") from None
    except web.RequestPayloadError as error:
        why = " ".join(str(error).split())[:LONGEST_REASON]
        raise _wrong(f"the body cannot be read: {why}; send it as the headers say") from None


def _judge(value: Any, wanted: Schema) -> None:
    if wanted.accepts(value):
        return
    found = _breaches(narrowed(value, wanted), wanted)
    raise _wrong(found[0], errors=found)


def _breaches(small: Narrowed, wanted: Schema) -> list[str]:
    """What is wrong with a value, of which `small` is what is wrong."""
    if small.too_long:
        place, most, length = small.too_long
        message = f"expected at most {most} items, found {length}"
        return [f"{dotted(place)}: {message}" if place else message]
    explained = wanted.explain(small.value, MOST_FOUND) if small.count <= MOST_EXPLAINED else ()
    found = [_told(small.placed(violation)) for violation in explained]
    return found[:MOST_TOLD] or [
        "the body is not what the document says, and too large to say where; send less"
    ]


def _told(violation: Violation) -> str:
    violation = _meant(violation)
    place = dotted(violation.path)
    if violation.keyword in ("oneOf", "anyOf"):
        choices = "; or ".join(filter(None, map(_choice, violation.expected)))
        message = f"expected {choices or violation.message}, found {shown(violation.found)}"
    elif violation.keyword == "additionalProperties":
        known = ", ".join(violation.schema.get("properties", {}))
        message = f"unknown {_strange(violation)}; expected {known}"
    elif violation.keyword == "maxProperties":
        message = f"expected at most {violation.expected} members, found {len(violation.found)}"
    elif violation.keyword == "pattern" and "examples" in violation.schema:
        message = f"expected {_example(violation.schema)}, found {shown(violation.found)}"
    else:
        message = _without(violation.found, violation.message)
        message = message if len(message) <= 300 else f"{message[:299]}…"
    return f"{place}: {message}" if place else message


def _strange(violation: Violation) -> str:
    """The first names that an object should not have, and how many there are besides."""
    names = [name for name in violation.found if name not in violation.schema["properties"]]
    told = ", ".join(map(shown, names[:MOST_NAMES]))
    return told if len(names) <= MOST_NAMES else f"{told} and {len(names) - MOST_NAMES} more"


def _without(found: Any, message: str) -> str:
    """A message that does not repeat what a container holds, which may be credentials, nor a long text."""
    if isinstance(found, dict | list):
        return message.replace(repr(found), "an object" if isinstance(found, dict) else "a list")
    return message if len(repr(found)) <= LONGEST_VALUE else message.replace(repr(found), shown(found))


def _meant(violation: Violation) -> Violation:
    """The breach of the one alternative that its members say was meant; else that of all together."""
    found = violation.found
    if not isinstance(found, dict | list):
        return violation
    near = [
        each for each in violation.alternatives if all(len(one.path) > len(violation.path) for one in each)
    ]
    return _meant(near[0][0]) if len(near) == 1 else violation


def _example(wanted: Mapping[str, Any]) -> str:
    """What a text should be, such as `a duration with its unit such as 800ms, 2s or 5m`."""
    what = str(wanted["description"]).rstrip(".")
    *others, last = map(str, wanted["examples"])
    return f"{what[0].lower()}{what[1:]} such as {' or '.join(filter(None, (', '.join(others), last)))}"


def _choice(wanted: Any) -> str:
    if "required" in wanted:
        return "{" + ", ".join(f'"{name}": ...' for name in wanted["required"]) + "}"
    return str(wanted.get("description") or wanted.get("type") or "")


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        if depth > DEEPEST:
            break
        inner = [
            each.values() if isinstance(each, dict) else each
            for each in level
            if isinstance(each, dict | list)
        ]
        level = [each for entries in inner for each in entries]
    return depth


def _none_taken(route: Route, found: str) -> Problem:
    return _wrong(f"{route.method} {route.path} takes no body, found {found}; leave it out")


def _wrong(detail: str, **more: Any) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", detail, **more)
