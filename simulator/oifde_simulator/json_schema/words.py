"""Says in plain words what a JSON Schema expects, for people who wrote JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.text import shown

TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
"""JSON types in words."""
MOST_CHOICES = 10
"""Values to choose from that are named."""


def expectation(violation: Violation) -> str:
    """Write what was expected where a value breaks its schema, such as `a whole number of at least 1`."""
    write = EXPECTED.get(violation.keyword)
    return write(violation.expected) if write else "another value"


def found(value: Any) -> str:
    """Name a value that was found; what is inside an object or a list is left out."""
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, str) and not value:
        return 'an empty text ("")'
    return shown(value)


def types_in_words(names: str | list[str]) -> str:
    """Write JSON types, one or several, as a choice."""
    return " or ".join(TYPES[name] for name in ([names] if isinstance(names, str) else names))


def choices(values: list[Any]) -> str:
    """Write the values to choose from, or the first of many."""
    written = [json.dumps(value, ensure_ascii=False) for value in values[:MOST_CHOICES]]
    more = len(values) - len(written)
    return f"{', '.join(written)} or one of {more} more" if more else " or ".join(written)


def _counted(words: str) -> Callable[[Any], str]:
    """Make a writer of a bound; `words` has a place for the number, and a noun in the plural."""

    def write(number: Any) -> str:
        text = words.format(f"{number:,}")
        return text.removesuffix("s") if number == 1 else text

    return write


EXPECTED: Mapping[str, Callable[[Any], str]] = {
    "type": types_in_words,
    "enum": choices,
    "const": lambda value: json.dumps(value, ensure_ascii=False),
    "minimum": lambda least: f"at least {least}",
    "maximum": lambda most: f"at most {most}",
    "exclusiveMinimum": lambda bound: f"more than {bound}",
    "exclusiveMaximum": lambda bound: f"less than {bound}",
    "multipleOf": lambda step: f"a multiple of {step}",
    "minLength": lambda least: "text that is not empty" if least == 1 else f"at least {least} characters",
    "maxLength": _counted("at most {} characters"),
    "minItems": _counted("at least {} items"),
    "maxItems": _counted("at most {} items"),
    "minProperties": _counted("at least {} members"),
    "maxProperties": _counted("at most {} members"),
    "uniqueItems": lambda _: "a list without repetitions",
    "contains": lambda _: "a list with another item in it",
    "pattern": lambda _: "text in another form",
    "format": lambda name: f"text in the form of a {name}",
    "not": lambda _: "another value",
}
"""Writers of what each keyword expects, from its value."""
