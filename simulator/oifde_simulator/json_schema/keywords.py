"""Keywords of JSON Schema, draft 2020-12, and the schemas that they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SCHEMA_KEYWORDS = (
    "not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
"""Keywords whose value is a schema."""
LIST_KEYWORDS = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords whose value is a list of schemas."""
MAPPING_KEYWORDS = ("$defs", "properties", "patternProperties", "dependentSchemas")
"""Keywords whose value is a mapping of schemas."""
NUMBER_KEYWORDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
"""Keywords that judge numbers only, and accept every other value."""
STRING_KEYWORDS = ("pattern", "minLength", "maxLength", "format")
"""Keywords that judge strings only, and accept every other value."""
KEYWORDS = frozenset(
    [
        *SCHEMA_KEYWORDS, *LIST_KEYWORDS, *MAPPING_KEYWORDS, *NUMBER_KEYWORDS, *STRING_KEYWORDS,
        "$ref", "type", "enum", "const", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains",
        "maxProperties", "minProperties", "required", "dependentRequired",
        "title", "description", "default", "examples", "$comment",
    ]
)  # fmt: skip
"""The keywords that apply, validate or describe."""


def subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the path and the value of each schema directly inside `schema`; values may be of any type."""
    for name in SCHEMA_KEYWORDS:
        if name in schema:
            yield (name,), schema[name]
    for name in LIST_KEYWORDS:
        if isinstance(schema.get(name), list):
            yield from (((name, place), inner) for place, inner in enumerate(schema[name]))
    for name in MAPPING_KEYWORDS:
        if isinstance(schema.get(name), dict):
            yield from (((name, key), inner) for key, inner in schema[name].items())
