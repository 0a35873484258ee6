"""Rewrites regular expressions so that every version of jsonschema-rs reads them alike.

Before version 0.61, `.` was any character but a line feed, and under `(?s)` any character at all. From 0.61
on, the linear engine reads `.` as ECMA-262 does without the flag `s`, whatever flags the expression sets.
So each dot is written out as the character class that it meant before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TOKEN = re.compile(
    r"""\\.                                          # an escape
    | \[\^?(?:[^\]\\]|\\.)*\]?                       # a class; a dot in it means a dot
    | \((?:\?(?P<on>[a-zA-Z]*)(?:-(?P<off>[a-zA-Z]+))?(?P<end>[:)]))?   # a group, perhaps with flags
    | \) | \.
    """,
    re.VERBOSE | re.DOTALL,
)
"""The parts of an expression that matter here: escapes, character classes, brackets and dots."""
ANY, BUT_LINE_FEED = r"[\s\S]", r"[^\n]"
"""Character classes of a dot with and without the flag `s`."""
SCHEMAS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keywords whose value is a mapping of schemas, in the current draft and older ones."""
VALUES = ("const", "enum", "examples", "default")
"""Keywords whose value is data, not a schema."""


def explicit_dots(expression: str) -> str:
    """Replace each `.` by a character class: any character under the flag `s`, else any but a line feed."""
    scopes = [False]  # for each open group: True while the flag `s` is set

    def written(token: re.Match[str]) -> str:
        text = token[0]
        if text == ".":
            return ANY if scopes[-1] else BUT_LINE_FEED
        if text == ")" and len(scopes) > 1:
            scopes.pop()
        elif text[0] == "(":
            flag = "s" not in (token["off"] or "") and (scopes[-1] or "s" in (token["on"] or ""))
            if token["end"] == ")":
                scopes[-1] = flag
            else:
                scopes.append(flag)
        return text

    return TOKEN.sub(written, expression)


def explicit_patterns(schema: Any) -> Any:
    """Copy a JSON Schema, with `explicit_dots` applied to its patterns."""
    if isinstance(schema, list):
        return [explicit_patterns(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {keyword: _keyword(keyword, value) for keyword, value in schema.items()}


def _keyword(keyword: str, value: Any) -> Any:
    if keyword == "pattern" and isinstance(value, str):
        return explicit_dots(value)
    if keyword in SCHEMAS and isinstance(value, Mapping):
        names = map(explicit_dots, value) if keyword == "patternProperties" else value
        return dict(zip(names, map(explicit_patterns, value.values()), strict=True))
    return value if keyword in VALUES else explicit_patterns(value)
