"""The control plane's own OpenAPI document, put together from `schemas/control*.json`.

It decides: routes, parameters and bodies are read from it, and no code states them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

from oifde_simulator import resources
from oifde_simulator.json_schema.schema import Schema

ROOMS = ("health", "tenants", "listener", "journal", "verification", "metrics", "wiremock")
"""The parts of the document; each is answered by the module of its name."""

METHODS = ("get", "put", "post", "delete")
PROBLEM = {"$ref": "#/components/schemas/Problem"}
REFUSALS = {
    "400": "A parameter or the body is not what the document says.",
    "401": "A bearer token is wanted.",
    "403": "A page in a browser may not do this.",
    "404": "There is nothing of that name.",
    "413": "The body is too large.",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the document."""

    room: str
    method: str
    """In capitals."""
    path: str
    operation_id: str
    open: bool
    """Whether anybody may ask, without a token."""
    parameters: frozenset[str]
    """Names of the parameters behind the `?` of its URL; `filter` stands for any."""
    body: str
    """The JSON pointer of its body's schema in the document; empty where it takes none."""
    body_required: bool


@cache
def document() -> dict[str, Any]:
    """The whole document. Shared; not to be changed."""
    whole = resources.read_json("control.json")
    for room in ROOMS:
        part = _part(room)
        whole["paths"] |= part["paths"]
        for kind, entries in part.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(entries)
    whole["security"] = [{"bearer": []}, {}]
    for path, entry in whole["paths"].items():
        for method in METHODS:
            if method in entry:
                _add_refusals(path, entry[method])
    return whole


@cache
def _part(room: str) -> dict[str, Any]:
    return resources.read_json(f"control-{room}.json")


def _add_refusals(path: str, operation: dict[str, Any]) -> None:
    statuses = ["400"] if operation.get("security") == [] else ["400", "401", "403"]
    statuses += ["404"] if "{" in path else []
    statuses += ["413"] if "requestBody" in operation else []
    for status in statuses:
        told = {"description": REFUSALS[status], "content": {"application/problem+json": {"schema": PROBLEM}}}
        operation["responses"].setdefault(status, told)


@cache
def routes() -> tuple[Route, ...]:
    """Every operation."""
    return tuple(route for room in ROOMS for route in _routes(room))


def _routes(room: str) -> Iterator[Route]:
    for path, entry in _part(room)["paths"].items():
        for method, operation in entry.items():
            if method in METHODS:
                pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}/requestBody"
                yield Route(
                    room=room,
                    method=method.upper(),
                    path=path,
                    operation_id=operation["operationId"],
                    open=operation.get("security") == [],
                    parameters=frozenset(_queried(operation.get("parameters", ()))),
                    body=f"{pointer}/content/application~1json/schema" if "requestBody" in operation else "",
                    body_required=operation.get("requestBody", {}).get("required", False),
                )


def _queried(parameters: Iterable[Mapping[str, str]]) -> Iterator[str]:
    shared = document()["components"]["parameters"]
    for each in parameters:
        parameter = shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        if parameter["in"] == "query":
            yield parameter["name"]


def methods() -> dict[str, frozenset[str]]:
    """Each path with its methods; where there is a GET, there is a HEAD."""
    found: dict[str, frozenset[str]] = {}
    for route in routes():
        own = {"GET", "HEAD"} if route.method == "GET" else {route.method}
        found[route.path] = found.get(route.path, frozenset()) | own
    return found


@cache
def schema(pointer: str) -> Schema:
    """The schema at a JSON pointer of the document."""
    address = "urn:oifde-simulator:control"
    return Schema({"$ref": f"{address}#{quote(pointer)}"}, resources={address: document()})
