"""The OpenAPI document of the control plane, put together from `schemas/control*.json`.

Rule: routes, parameters and bodies are read from the document, and no code states them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from oifde_simulator import resources
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.json_schema.schema import Schema

MODULES = (
    "health",
    "console",
    "tenants",
    "scenarios",
    "listener",
    "journal",
    "verification",
    "metrics",
    "counters",
    "wiremock",
)
"""Modules of `routes/`; the file `control-NAME.json` has the part of the document that each answers."""

METHODS = ("get", "put", "post", "delete")
FEWER_VALUES = 100_000
"""Values that a body may have where the document allows no more."""
MOST_VALUES = "x-most-values"
"""Member of a request body: the values that it may have, where they are more than elsewhere."""
TOLD = "x-told-by-operation"
"""Member of a schema that lists its keywords which the operation judges, and whose breach it tells."""
WITH_SLASHES = "x-with-slashes"
"""Member of a path parameter whose values may have slashes."""
PROBLEM = {"$ref": "#/components/schemas/Problem"}
REFUSALS = {
    "400": "A parameter or the body is not what the document says.",
    "401": "A bearer token is wanted.",
    "403": "A page in a browser may not do this.",
    "404": "There is nothing of that name.",
    "408": "The body did not come in time.",
    "413": "The body is too large, or has too many values.",
    "503": "Too many clients hold what one more would need.",
}


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of the document."""

    module: str
    """Module of `routes/` that answers it."""
    method: str
    """HTTP method in capitals."""
    path: str
    operation_id: str
    open: bool
    """True where no token is wanted."""
    parameters: Mapping[str, Mapping[str, Any]]
    """JSON Schemas of the query parameters by name; the name `filter` stands for any."""
    body: str
    """JSON pointer of the body's schema in the document; empty where there is no body."""
    body_required: bool
    """True where the body may not be left out."""
    most_values: int = FEWER_VALUES
    """Values that the body may have."""
    with_slashes: bool = False
    """True where values of the path's parameter may have slashes."""

    @property
    def holds_turn(self) -> bool:
        """True where the whole operation is the turn of a large body: what it makes of it is dear too."""
        return self.most_values > FEWER_VALUES

    @property
    def pattern(self) -> str:
        """Path as the router takes it, where a parameter ends at a slash unless it says more."""
        return self.path.replace("}", ":.+}") if self.with_slashes else self.path


@cache
def document() -> dict[str, Any]:
    """Put the whole document together. It is shared, and not to be changed."""
    whole = resources.read_json("control.json")
    for module in MODULES:
        part = _part(module)
        whole["paths"] |= part["paths"]
        for kind, entries in part.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(entries)
    whole["security"] = [{"bearer": []}, {}]
    for path, entry in whole["paths"].items():
        for method in METHODS:
            if method in entry:
                _add_refusals(path, entry[method])
    return whole


def _part(module: str) -> dict[str, Any]:
    # Not kept: a start needs little of it.
    return resources.read_json(f"control-{module}.json")


def _add_refusals(path: str, operation: dict[str, Any]) -> None:
    statuses = ["400"] if operation.get("security") == [] else ["400", "401", "403"]
    statuses += ["404"] if "{" in path else []
    statuses += ["408", "413", "503"] if "requestBody" in operation else []
    for status in statuses:
        content = {"application/problem+json": {"schema": PROBLEM}}
        operation["responses"].setdefault(status, {"description": REFUSALS[status], "content": content})


@cache
def routes() -> tuple[Route, ...]:
    """List every operation."""
    parts = {module: _part(module) for module in MODULES}
    shared: dict[str, Any] = {}
    for part in (resources.read_json("control.json"), *parts.values()):
        shared |= part.get("components", {}).get("parameters", {})
    return tuple(route for module, part in parts.items() for route in _routes(module, part, shared))


def _routes(module: str, part: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[Route]:
    for path, entry in part["paths"].items():
        for method, operation in entry.items():
            if method in METHODS:
                parameters = dict(_query_parameters(operation.get("parameters", ()), shared))
                yield _route(module, path, method, operation, parameters)


def _route(
    module: str, path: str, method: str, operation: Mapping[str, Any], parameters: Mapping[str, Any]
) -> Route:
    pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}/requestBody"
    body = operation.get("requestBody", {})
    return Route(
        module=module,
        method=method.upper(),
        path=path,
        operation_id=operation["operationId"],
        open=operation.get("security") == [],
        parameters=parameters,
        body=f"{pointer}/content/application~1json/schema" if body else "",
        body_required=body.get("required", False),
        most_values=body.get(MOST_VALUES, FEWER_VALUES),
        with_slashes=any(each.get(WITH_SLASHES) for each in operation.get("parameters", ())),
    )


def _query_parameters(
    parameters: Iterable[Mapping[str, Any]], shared: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in parameters:
        parameter = shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        if parameter["in"] == "query":
            yield parameter["name"], parameter["schema"]


def methods() -> dict[str, frozenset[str]]:
    """Map each path to its methods; a path with GET has HEAD too."""
    methods: dict[str, frozenset[str]] = {}
    for route in routes():
        own = {"GET", "HEAD"} if route.method == "GET" else {route.method}
        methods[route.path] = methods.get(route.path, frozenset()) | own
    return methods


def body_example(route: Route) -> Any:
    """Find the first example of a route's body; None where the document has none."""
    body = document()["paths"][route.path][route.method.lower()]["requestBody"]["content"]["application/json"]
    examples: dict[str, Any] = body.get("examples", {})
    return body.get("example", next((each["value"] for each in examples.values()), None))


@cache
def schema(pointer: str) -> Schema:
    """Make the schema at a JSON pointer of the document."""
    address = "urn:oifde-simulator:control"
    return Schema({"$ref": f"{address}#{quote(pointer)}"}, resources={address: _judging()})


@cache
def _judging() -> Any:
    """Copy the document without what the operations judge themselves, since they have better words for it."""
    return _without_told(document())


def _without_told(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_told(each) for each in value]
    if not isinstance(value, dict):
        return value
    told = value.get(TOLD, ())
    return {name: _without_told(inner) for name, inner in value.items() if name not in told}
