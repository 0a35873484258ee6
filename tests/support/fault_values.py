"""Values of faults for Hypothesis, made from their settings: of a new fault too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from oifde_simulator.faults import Fault, FaultError, build

Values = st.SearchStrategy[Any]
FEW = 500
"""Bound of drawn numbers, so that answers stay small."""
DURATIONS = st.sampled_from(["0ms", "1ms", "0.5s", "2s", "1h"])


def items(faults: Mapping[str, type[Fault]]) -> Values:
    """Draw an item of `faults`, as a scenario writes it."""
    drawn = {name: values(fault) for name, fault in faults.items()}
    return st.sampled_from(sorted(drawn)).flatmap(lambda name: drawn[name].map(lambda value: {name: value}))


def values(fault: type[Fault]) -> Values:
    """Draw a value of one fault: nothing, its main setting, a mapping of settings, or an example."""
    schema = fault.fault_schema
    nothing = [st.sampled_from([None, True])] if "null" in schema["type"] else []
    scalars = [schema[key] for key in ("x-main", "x-share") if key in schema]
    main = [_setting(schema["properties"][name]) for name in scalars]
    drawn = st.one_of(*nothing, *main, _mapping(schema), st.sampled_from(schema["examples"]))
    return drawn.filter(lambda value: _makes_a_fault({fault.fault_name: value}))


def _makes_a_fault(item: Any) -> bool:
    try:
        build(item)
    except FaultError:
        return False
    return True


def _mapping(schema: Mapping[str, Any]) -> Values:
    drawn = {key: _setting(about) for key, about in schema["properties"].items()}
    required = {key: drawn.pop(key) for key in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=drawn)


def _setting(schema: Mapping[str, Any]) -> Values:
    if "properties" in schema:
        return _mapping(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == ["boolean"]:
        return st.booleans()
    if schema["type"] == ["integer"]:
        return _whole(schema)
    if "x-quantity" in schema:
        return _quantity(schema)
    if schema.get("pattern", "").startswith("^[A-Za-z0-9]"):  # a name of a closed list
        return st.sampled_from(schema["examples"])
    return st.from_regex(schema["pattern"], fullmatch=True) if "pattern" in schema else st.text(min_size=1)


def _whole(schema: Mapping[str, Any]) -> Values:
    return st.integers(max(schema["minimum"], -FEW), min(schema["maximum"], FEW))


def _quantity(schema: Mapping[str, Any]) -> Values:
    sizes = st.one_of(_whole(schema), st.just("1KiB")) if "integer" in schema["type"] else st.just("1KiB")
    shares = st.floats(0, min(1, schema.get("maximum", 1)))
    return {
        "duration": DURATIONS,
        "size": sizes,
        "number": st.floats(schema.get("minimum", 0), schema.get("maximum", 1)),
        "share": st.one_of(shares, st.just("50%")),
        "amount": st.one_of(shares, st.integers(0, FEW), sizes),
    }[schema["x-quantity"]]
