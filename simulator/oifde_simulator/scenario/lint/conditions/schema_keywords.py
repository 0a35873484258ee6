"""Checks the keywords of the JSON Schemas in a `match`: a misspelt keyword would accept every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.json_schema.keywords import KEYWORDS, subschemas
from oifde_simulator.json_schema.unknown_keywords import unknown_keyword
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, shown


def lint(path: KeyPath, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the keywords of a schema at `path` of a rule, and of the schemas inside it."""
    for keyword in schema:
        if keyword not in KEYWORDS:
            yield Finding((*path, keyword), unknown_keyword(keyword))
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        message = f"{shown(reference)} is elsewhere, and nothing is fetched; put it below $defs, #/$defs/NAME"
        yield Finding((*path, "$ref"), message)
    for place, inner in subschemas(schema):
        if isinstance(inner, dict):
            yield from lint((*path, *place), inner)
