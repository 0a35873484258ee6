"""The vendor's contract, read from `schemas/openapi.json`: operations, fields and schemas.

Nothing here states a field, a type, a limit or the words of a rule: the document does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from oifde_simulator import resources
from oifde_simulator.json_schema.schema import JSON, Schema, Violation

_COMPONENT = "#/components/schemas/"
_JSON_BODY = ("content", "application/json", "schema", "$ref")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]")
_SHOWN = 60
_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "array": "an array",
    "object": "a JSON object",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the service can be asked: where, how, and its name in the document."""

    path: str
    method: str
    """In capitals, as on the wire."""
    operation_id: str


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document itself; shared, so not to be changed."""
    return resources.read_json("openapi.json")


@cache
def operations() -> Mapping[str, Operation]:
    """The operations by path; the vendor has one method a path."""
    return {
        path: Operation(path, method.upper(), item[method]["operationId"])
        for path, item in document()["paths"].items()
        for method in _METHODS
        if method in item
    }


@cache
def request_schema(operation_id: str) -> Schema:
    """The compiled schema of an operation's request body."""
    return _schema(_request(operation_id))


@cache
def response_schema(operation_id: str) -> Schema:
    """The compiled schema of an operation's answer, which fits failures too."""
    return _schema(_component_of(_operation(operation_id)["responses"]["200"]))


def fields(component: str) -> tuple[str, ...]:
    """The names of a component's fields, in the order of its table."""
    return tuple(_component(component)["properties"])


@cache
def request_fields(operation_id: str) -> frozenset[str]:
    """The fields a request may carry."""
    return frozenset(fields(_request(operation_id)))


@cache
def mandatory_fields(operation_id: str) -> frozenset[str]:
    """The fields a request must carry."""
    return frozenset(_component(_request(operation_id)).get("required", ()))


@cache
def optional_fields(operation_id: str) -> frozenset[str]:
    """The fields a request may leave out."""
    return request_fields(operation_id) - mandatory_fields(operation_id)


@cache
def request_defaults(operation_id: str) -> Mapping[str, JSON]:
    """The documented values of optional fields that were not sent."""
    properties = _component(_request(operation_id))["properties"]
    return {name: field["default"] for name, field in properties.items() if "default" in field}


def is_date_time(text: str) -> bool:
    """Whether `text` is a real date and time written yyyy-MM-dd HH:mm:ss."""
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {"yyyy-MM-dd HH:mm:ss": is_date_time}
"""The document's own values of `format`."""


def distinct(violations: Iterable[Violation]) -> list[Violation]:
    """One violation for each field at fault, in the given order; a wrong type tells most."""
    ordered = list(violations)
    telling: dict[tuple[str | int, ...], Violation] = {}
    for violation in sorted(ordered, key=lambda violation: violation.keyword != "type"):
        telling.setdefault(_subject(violation), violation)
    return [violation for violation in ordered if telling[_subject(violation)] is violation]


def field_of(violation: Violation) -> str:
    """The request's field that a violation is about; empty when it is the body as a whole."""
    return str(next(iter(_subject(violation)), ""))


def complaint(violation: Violation) -> str:
    """One violation as a sentence for `errorMsg`: field, value and rule."""
    place = _place(_subject(violation))
    if violation.keyword == "required":
        return f"{place}: missing; it is mandatory"
    if violation.keyword == "anyOf":
        return str(violation.schema.get("x-rule", violation.message))
    value = "" if violation.schema.get("format") == "password" else f" {_shown(violation.found)}"
    return f"{place}{value}: expected {_rule(violation)}"


def _rule(violation: Violation) -> str:
    if violation.keyword == "type":
        return _type_rule(violation)
    if violation.keyword == "enum":
        return "one of " + ", ".join(json.dumps(option, ensure_ascii=False) for option in violation.expected)
    return str(violation.schema.get("x-rule") or f"{violation.keyword} {violation.expected}")


def _type_rule(violation: Violation) -> str:
    names = [violation.expected] if isinstance(violation.expected, str) else violation.expected
    fix = "; put it in quotes" if "string" in names and isinstance(violation.found, int | float) else ""
    return " or ".join(_TYPES.get(name, name) for name in names) + fix


def _subject(violation: Violation) -> tuple[str | int, ...]:
    """The path of what is at fault: for a missing key, where that key should be."""
    if violation.keyword != "required":
        return violation.path
    missing = next(name for name in violation.expected if violation.message.startswith(repr(name)))
    return (*violation.path, missing)


def _place(path: tuple[str | int, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or "body"


def _shown(value: JSON) -> str:
    """A value as JSON, short enough for a message; what is inside a container is left out."""
    if isinstance(value, dict | list):
        return ("{...}" if isinstance(value, dict) else "[...]") if value else json.dumps(value)
    if isinstance(value, str) and len(value) > _SHOWN:
        return f"{json.dumps(value[:_SHOWN], ensure_ascii=False)}... ({len(value)} characters)"
    return json.dumps(value, ensure_ascii=False)


def _schema(component: str) -> Schema:
    whole = {"$ref": _COMPONENT + component, "components": document()["components"]}
    return Schema(whole, formats=FORMATS)


def _request(operation_id: str) -> str:
    return _component_of(_operation(operation_id)["requestBody"])


def _operation(operation_id: str) -> Mapping[str, Any]:
    for operation in operations().values():
        if operation.operation_id == operation_id:
            found: Mapping[str, Any] = document()["paths"][operation.path][operation.method.lower()]
            return found
    known = ", ".join(operation.operation_id for operation in operations().values())
    raise KeyError(f"{operation_id}: expected an operation of schemas/openapi.json: {known}")


def _component_of(body: JSON) -> str:
    for step in _JSON_BODY:
        body = body[step]
    return str(body).removeprefix(_COMPONENT)


def _component(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document()["components"]["schemas"][name]
    return found
