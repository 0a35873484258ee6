"""Scenario files of JSON, as programs write them: with tabs, and with pairs of escapes for one character."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from oifde_simulator.scenario.files import foreign
from oifde_simulator.utf8 import NotUtf8, decoded

OWN_KEY = re.compile(rf"""["'](?:{"|".join(foreign.OWN_KEYS)})["']\s*:""")
MOST_DEPTH = 64
"""Levels of lists and mappings inside one another, as in YAML."""


def parse(source: bytes) -> Mapping[str, Any] | None:
    """Read an object of JSON; None for anything else, and where a reader may take it in two ways."""
    try:
        value = json.loads(source.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _depth(value) <= MOST_DEPTH and _is_text(value) else None


def not_a_scenario(source: bytes) -> str:
    """Say why a file of JSON in a folder is no scenario; empty where it is one, or means to be one."""
    try:
        text = decoded(source)
    except NotUtf8:
        return ""
    value = parse(source)
    keys = value if value is not None else [match[0] for match in OWN_KEY.finditer(text)]
    if foreign.is_own(keys) or (value is None and keys):
        return ""
    if kind := foreign.kind_of(value):
        return f"looks like {kind}, not a scenario"
    return f"JSON without any key of a scenario: {', '.join(foreign.OWN_KEYS)}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse(text: str) -> None:
    raise ValueError(text)


def _depth(value: Any) -> int:
    """Count the levels of nesting, at most MOST_DEPTH and one."""
    depth, level = 0, [value]
    while level and depth <= MOST_DEPTH:
        depth += 1
        level = [inner for each in level for inner in _inside(each) if isinstance(inner, dict | list)]
    return depth


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _is_text(value: Any) -> bool:
    """Check that every text has whole characters: half of a pair is none."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        return False
    return True
