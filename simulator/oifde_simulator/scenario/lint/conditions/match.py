"""Checks the `match` of a rule: conditions that never hold, or that hold for another reason than they seem.

The fields and their types come from the contract (`schemas/openapi.json`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from oifde_simulator.json_schema.keywords import NUMBER_KEYWORDS, STRING_KEYWORDS
from oifde_simulator.oifde.operations import BY_NAME, OPERATIONS
from oifde_simulator.rules.conditions.certificate_conditions import FIELDS
from oifde_simulator.rules.conditions.certificate_conditions import PART as CERTIFICATE
from oifde_simulator.scenario.lint.conditions import certificate_match, schema_keywords
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, did_you_mean, shown

PARTS = ("request", "headers", "response", CERTIFICATE)
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Grammar of a header's name (RFC 9110, section 5.6.2)."""
UNMATCHABLE = {name: advice for each in OPERATIONS for name, advice in each.unmatchable.items()}
"""Fields of an answer that no rule can match, and the way round it."""


def lint(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the conditions of a rule that fits the schema."""
    match = rule.get("match", {})
    for part in PARTS:
        known = fields(part, match.get("endpoint"))
        conditions = match.get(part, {})
        for name, wanted in conditions.items() if isinstance(conditions, Mapping) else ():
            path = ("match", part, name)
            if isinstance(wanted, dict):
                yield from schema_keywords.lint(path, wanted)
            if message := _name_error(part, name, wanted, known):
                yield Finding(path, message, on_key=True)
            else:
                yield from condition(path, wanted, known.get(name, "string"))
    for finding in certificate_match.lint(match):
        yield finding.inside("match")


def fields(part: str, endpoint: str | None) -> Mapping[str, str]:
    """Return the JSON type of each field in a part of a call; empty for headers, whose names are free."""
    if part == CERTIFICATE:
        return dict.fromkeys(FIELDS, "string")
    return _fields(part, endpoint if endpoint in BY_NAME else None) if part != "headers" else {}


@cache
def _fields(part: str, endpoint: str | None) -> dict[str, str]:
    named = BY_NAME.get(endpoint or "")
    chosen = (named,) if named else OPERATIONS
    tables = [each.response_types if part == "response" else each.request_types for each in chosen]
    found = {name: kind for table in tables for name, kind in table.items() if name not in UNMATCHABLE}
    return found | ({"status": "integer"} if part == "response" else {})


def _name_error(part: str, name: str, wanted: Any, known: Mapping[str, str]) -> str:
    if part == "headers":
        valid = HEADER_NAME.fullmatch(name)
        return "" if valid else f"no header can be called {shown(name)}; write its name alone"
    if name in known:
        return ""
    if part == "response" and name in UNMATCHABLE:
        return UNMATCHABLE[name]
    owner = "request" if part == "request" else "answer"
    if elsewhere := _other_part(part, name, wanted):
        return f"no field of this {owner} is called {shown(name)}; {elsewhere}"
    hint = did_you_mean(name, known) or f"; known here: {', '.join(known)}"
    return f"no field of this {owner} is called {shown(name)}{hint}"


def _other_part(part: str, name: str, wanted: Any) -> str:
    """Say in which other part of a call a name is one; empty where it is in none."""
    value = "..." if isinstance(wanted, dict | list) else shown(wanted)
    other, owner = ("response", "answer") if part == "request" else ("request", "request")
    if name in fields(other, None):
        return f"it is a field of the {owner}: match: {{{other}: {{{name}: {value}}}}}"
    if "-" in name and HEADER_NAME.fullmatch(name):
        return f"a header belongs into match: {{headers: {{{name}: {value}}}}}"
    return ""


def condition(path: KeyPath, wanted: Any, kind: str) -> Iterator[Finding]:
    """Check a condition on a value of this JSON type."""
    if isinstance(wanted, dict):
        yield from _schema(path, wanted, kind)
    elif isinstance(wanted, list):
        yield Finding(path, f"is never a list; for one of several write {{enum: {shown(wanted)}}}")
    elif wanted is None and path[1] != "request":
        yield Finding(path, "is never null; write false where it shall be absent, or remove it")
    elif not isinstance(wanted, bool) and (message := _value_error(wanted, kind, path)):
        yield Finding(path, message)


def _schema(path: KeyPath, wanted: dict[str, Any], kind: str) -> Iterator[Finding]:
    if wrong := list(_schema_errors(path, wanted)):
        yield from wrong
        return
    types = wanted.get("type", kind)
    if path[1] == "request" and types != kind:
        return  # a rule may be about a value that a client should not send
    if not _has_type(types, kind):
        yield Finding((*path, "type"), f"the field is {_article(kind)}, never {shown(types)}")
    yield from _listed_values(path, wanted, kind)
    for keyword in NUMBER_KEYWORDS if kind == "string" else STRING_KEYWORDS:
        if keyword in wanted:
            message = f"{keyword} is not about {_article(kind)}, which the field is{_alternative(kind)}"
            yield Finding((*path, keyword), message)


def _schema_errors(path: KeyPath, wanted: dict[str, Any]) -> Iterator[Finding]:
    from oifde_simulator.json_schema.bounded import NoSchema, bounded, is_regex
    from oifde_simulator.json_schema.mistakes import mistakes

    try:
        bounded(wanted)
    except NoSchema as error:
        found = [Finding((*path, *where), message) for where, message in mistakes(wanted, is_regex)]
        yield from found or [Finding(path, str(error))]
    except ValueError as error:
        yield Finding(path, f"is not a JSON Schema: {error}")
    if wanted.get("enum") == []:
        yield Finding((*path, "enum"), "needs at least one value; for a field that is absent write false")


def _listed_values(path: KeyPath, wanted: Mapping[str, Any], kind: str) -> Iterator[Finding]:
    constant = [wanted["const"]] if "const" in wanted else []
    for keyword, values in (("const", constant), ("enum", wanted.get("enum", ()))):
        messages = (_value_error(value, kind, path) for value in values)
        if message := next(filter(None, messages), ""):
            yield Finding((*path, keyword), message)


def _has_type(types: Any, kind: str) -> bool:
    listed = types if isinstance(types, list) else [types]
    return kind in listed or (kind == "integer" and "number" in listed)


def _value_error(value: Any, kind: str, path: KeyPath) -> str:
    """Say why a field of this type never equals `value`; empty where it may."""
    if kind == "string":
        if isinstance(value, str) or (value is None and path[1] == "request"):
            return ""
        return f"the field is a string, found {_found(value)}; quote it: {_quoted(value)}"
    if isinstance(value, int) and not isinstance(value, bool):
        return ""
    plain = value.strip() if isinstance(value, str) else ""
    fix = f"; take the quotes away: {plain}" if plain.removeprefix("-").isdecimal() else _digits_fix(plain)
    return f"the field is a whole number, found {_found(value)}{fix}"


def _digits_fix(text: str) -> str:
    """Write the number that a text with letters for digits stands for; empty where it is none."""
    from oifde_simulator.scenario.lint.schema.spellings import (
        spellings,
    )  # only wanted when something is wrong

    meant = next((each for each in spellings(text) if each.written.isdecimal()), None)
    return f"{meant.note}; write {meant.written}" if meant else ""


def _found(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"the number {value}" if number else shown(value)


def _quoted(value: Any) -> str:
    return shown(value) if isinstance(value, str) else shown(shown(value))


def _article(kind: str) -> str:
    return "a string" if kind == "string" else "a whole number"


def _alternative(kind: str) -> str:
    return "; write enum or pattern" if kind == "string" else "; write enum, minimum or maximum"
