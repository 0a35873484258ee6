"""Checks the keywords of the JSON Schemas in a `match`: a misspelt keyword would accept every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.json_schema.keywords import KEYWORDS, subschemas
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, did_you_mean, shown


def lint(path: KeyPath, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the keywords of a schema at `path` of a rule, and of the schemas inside it."""
    for keyword in schema:
        if keyword not in KEYWORDS:
            hint = did_you_mean(keyword, KEYWORDS) or "; see JSON Schema, draft 2020-12"
            yield Finding((*path, keyword), f"no keyword is called {shown(keyword)}{hint}")
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        message = f"{shown(reference)} is elsewhere, and nothing is fetched; put it below $defs, #/$defs/NAME"
        yield Finding((*path, "$ref"), message)
    for place, inner in subschemas(schema):
        if isinstance(inner, dict):
            yield from lint((*path, *place), inner)
