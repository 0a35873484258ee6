"""The plain walk explains as jsonschema does, and leaves to it what it does not know."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.oifde import contract

REQUESTS = [name for name in contract.interfaces() if contract.has_body(name)]
texts = st.text(max_size=4) | st.sampled_from(
    ["5", "010", "2021-04-16 07:42:22", "2021-04-16", "x" * 300, "100"]
)
scalars = st.none() | st.booleans() | st.integers(-2, 200) | st.floats(allow_nan=False) | texts
values = scalars | st.lists(scalars, max_size=1) | st.dictionaries(texts, scalars, max_size=1)


def names_below(schema: Any) -> set[str]:
    """Collect the names of all fields below a schema."""
    if isinstance(schema, list):
        return set().union(*map(names_below, schema))
    if not isinstance(schema, dict):
        return set()
    fields = schema.get("properties")
    own = set(fields) if isinstance(fields, dict) else set()
    return own.union(*map(names_below, schema.values()))


NAMES = sorted(names_below({name: contract.request_schema(name).document for name in REQUESTS}))
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=8)
bodies = st.dictionaries(st.sampled_from(NAMES), values | objects, max_size=8) | values


@pytest.mark.parametrize("name", REQUESTS)
def test_no_request_of_the_contract_needs_jsonschema(name: str) -> None:
    assert contract.request_schema(name)._plain_walk is not None


@given(body=bodies)
@pytest.mark.parametrize("name", REQUESTS)
def test_both_find_the_same_violations_in_the_same_order(name: str, body: Any) -> None:
    schema = contract.request_schema(name)
    assert schema.explain(body) == schema._explain_by_jsonschema(body)


EVERY_KEYWORD = {
    "$defs": {"short": {"type": "string", "maxLength": 0}},
    "type": ["object", "integer", "number"],
    "required": ["a", "b"],
    "properties": {
        "a": {"enum": ["x", "1"], "minLength": 2, "pattern": "^[a-z]+$"},
        "b": {"const": "x", "format": "even", "type": "array"},
        "c": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/short"}, {"required": ["a"]}]},
        "d": {"type": "integer"},
        "e": {"type": "boolean"},
        "f": {"type": "number", "format": "unknown"},
    },
}


@given(body=st.dictionaries(st.sampled_from("abcdef"), values | st.just("x") | st.just(1.0)) | values)
def test_every_keyword_is_explained_as_jsonschema_does(body: Any) -> None:
    schema = Schema(EVERY_KEYWORD, formats={"even": lambda text: len(text) % 2 == 0})
    assert schema._plain_walk is not None
    assert schema.explain(body) == schema._explain_by_jsonschema(body)
    assert schema.explain(body, 1) == schema._explain_by_jsonschema(body, 1)


@pytest.mark.parametrize(
    "document",
    [
        {"properties": {"a": {"minimum": 1}}},
        {"anyOf": [{"type": "string"}, True]},
        {"enum": [1]},
        {"const": None},
        {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "string"}}},
        {"additionalProperties": False},
    ],
    ids=str,
)
def test_any_other_schema_is_left_to_jsonschema(document: dict[str, Any]) -> None:
    assert Schema(document)._plain_walk is None


def test_a_schema_that_refers_to_itself_is_walked() -> None:
    schema = Schema(
        {"type": "object", "properties": {"a": {"$ref": "#/properties/b"}, "b": {"type": "null"}}}
    )
    assert [violation.path for violation in schema.explain({"a": {}, "b": 1})] == [("a",), ("b",)]


def test_a_refused_request_imports_no_jsonschema() -> None:
    program = """
import sys
from oifde_simulator.oifde import contract
for name in filter(contract.has_body, contract.interfaces()):
    assert contract.request_schema(name).explain({})
print("jsonschema" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
