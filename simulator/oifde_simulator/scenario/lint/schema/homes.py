"""Finds where in a scenario a key is known, for one that stands where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from oifde_simulator.json_schema.plain_assertions import exact_types
from oifde_simulator.scenario.schema import shipped
from oifde_simulator.text import KeyPath

ITEM = "[]"
"""Step to the items of a list."""
RULE = ("rules", ITEM)
DETOUR = 10
"""Cost of a place inside `one_of`, for a key outside of it."""
STATUSES = ("settings", "error_status")
"""Place whose keys are kinds of errors, some with the names of other keys: nobody means them elsewhere."""
MOST_STEPS = 6
"""Steps from the top to a key that is looked for."""

Home = tuple[str, ...]
"""Path of a key from the top of a scenario: names, and ITEM for each list."""


def homes(key: str, path: KeyPath) -> list[Home]:
    """List the places of a key, the nearest to `path` first; the next one only where it is as near."""
    here = tuple(ITEM if isinstance(step, int) else step for step in path)
    ranked = sorted((_distance(here, home[:-1]), home) for home in _all().get(key, ()))
    return [home for cost, home in ranked[:2] if cost <= ranked[0][0] + 1]


def takes(home: Home, value: Any) -> bool:
    """Check that the key of a place may have a value of this type."""
    return is_taken(value, _schemas()[home])


def is_taken(value: Any, schema: Mapping[str, Any]) -> bool:
    """Check that a value has one of the types that a schema names, if it names any."""
    named = shipped().document["$defs"].get(schema.get("$ref", "").removeprefix("#/$defs/"), schema)
    types = schema.get("type", named.get("type"))
    return types is None or type(value) in exact_types(types)


def in_words(home: Home, path: KeyPath, value: str) -> str:
    """Write where a key belongs, with its value, for a key that stands at `path`."""
    in_rule = path[:1] == ("rules",) and len(path) > 1
    if len(home) == 1:
        return "at the beginning of a line, inside no other key"
    if home[:2] == RULE and in_rule:
        return f"into {nested(home[2:], value)}" if home[3:] else "directly into the rule"
    if len(home) == 2 and not path:
        return f'inside "{home[0]}"'
    return f"into {nested(home, value)}"


def nested(home: Home, value: str) -> str:
    """Write a key with its value inside the keys that lead to it: `respond: {status: 500}`."""
    for step in reversed(home):
        value = f"[{value}]" if step == ITEM else f"{{{step}: {value}}}"
    return value[1:-1]


def _distance(here: Home, parent: Home) -> int:
    """Count the steps from one mapping up and down to another."""
    common = next(
        (place for place, pair in enumerate(zip(here, parent, strict=False)) if pair[0] != pair[1]),
        min(len(here), len(parent)),
    )
    detour = DETOUR if "one_of" in parent and "one_of" not in here else 0
    return len(here) + len(parent) - 2 * common + detour


@cache
def _all() -> Mapping[str, list[Home]]:
    found: dict[str, list[Home]] = {}
    for home in _schemas():
        if home[:-1] != STATUSES:
            found.setdefault(home[-1], []).append(home)
    return found


@cache
def _schemas() -> Mapping[Home, Mapping[str, Any]]:
    document = shipped().document
    return dict(_walk(document, document["$defs"], ()))


def _walk(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], path: Home
) -> Iterator[tuple[Home, Mapping[str, Any]]]:
    # A reference to a part of a definition repeats what is found where it is defined.
    if definition := definitions.get(schema.get("$ref", "").removeprefix("#/$defs/")):
        yield from _walk(definition, definitions, path)
    if len(path) >= MOST_STEPS:
        return
    for key, inner in schema.get("properties", {}).items():
        yield (*path, key), inner
        yield from _walk(inner, definitions, (*path, key))
    if "items" in schema:
        yield from _walk(schema["items"], definitions, (*path, ITEM))
    if "else" in schema:
        yield from _walk(schema["else"], definitions, path)
