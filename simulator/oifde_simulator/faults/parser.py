"""Parser of one item of a scenario's `faults`: it finds the fault by name, validates and reads the value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from oifde_simulator.faults import registry
from oifde_simulator.faults.base import Fault, FaultError
from oifde_simulator.faults.quantities import is_share
from oifde_simulator.faults.setting import Setting, settings_of
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.text import did_you_mean, shown

LONGEST = 3600.0
"""Greatest number of a setting without a `maximum`: no fault waits longer than this, in seconds."""
Owner = TypeVar("Owner")


def build(item: Any) -> Fault:
    """Build the fault that one item describes: `reset`, or `{cut: {bytes: 40}}`. Raises FaultError."""
    given = {item: None} if isinstance(item, str) else item
    if not isinstance(given, Mapping) or len(given) != 1:
        raise FaultError((), "expected one fault as a mapping with one key, such as latency: 200ms")
    ((name, value),) = given.items()
    fault_class = registry.find_fault(str(name))
    if fault_class is None:
        hint = did_you_mean(str(name), registry.known_faults())
        raise FaultError((str(name),), f"unknown fault {shown(str(name))}{hint}")
    try:
        return _parse(fault_class, value)
    except FaultError as error:
        raise FaultError((str(name), *error.path), error.message) from None


def _parse(fault_class: type[Fault], value: Any) -> Fault:
    _validate(fault_class, value)
    if value is None or value is True:
        return fault_class()
    settings = value if isinstance(value, Mapping) else {_scalar_setting(fault_class, value): value}
    return _construct(fault_class, settings)


def _scalar_setting(fault_class: type[Fault], value: Any) -> str:
    schema = fault_class.fault_schema
    name: str = schema["x-share" if "x-share" in schema and is_share(value) else "x-main"]
    return name


def _validate(fault_class: type[Fault], value: Any) -> None:
    schema = _compiled(fault_class)
    if schema.accepts(value):
        return
    for violation in schema.explain(value):
        fix = f"; {violation.schema['x-fix']}" if "x-fix" in violation.schema else ""
        raise FaultError(tuple(map(str, violation.path)), violation.message + fix)


@cache
def _compiled(fault_class: type[Fault]) -> Schema:
    return Schema(dict(fault_class.fault_schema))


def _construct(owner: type[Owner], given: Mapping[str, Any]) -> Owner:
    """Construct a dataclass of settings from a mapping that fits its schema."""
    settings = settings_of(owner)
    values = {}
    for key, value in given.items():
        field, setting = settings[key]
        try:
            values[field] = _read(setting, value)
        except FaultError as error:
            raise FaultError((key, *error.path), error.message) from None
    return owner(**values)


def _read(setting: Setting, value: Any) -> Any:
    if setting.group:
        return _construct(setting.group, value)
    if setting.read is None:
        return value
    found = setting.read(value)
    if found is None or not _fits(setting.schema, found):
        raise FaultError((), f"{shown(value)} is out of range; {setting.schema['x-fix']}")
    return found


def _fits(schema: Mapping[str, Any], found: float) -> bool:
    return math.isfinite(found) and schema.get("minimum", 0) <= found <= schema.get("maximum", LONGEST)
