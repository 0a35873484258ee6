"""Checks the keywords of the JSON Schemas in a `match`: a misspelt keyword would accept every value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.json_schema.keywords import KEYWORDS, subschemas
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import KeyPath, did_you_mean, shown

OTHER_KEYWORDS = {
    **dict.fromkeys(("regex", "regexp", "re", "matches", "match", "like"), "pattern"),
    **dict.fromkeys(("in", "any", "anyof", "oneof", "values", "list"), "enum"),
    **dict.fromkeys(("equals", "equalto", "equal", "eq", "is", "value"), "const"),
    **dict.fromkeys(("min", "gte", "ge", "atleast"), "minimum"),
    **dict.fromkeys(("max", "lte", "le", "atmost"), "maximum"),
    **dict.fromkeys(("gt", "greaterthan", "morethan", "above"), "exclusiveMinimum"),
    **dict.fromkeys(("lt", "lessthan", "below"), "exclusiveMaximum"),
}
"""Keywords by the words of other tools, in small letters."""


def lint(path: KeyPath, schema: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the keywords of a schema at `path` of a rule, and of the schemas inside it."""
    for keyword in schema:
        if keyword not in KEYWORDS:
            other = OTHER_KEYWORDS.get(re.sub("[^a-z]", "", keyword.lower()), "")
            near = f'; did you mean "{other}"?' if other else did_you_mean(keyword, KEYWORDS)
            hint = near or "; see JSON Schema, draft 2020-12"
            yield Finding((*path, keyword), f"no keyword is called {shown(keyword)}{hint}")
    reference = schema.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        message = f"{shown(reference)} is elsewhere, and nothing is fetched; put it below $defs, #/$defs/NAME"
        yield Finding((*path, "$ref"), message)
    for place, inner in subschemas(schema):
        if isinstance(inner, dict):
            yield from lint((*path, *place), inner)
