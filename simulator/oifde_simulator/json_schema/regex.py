"""Regular expressions as every version of jsonschema-rs reads them alike.

From 0.61 on, its linear engine reads `.` as ECMA-262 does without the flag `s`, whatever flags the
expression sets; before, `.` was any character but a line feed, and any at all under `(?s)`. So each
dot is written out as the class that it stood for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TOKEN = re.compile(
    r"""\\.                                          # an escape
    | \[\^?(?:[^\]\\]|\\.)*\]?                       # a class: a dot in it is a dot
    | \((?:\?(?P<on>[a-zA-Z]*)(?:-(?P<off>[a-zA-Z]+))?(?P<end>[:)]))?   # a group, perhaps with flags
    | \) | \.
    """,
    re.VERBOSE | re.DOTALL,
)
ANY, BUT_LINE_FEED = r"[\s\S]", r"[^\n]"
SCHEMAS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""Keywords of JSON Schema whose members are schemas by name."""
VALUES = ("const", "enum", "examples", "default")
"""Keywords that hold values, and no schema."""


def explicit_dots(expression: str) -> str:
    """Write each `.` of `expression` out: any character under the flag `s`, else any but a line feed."""
    scopes = [False]  # whether `s` is set, for each group that is open

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
    """Copy a JSON Schema with `explicit_dots` in its patterns."""
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
