"""JSON Schema of one item of a scenario's `faults`, for the check of a scenario and for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oifde_simulator.faults import registry
from oifde_simulator.faults.base import Fault


def item_schema(*, plugins: bool = True) -> dict[str, Any]:
    """Write the schema of an item: a built-in fault or, with `plugins`, any fault."""
    return _schema(registry.known_faults() if plugins else registry.builtin_faults())


def _schema(faults: Mapping[str, type[Fault]]) -> dict[str, Any]:
    schemas = {name: dict(fault.fault_schema) for name, fault in faults.items()}
    bare = [name for name, schema in schemas.items() if "null" in schema["type"]]
    needs = {name: schema["examples"][0] for name, schema in schemas.items() if name not in bare}
    return {
        "title": "Fault",
        "description": "One way to spoil the wire: a name, or a mapping of one name to its settings.",
        "x-noun": "fault",
        "type": ["object", "string"],
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": schemas,
        "if": {"type": "string"},
        "then": {"enum": bare, "x-noun": "fault", "x-needs": needs},
        "examples": [{"latency": "200ms"}, {"cut": {"bytes": 40}}, "reset"],
        "x-fix": "write one fault as a mapping with one key, such as latency: 200ms",
    }
