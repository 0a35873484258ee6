"""The plain predicate decides as jsonschema-rs does, and leaves to it what it does not know."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.faults import registry
from oifde_simulator.json_schema.plain_pattern import plain_pattern
from oifde_simulator.json_schema.plain_predicate import plain_predicate
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.oifde import contract

REQUESTS = [name for name in contract.interfaces() if contract.has_body(name)]
FAULTS = registry.builtin_faults()

texts = st.text(max_size=4) | st.sampled_from(
    ["x", "5", "1\n", "010", "1.5s", "200ms", "50%", "100.0%", "10KiB", "head", "GBK", "é", "ab\n"]
)
numbers = st.integers(-(2**63), 2**64 - 1) | st.integers(-2, 1100)
numbers |= st.floats(allow_nan=False, allow_infinity=False)  # JSON has no others
scalars = st.none() | st.booleans() | numbers | texts
names = st.sampled_from(["a", "b", "c", "bytes", "share", "min", "max", "uniform", "at", "status", "count"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3)
)


def agree(schema: Schema, value: Any) -> None:
    """Compare the verdict with that of jsonschema-rs."""
    assert schema.accepts(value) == schema._predicate(schema._pattern_options(None))(value)


EVERY_KEYWORD: dict[str, Any] = {
    "title": "all",
    "x-own": 1,
    "type": ["object", "integer", "number", "array", "null"],
    "required": ["a"],
    "additionalProperties": False,
    "properties": {
        "a": {"enum": ["x", 1, False, None], "minLength": 1, "description": "a", "examples": ["x"]},
        "b": {"const": "x", "not": {"minLength": 3}, "format": "even", "default": "x"},
        "c": {"anyOf": [{"type": "null"}, {"$ref": "#/properties/d"}, {"required": ["a"]}]},
        "d": {"type": "integer", "minimum": 1, "maximum": 3.5},
        "e": {"type": "boolean", "format": "int32"},
        "f": {"type": "string", "pattern": "^[a-z]{1,2}$(?!\\n)", "maxLength": 2},
        "g": {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "h": {"properties": {"a": {"type": "string"}}},
    },
    "minimum": 0,
}


@given(body=st.dictionaries(st.sampled_from("abcdefghi"), values) | values)
def test_both_give_one_verdict_by_every_keyword(body: Any) -> None:
    even = {"even": lambda text: len(text) % 2 == 0}
    assert plain_predicate(EVERY_KEYWORD, even, patterns=True)
    agree(Schema(EVERY_KEYWORD, formats=even), body)


@given(name=st.sampled_from(sorted(FAULTS)), value=values)
def test_both_give_one_verdict_on_settings_of_faults(name: str, value: Any) -> None:
    agree(Schema(dict(FAULTS[name].fault_schema)), value)


@given(body=st.dictionaries(st.sampled_from(sorted(contract.request_fields("queryRecordHistory"))), values))
def test_both_give_one_verdict_on_queries(body: Any) -> None:
    agree(contract.request_schema("queryRecordHistory"), body)


@pytest.mark.parametrize(
    "document",
    [
        {"items": {"type": "string"}},
        {"type": "text"},
        {"type": []},
        {"type": ["string", "string"]},
        {"required": ["a", "a"]},
        {"required": "a"},
        {"title": 1},
        {"examples": "x"},
        {"enum": [[1]]},
        {"enum": [0.5]},
        {"enum": "ab"},
        {"const": {}},
        {"minLength": True},
        {"minLength": 2.0},
        {"maxLength": -1},
        {"minimum": "1"},
        {"maximum": float("inf")},
        {"properties": {}, "additionalProperties": None},
        {"format": "date-time"},
        {"format": ["x"]},
        {"pattern": "a"},
        {"anyOf": []},
        {"anyOf": [{"required": []}, True]},
        {"not": False},
        {"additionalProperties": {}},
        {"properties": {"a": True}},
        {"properties": []},
        {"$ref": "#/$defs/a~1b"},
        {"$ref": "urn:other"},
        {"$ref": "#/nothing"},
        {"properties": {"a": {"$ref": "#/properties/a"}}},
    ],
    ids=str,
)
def test_any_other_schema_is_left_to_jsonschema_rs(document: dict[str, Any]) -> None:
    assert plain_predicate(document, {}, patterns=True) is None


def test_patterns_of_users_are_left_to_jsonschema_rs() -> None:
    assert plain_predicate({"pattern": "^a$"}, {}, patterns=True)
    assert plain_predicate({"pattern": "^a$"}, {}, patterns=False) is None


PLAIN = ["^$", "^a{2,3}$", "^(a|b(c|d)?)+$", r"^[\x20-\x7E]*$", r"^[A-Za-z._:-]+\.[0-9]$", "^[^a]?$(?!\\n)"]


@given(text=st.text("abcd.09é \n", max_size=4))
@pytest.mark.parametrize("expression", PLAIN)
def test_plain_expressions_are_read_alike(expression: str, text: str) -> None:
    fits = plain_pattern(expression)
    assert fits is not None
    plain = Schema({"pattern": expression})
    assert bool(fits(text)) == plain._predicate(plain._pattern_options(None))(text)


@pytest.mark.parametrize(
    "expression",
    ["a", "^a", "^a|b$", "^(a$", "^a)$", "^(?i)a$", "^(|a)$", "^(*a)$", "^a**$", "^a.$", r"^\d$", "^[z-a]$",
     "^a{3,2}$", "^[a--b]$", "^[a&&b]$", "^$a$", r"^\a$", "^é$"],
)  # fmt: skip
def test_other_expressions_are_left_to_jsonschema_rs(expression: str) -> None:
    assert plain_pattern(expression) is None


@pytest.mark.slow
def test_a_server_decides_without_jsonschema_rs() -> None:
    program = """
import sys
from oifde_simulator.config import Settings
from oifde_simulator.runtime.serve import create
create(Settings(tls="off"))
print("jsonschema_rs" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
