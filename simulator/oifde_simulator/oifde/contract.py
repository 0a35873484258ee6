"""Read the vendor's contract from `schemas/openapi.json`: interfaces, fields and schemas.

Rule: the document states each field, type, limit and default once; no code repeats one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from oifde_simulator import resources
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.json_schema.schema import JSON, Schema

_COMPONENT = "#/components/schemas/"
_JSON_BODY = ("content", "application/json", "schema", "$ref")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_NO_BODY: Mapping[str, Any] = {"type": "object", "properties": {}}
"""Schema of the request where the document has no request body."""

_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Interface:
    """One path of the document."""

    path: str
    methods: tuple[str, ...]
    """Documented methods, in capitals."""
    operation_id: str
    """`operationId` of the first method; further methods of the path ask for the same."""


@cache
def document() -> dict[str, Any]:
    """Read the OpenAPI document; callers share it and must not change it."""
    return resources.read_json("openapi.json")


@cache
def interfaces() -> Mapping[str, Interface]:
    """Map each `operationId` to its interface, in the order of the document."""
    found = (_interface(path, item) for path, item in document()["paths"].items())
    return {interface.operation_id: interface for interface in found}


def _interface(path: str, item: Mapping[str, Any]) -> Interface:
    methods = [method for method in item if method in _METHODS]
    return Interface(path, tuple(map(str.upper, methods)), item[methods[0]]["operationId"])


@cache
def has_body(operation_id: str) -> bool:
    """Check that the document has a request body for an operation."""
    return "requestBody" in _operation(operation_id)


@cache
def request_schema(operation_id: str) -> Schema:
    """Compile the schema of an operation's request body."""
    return Schema(
        _whole(_component_of(_operation(operation_id)["requestBody"]))
        if has_body(operation_id)
        else dict(_NO_BODY),
        formats=FORMATS,
    )


@cache
def response_schema(operation_id: str) -> Schema:
    """Compile the schema of an operation's response body; failures fit it too."""
    return Schema(_whole(_response(operation_id)), formats=FORMATS)


@cache
def response_body(operation_id: str) -> Mapping[str, Any]:
    """Read the schema of an operation's response body, with each `$ref` replaced by what it names."""
    found: Mapping[str, Any] = _inlined(_component(_response(operation_id)))
    return found


def _inlined(schema: JSON) -> JSON:
    if isinstance(schema, list):
        return [_inlined(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    named = _component(schema["$ref"].removeprefix(_COMPONENT)) if "$ref" in schema else {}
    return {name: _inlined(value) for name, value in {**named, **schema}.items() if name != "$ref"}


def fields(component: str) -> tuple[str, ...]:
    """List the fields of a component in the order of its table."""
    return tuple(_component(component)["properties"])


@cache
def request_types(operation_id: str) -> Mapping[str, str]:
    """Map each request field to its JSON type, in the order of the table."""
    return _types(_request(operation_id))


@cache
def response_types(operation_id: str) -> Mapping[str, str]:
    """Map each response field to its JSON type, in the order of the table."""
    return _types(_component(_response(operation_id)))


@cache
def request_fields(operation_id: str) -> frozenset[str]:
    """List the fields that a request may carry."""
    return frozenset(_request(operation_id)["properties"])


@cache
def parameters(operation_id: str) -> Mapping[str, Mapping[str, Any]]:
    """Map each parameter of an operation's query to its schema."""
    found = _operation(operation_id).get("parameters", ())
    return {each["name"]: each["schema"] for each in found if each["in"] == "query"}


@cache
def nested_types(operation_id: str) -> Mapping[str, str]:
    """Map each field inside the members of a request body, then of its query, to its JSON type."""
    inside = (_follow(member) for member in _request(operation_id)["properties"].values())
    bodies = [_types(each) for each in inside]
    queries = {name: schema["type"] for name, schema in parameters(operation_id).items()}
    return {name: kind for types in (*bodies, queries) for name, kind in types.items()}


@cache
def members_of(operation_id: str) -> Mapping[str, str]:
    """Map each field inside a member of a request body to the name of that member."""
    members = _request(operation_id)["properties"]
    return {name: member for member, schema in members.items() for name in _follow(schema)["properties"]}


@cache
def mandatory_fields(operation_id: str) -> frozenset[str]:
    """List the fields that a request must carry."""
    return frozenset(_request(operation_id).get("required", ()))


@cache
def optional_fields(operation_id: str) -> frozenset[str]:
    """List the fields that a request may leave out."""
    return request_fields(operation_id) - mandatory_fields(operation_id)


@cache
def request_defaults(operation_id: str) -> Mapping[str, JSON]:
    """Map optional request fields to their documented defaults."""
    properties = _request(operation_id)["properties"]
    return {name: field["default"] for name, field in properties.items() if "default" in field}


def is_date_time(text: str) -> bool:
    """Check that `text` is a real date and time, written yyyy-MM-dd HH:mm:ss."""
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {"yyyy-MM-dd HH:mm:ss": is_date_time}
"""Checks for the values of `format` that only this document uses."""


def _operation(operation_id: str) -> Mapping[str, Any]:
    interface = interfaces().get(operation_id)
    if interface is None:
        known = ", ".join(interfaces())
        raise KeyError(f"{operation_id}: expected an operation of schemas/openapi.json: {known}")
    found: Mapping[str, Any] = document()["paths"][interface.path][interface.methods[0].lower()]
    return found


def _request(operation_id: str) -> Mapping[str, Any]:
    operation = _operation(operation_id)
    return _component(_component_of(operation["requestBody"])) if "requestBody" in operation else _NO_BODY


def _response(operation_id: str) -> str:
    return _component_of(_operation(operation_id)["responses"]["200"])


def _component_of(body: JSON) -> str:
    for step in _JSON_BODY:
        body = body[step]
    return str(body).removeprefix(_COMPONENT)


def _component(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document()["components"]["schemas"][name]
    return found


def _follow(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return _component(schema["$ref"].removeprefix(_COMPONENT)) if "$ref" in schema else schema


def _types(component: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: _follow(field)["type"] for name, field in component["properties"].items()}


def _whole(component: str) -> dict[str, Any]:
    return {"$ref": _COMPONENT + component, "components": document()["components"]}
