"""Says in plain words what is wrong in a JSON Schema that a person wrote (draft 2020-12).

Rule: the compiler decides whether a schema is one; this finds the place and the words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from oifde_simulator.json_schema.keywords import (
    LIST_KEYWORDS,
    MAPPING_KEYWORDS,
    NUMBER_KEYWORDS,
    SCHEMA_KEYWORDS,
    subschemas,
)
from oifde_simulator.json_schema.regex_mistakes import regex_mistake
from oifde_simulator.text import KeyPath, did_you_mean, dotted, shown

TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
KNOWN_TYPES = f"; the types are {', '.join(TYPES)}"
OTHER_TYPES = {
    "str": "string", "text": "string", "char": "string", "int": "integer", "long": "integer",
    "float": "number", "double": "number", "decimal": "number", "bool": "boolean", "dict": "object",
    "map": "object", "mapping": "object", "list": "array", "tuple": "array", "none": "null", "nil": "null",
}  # fmt: skip
"""Names of other languages for the types."""
COUNTS = (
    "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains",
    "minContains",
)  # fmt: skip
"""Keywords whose value is a whole number from 0 upward."""
TEXTS = ("format", "title", "description", "$comment", "$ref")
Mistake = tuple[KeyPath, str]
"""Path from the schema, and message."""


def mistakes(schema: Mapping[str, Any], accepts: Callable[[str], bool]) -> Iterator[Mistake]:
    """Find mistakes in a schema and those inside it; `accepts` judges a regular expression."""
    for keyword, value in schema.items():
        if message := _value_mistake(keyword, value, accepts):
            yield (keyword,), message
    for place, inner in subschemas(schema):
        if isinstance(inner, Mapping):
            yield from (((*place, *path), message) for path, message in mistakes(inner, accepts))
        elif not isinstance(inner, bool):
            yield place, f"expected a JSON Schema such as {{const: {shown(inner)}}}, found {_found(inner)}"


def first_mistake(schema: Mapping[str, Any], accepts: Callable[[str], bool]) -> str:
    """Write the first mistake with its place; a general text where none is found."""
    for path, message in mistakes(schema, accepts):
        return f"{dotted(path)}: {message}"
    return "this is no JSON Schema of draft 2020-12"


def _value_mistake(keyword: str, value: Any, accepts: Callable[[str], bool]) -> str:
    if keyword == "type":
        return _type_mistake(value)
    if keyword == "pattern" and isinstance(value, str):
        return "" if accepts(value) else regex_mistake(value)
    if keyword == "patternProperties" and isinstance(value, Mapping):
        return next((regex_mistake(each) for each in value if not accepts(each)), "")
    fits, expected = SHAPES.get(keyword, (_anything, ""))
    if fits(value) and keyword == "required":
        return _twice(value)
    return "" if fits(value) else f"expected {expected}, found {_found(value)}{_fix(keyword, value)}"


def _type_mistake(value: Any) -> str:
    names = value if isinstance(value, list) else [value]
    if not names:
        return f"no JSON Schema type in the list{KNOWN_TYPES}"
    for name in names:
        if name not in TYPES:
            other = OTHER_TYPES.get(str(name).lower(), "")
            near = f'; did you mean "{other}"?' if other else did_you_mean(str(name), TYPES)
            return f"no JSON Schema type {shown(name)}{near or KNOWN_TYPES}"
    return _twice(names)


def _twice(names: Any) -> str:
    """Find a name that stands twice in a list of different ones; empty for none."""
    if not isinstance(names, list):
        return ""
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    return "" if twice is None else f"{shown(twice)} is there twice; write it once"


def _fix(keyword: str, value: Any) -> str:
    """Suggest how a single value of the wrong type was meant; empty where that is not clear."""
    if isinstance(value, str) and keyword in (*NUMBER_KEYWORDS, *COUNTS):
        number = value.removeprefix("-").replace(".", "", 1).isdecimal()
        return f"; take the quotes away: {value}" if number else ""
    if isinstance(value, str) and keyword in ("enum", "required", "examples"):
        return f"; write it as a list: [{shown(value)}]"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"; put it in quotes: {shown(str(value))}" if number and keyword in (*TEXTS, "pattern") else ""


def _found(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"the number {shown(value)}" if number else shown(value)


def _anything(_value: Any) -> bool:
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _lists_of_names(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_are_names, value.values()))


Shape = tuple[Callable[[Any], bool], str]
SHAPES: Mapping[str, Shape] = {
    **dict.fromkeys(NUMBER_KEYWORDS, (_is_number, "a number")),
    "multipleOf": (lambda value: _is_number(value) and value > 0, "a number above 0"),
    **dict.fromkeys(COUNTS, (_is_count, "a whole number from 0 upward")),
    **dict.fromkeys(TEXTS, (lambda value: isinstance(value, str), "a text")),
    "pattern": (lambda value: isinstance(value, str), "a regular expression"),
    "uniqueItems": (lambda value: isinstance(value, bool), "true or false"),
    "enum": (lambda value: isinstance(value, list) and value != [], "a list of at least one value"),
    "examples": (lambda value: isinstance(value, list), "a list"),
    "required": (_are_names, "a list of names"),
    "dependentRequired": (_lists_of_names, "a mapping of lists of names"),
    **dict.fromkeys(SCHEMA_KEYWORDS, (_anything, "")),
    **dict.fromkeys(
        LIST_KEYWORDS,
        (lambda value: isinstance(value, list) and value != [], "a list of at least one JSON Schema"),
    ),
    **dict.fromkeys(
        MAPPING_KEYWORDS, (lambda value: isinstance(value, Mapping), "a mapping of JSON Schemas by name")
    ),
}
"""Predicate on the value of each keyword, and the value expected in words."""
