"""Rules that are well formed and yet do not do what they seem to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.scenario.yaml.node import Node
from oifde_simulator.text import did_you_mean, shown

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
NESTED = (
    "not",
    "if",
    "then",
    "else",
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
NESTED_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
NESTED_MAPPINGS = ("$defs", "properties", "patternProperties", "dependentSchemas")
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
            hint = did_you_mean(keyword, KEYWORDS) or "; see JSON Schema, draft 2020-12"
            yield rule.at((*path, keyword)), (*path, keyword), f"no keyword is called {shown(keyword)}{hint}"
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        message = f"{shown(reference)} is elsewhere, and nothing is fetched; put it below $defs, #/$defs/NAME"
        yield rule.at((*path, "$ref")), (*path, "$ref"), message
    for place, inner in _inside(schema):
        if isinstance(inner, dict):
            yield from _keywords(rule, (*path, *place), inner)


def _inside(schema: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The schemas in a schema, and where; of keywords whose values have their shape."""
    for name in NESTED:
        yield (name,), schema.get(name)
    for name in NESTED_LISTS:
        if isinstance(schema.get(name), list):
            yield from (((name, place), inner) for place, inner in enumerate(schema[name]))
    for name in NESTED_MAPPINGS:
        if isinstance(schema.get(name), dict):
            yield from (((name, key), inner) for key, inner in schema[name].items())


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
    operation = BY_NAME.get(rule.value.get("match", {}).get("endpoint", ""))
    if "rows" in given and operation and not operation.records_field:
        message = f"{operation.name} answers with no records; remove it"
        yield rule.at((*outcome, "rows")), (*outcome, "rows"), message
    for place, operation in enumerate(given.get("patch", ())):
        yield from _operation(rule, (*outcome, "patch", place), operation)


def _operation(rule: Node, path: Path, operation: Mapping[str, Any]) -> Iterator[Finding]:
    for name in ("path", "from"):
        pointer = operation.get(name, "")
        if pointer and not pointer.startswith("/"):
            where = (*path, name)
            yield rule.at(where), where, f'is no JSON Pointer; begin it with a slash: "/{pointer}"'
    if _stars(operation, "from") > _stars(operation, "path"):
        yield rule.at((*path, "from")), (*path, "from"), "a * in from needs one in path, which leads it"
    needed = NEEDED.get(operation["op"])
    if needed and needed not in operation:
        yield rule.at(path), path, f"{operation['op']} needs {needed}"


def _stars(operation: Mapping[str, Any], name: str) -> int:
    return str(operation.get(name, "")).split("/").count("*")
