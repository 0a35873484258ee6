"""Rules that are well formed and yet do not do what they seem to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.failure.located import meant, shown
from simulator.failure.yaml_node import Node

Path = tuple[str | int, ...]
Finding = tuple[Node, Path, str]

# JSON Schema 2020-12, the vocabularies of applying and validating; and what only describes.
KEYWORDS = frozenset(
    [
        "$ref",
        "$defs",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "dependentSchemas",
        "prefixItems",
        "items",
        "contains",
        "properties",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "unevaluatedItems",
        "unevaluatedProperties",
        "type",
        "enum",
        "const",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxContains",
        "minContains",
        "maxProperties",
        "minProperties",
        "required",
        "dependentRequired",
        "format",
        "title",
        "description",
        "default",
        "examples",
        "$comment",
    ]
)
NESTED = ("not", "if", "then", "else", "items", "contains", "additionalProperties")
NESTED_LISTS = ("allOf", "anyOf", "oneOf")
NEEDED = {
    "add": "value",
    "replace": "value",
    "test": "value",
    "move": "from",
    "copy": "from",
    "fill": "bytes",
}


def nonsense(rule: Node) -> Iterator[Finding]:
    """What in a rule, whose shape is good, cannot be meant so."""
    given = rule.value
    for part in ("request", "headers", "response"):
        for name, wanted in given.get("match", {}).get(part, {}).items():
            if isinstance(wanted, dict):
                yield from _keywords(rule, ("match", part, name), wanted)
    for outcome in ((), *(("one_of", place) for place in range(len(given.get("one_of", ()))))):
        yield from _outcome(rule, outcome)


def _keywords(rule: Node, path: Path, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for keyword in schema:
        if keyword not in KEYWORDS:
            hint = meant(keyword, KEYWORDS) or "; see JSON Schema, draft 2020-12"
            yield rule.at((*path, keyword)), (*path, keyword), f"no keyword is called {shown(keyword)}{hint}"
    for name in NESTED:
        if isinstance(schema.get(name), dict):
            yield from _keywords(rule, (*path, name), schema[name])
    for name in NESTED_LISTS:
        for place, inner in enumerate(schema.get(name, ())):
            if isinstance(inner, dict):
                yield from _keywords(rule, (*path, name, place), inner)


def _outcome(rule: Node, outcome: Path) -> Iterator[Finding]:
    given: Mapping[str, Any] = rule.at(outcome).value
    for other in ("patch", "rows"):
        if "respond" in given and other in given:
            path = (*outcome, other)
            yield (
                rule.at(path),
                path,
                f"edits the honest answer, which respond replaces; keep respond or {other}",
            )
    if "rows" in given and rule.value.get("match", {}).get("endpoint") == "gettoken":
        yield rule.at((*outcome, "rows")), (*outcome, "rows"), "gettoken answers with no records; remove it"
    for place, operation in enumerate(given.get("patch", ())):
        yield from _operation(rule, (*outcome, "patch", place), operation)


def _operation(rule: Node, path: Path, operation: Mapping[str, Any]) -> Iterator[Finding]:
    for name in ("path", "from"):
        pointer = operation.get(name, "")
        if pointer and not pointer.startswith("/"):
            where = (*path, name)
            yield rule.at(where), where, f'is no JSON Pointer; begin it with a slash: "/{pointer}"'
    needed = NEEDED.get(operation["op"])
    if needed and needed not in operation:
        yield rule.at(path), path, f"{operation['op']} needs {needed}"
