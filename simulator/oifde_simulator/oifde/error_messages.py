"""Word violations of the contract as sentences for `errorMsg`.

Rule: the contract names the rule that was broken (`x-rule`); this module adds field and value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

from oifde_simulator.json_schema.schema import JSON, Violation

SHOWN_CHARACTERS = 60
"""Length up to which a refused text is quoted whole."""
_written = json.JSONEncoder(ensure_ascii=False).encode
_quoted = json.encoder.encode_basestring
_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "array": "an array",
    "object": "a JSON object",
    "null": "null",
}


def distinct(violations: Iterable[Violation]) -> list[Violation]:
    """Keep one violation for each wrong field, in the given order; prefer a wrong type."""
    ordered = list(violations)
    kept: dict[tuple[str | int, ...], Violation] = {}
    for violation in sorted(ordered, key=lambda violation: violation.keyword != "type"):
        kept.setdefault(subject(violation), violation)
    return [violation for violation in ordered if kept[subject(violation)] is violation]


def field_of(violation: Violation) -> str:
    """Name the request field that broke its rule; empty where the whole body did."""
    place = subject(violation)
    return str(place[0]) if place else ""


def error_message(violation: Violation) -> str:
    """Word a violation for `errorMsg`: field, value and rule. Passwords are left out."""
    place = _place(subject(violation))
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
        return _choice(tuple(violation.expected))
    return str(violation.schema.get("x-rule") or f"{violation.keyword} {violation.expected}")


@cache
def _choice(options: tuple[str, ...]) -> str:
    return f"one of {', '.join(map(_written, options))}"


def _type_rule(violation: Violation) -> str:
    names = [violation.expected] if isinstance(violation.expected, str) else violation.expected
    fix = "; put it in quotes" if "string" in names and isinstance(violation.found, int | float) else ""
    return " or ".join(_TYPES.get(name, name) for name in names) + fix


def subject(violation: Violation) -> tuple[str | int, ...]:
    """Find the path of the wrong value; for a missing key, the path where it belongs."""
    if violation.keyword != "required":
        return violation.path
    missing = next(name for name in violation.expected if violation.message.startswith(repr(name)))
    return (*violation.path, missing)


def _place(path: tuple[str | int, ...]) -> str:
    if len(path) == 1 and isinstance(path[0], str):
        return path[0] or "body"
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or "body"


def _shown(value: JSON) -> str:
    """Write a value as JSON for a message; cut long texts, and leave out the contents of containers."""
    if isinstance(value, str):
        if len(value) > SHOWN_CHARACTERS:
            return f"{_quoted(value[:SHOWN_CHARACTERS])}... ({len(value)} characters)"
        return _quoted(value)
    if isinstance(value, dict | list) and value:
        return "{...}" if isinstance(value, dict) else "[...]"
    return _written(value)
