"""A `match` that can never hold, or that holds for other reasons than it seems to: told, with the fix.

What a field can be is the contract's to say (`schemas/openapi.json`); nothing is stated twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from oifde_simulator.oifde.operations import BY_NAME, OPERATIONS
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.text import did_you_mean, shown

Path = tuple[str | int, ...]
Finding = tuple[Node, Path, str]

PARTS = ("request", "headers", "response")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110, 5.6.2)."""
NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
"""Keywords of JSON Schema that say nothing of a text, and let it pass."""
TEXTUAL = ("pattern", "minLength", "maxLength", "format")
"""Those that say nothing of a number."""
UNSEEN = {name: advice for each in OPERATIONS for name, advice in each.unmatchable.items()}
"""Fields of an answer that are there and yet cannot be matched."""


def lapses(rule: Node) -> Iterator[Finding]:
    """What is wrong with the `match` of a rule whose shape is good."""
    match = rule.value.get("match", {})
    for part in PARTS:
        known = fields(part, match.get("endpoint"))
        for name, wanted in match.get(part, {}).items():
            path = ("match", part, name)
            if complaint := _name_complaint(part, name, known):
                yield rule.at(("match", part)).keys[name], path, complaint
            else:
                yield from _conditions(rule, path, wanted, known.get(name, "string"))


def fields(part: str, endpoint: str | None) -> Mapping[str, str]:
    """The fields of a part of a call and their JSON types; headers have none that are known."""
    return _fields(part, endpoint) if part != "headers" else {}


@cache
def _fields(part: str, endpoint: str | None) -> dict[str, str]:
    named = BY_NAME.get(endpoint or "")
    chosen = (named,) if named else OPERATIONS
    tables = [each.response_types if part == "response" else each.request_types for each in chosen]
    found = {name: kind for table in tables for name, kind in table.items() if name not in UNSEEN}
    return found | ({"status": "integer"} if part == "response" else {})


def _name_complaint(part: str, name: str, known: Mapping[str, str]) -> str:
    if part == "headers":
        return "" if TOKEN.fullmatch(name) else f"no header can be called {shown(name)}; write its name alone"
    if name in known:
        return ""
    if part == "response" and name in UNSEEN:
        return UNSEEN[name]
    owner = "request" if part == "request" else "answer"
    hint = did_you_mean(name, known) or f"; known here: {', '.join(known)}"
    return f"no field of this {owner} is called {shown(name)}{hint}"


def _conditions(rule: Node, path: Path, wanted: Any, kind: str) -> Iterator[Finding]:
    if isinstance(wanted, dict):
        if fault := _schema_fault(wanted):
            yield rule.at(path), path, f"is not a JSON Schema: {fault}"
        else:
            yield from _schema(rule, path, wanted, kind)
    elif isinstance(wanted, list):
        yield rule.at(path), path, f"is never a list; for one of several write {{enum: {shown(wanted)}}}"
    elif wanted is None and path[1] != "request":
        yield rule.at(path), path, "is never null; write false where it shall be absent, or remove it"
    elif not isinstance(wanted, bool) and (complaint := _value_complaint(wanted, kind, path)):
        yield rule.at(path), path, complaint


def _schema_fault(wanted: dict[str, Any]) -> str:
    from oifde_simulator.json_schema.bounded import bounded

    try:
        bounded(wanted)
    except ValueError as error:
        return str(error)
    return ""


def _schema(rule: Node, path: Path, wanted: Mapping[str, Any], kind: str) -> Iterator[Finding]:
    """The keywords that no value of the field's type fits, or that do not look at such values."""
    types = wanted.get("type", kind)
    if path[1] == "request" and types != kind:
        return  # a rule may be about what a client should not send
    if not _has_type(types, kind):
        yield rule.at((*path, "type")), (*path, "type"), f"the field is {_a(kind)}, never {shown(types)}"
    for keyword, values in (("const", [wanted.get("const", ...)]), ("enum", wanted.get("enum", ()))):
        complaints = (_value_complaint(value, kind, path) for value in values if value is not ...)
        if complaint := next(filter(None, complaints), ""):
            yield rule.at((*path, keyword)), (*path, keyword), complaint
    for keyword in NUMERIC if kind == "string" else TEXTUAL:
        if keyword in wanted:
            message = f"{keyword} is not about {_a(kind)}, which the field is{_instead(kind)}"
            yield rule.at((*path, keyword)), (*path, keyword), message


def _has_type(types: Any, kind: str) -> bool:
    listed = types if isinstance(types, list) else [types]
    return kind in listed or (kind == "integer" and "number" in listed)


def _value_complaint(value: Any, kind: str, path: Path) -> str:
    """Why a field of this type never equals `value`; empty where it may."""
    if kind == "string":
        if isinstance(value, str) or (value is None and path[1] == "request"):
            return ""
        return f"the field is a string, found {_found(value)}; quote it: {_quoted(value)}"
    if isinstance(value, int) and not isinstance(value, bool):
        return ""
    plain = value.strip() if isinstance(value, str) else ""
    fix = f"; take the quotes away: {plain}" if plain.removeprefix("-").isdecimal() else ""
    return f"the field is a whole number, found {_found(value)}{fix}"


def _found(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"the number {value}" if number else shown(value)


def _quoted(value: Any) -> str:
    return shown(value) if isinstance(value, str) else shown(shown(value))


def _a(kind: str) -> str:
    return "a string" if kind == "string" else "a whole number"


def _instead(kind: str) -> str:
    return "; write enum or pattern" if kind == "string" else "; write enum, minimum or maximum"
