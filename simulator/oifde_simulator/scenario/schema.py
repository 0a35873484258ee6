"""JSON Schema of scenario files: the shipped document, with the faults that a scenario may use.

Rule: a scenario without faults imports none, and one with built-in faults only reads no plugin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from oifde_simulator import resources
from oifde_simulator.json_schema.schema import Schema

NAME = "scenario.schema.json"


def schema_for(value: Any) -> Schema:
    """Compile the schema that judges a scenario, `value` as JSON of any shape."""
    names = set(_fault_names(value))
    if not names:
        return shipped()
    from oifde_simulator import faults  # slow to import, and few scenarios have faults

    return _with_plugins() if names - faults.builtin_faults().keys() else _with_builtin()


@cache
def shipped() -> Schema:
    """Compile the document as it is shipped."""
    return _compile(resources.read_json(NAME))


@cache
def _with_builtin() -> Schema:
    from oifde_simulator import faults

    return _with_faults(faults.item_schema(plugins=False))


@cache
def _with_plugins() -> Schema:
    from oifde_simulator import faults

    return _with_faults(faults.item_schema())


def _with_faults(item_schema: dict[str, Any]) -> Schema:
    definitions = shipped().document["$defs"]
    if item_schema == definitions["fault"]:
        return shipped()
    return _compile(shipped().document | {"$defs": definitions | {"fault": item_schema}})


def document() -> dict[str, Any]:
    """Write the whole schema for editors, with the faults of all plugins."""
    return _with_plugins().document


def _compile(document: dict[str, Any]) -> Schema:
    contract = document["$id"].replace(NAME, "openapi.json")
    return Schema(document, resources={contract: resources.read_json("openapi.json")})


def _fault_names(value: Any) -> Iterator[str]:
    """List the names of faults in a scenario, and skip every part of another shape."""
    for rule in _list(value, "rules"):
        for outcome in (rule, *_list(rule, "one_of")):
            for item in _list(outcome, "faults"):
                yield from (item,) if isinstance(item, str) else item if isinstance(item, Mapping) else ()


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, list) else []
