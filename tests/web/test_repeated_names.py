"""Names that stand twice in one object of a body: refused with both places, as in files."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.web.control_plane.body import reader, repeated_names
from oifde_simulator.web.control_plane.openapi import routes
from oifde_simulator.web.control_plane.problems import Problem

ROUTES = {route.operation_id: route for route in routes()}
REPEATED = {
    b'{"respond":{"status":500},"respond":{"status":501}}': (
        'expected each name once, found "respond" at line 1, column 2 and again at line 1, column 27; '
        "remove one"
    ),
    b'[{"name":"a:b"},\n {"name": "c", "respond": {"status":500,\n"headers":[{"x":":"}], "status":501}}]': (
        '[1].respond: expected each name once, found "status" at line 2, column 28 and again '
        "at line 3, column 24; remove one"
    ),
    '{"é":1,"\\u00e9":2}'.encode(): (
        'expected each name once, found "é" at line 1, column 2 and again at line 1, column 8; remove one'
    ),
    b'\xef\xbb\xbf{"a":[],"b":{},"a":{}}': (
        'expected each name once, found "a" at line 1, column 2 and again at line 1, column 16; remove one'
    ),
}
NAMES = st.sampled_from(["a", "b", "a:b", '"', "\\", "é"])
JSON = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from([":", '":', "[{,"]),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(NAMES, inner), max_size=4).map(tuple),
)
"""Values; a tuple stands for an object, and has its pairs."""


def written(value: Any) -> str:
    if isinstance(value, tuple):
        return "{" + ", ".join(f"{json.dumps(name)} : {written(each)}" for name, each in value) + "}"
    return "[" + ",".join(map(written, value)) + "]" if isinstance(value, list) else json.dumps(value)


def is_repeating(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(is_repeating, value))
    if not isinstance(value, tuple):
        return False
    return len(dict(value)) < len(value) or any(is_repeating(each) for _, each in value)


@pytest.mark.parametrize("octets", REPEATED, ids=repr)
@pytest.mark.parametrize("operation", ["addRules", "makeTenant", "wiremockPostSettings", "verify"])
async def test_a_name_that_stands_twice_is_refused_with_both_places(octets: bytes, operation: str) -> None:
    with pytest.raises(Problem) as caught:
        await reader.read_body(octets, ROUTES[operation])
    assert caught.value.status == 400
    assert caught.value.body["detail"] == REPEATED[octets]


@settings(max_examples=examples(100))
@given(JSON)
async def test_just_those_bodies_are_refused_in_which_a_name_stands_twice(value: Any) -> None:
    octets = written(value).encode()
    names = await reader._check_depth(json.loads(octets))
    with pytest.raises(Problem, match="each name once") if is_repeating(value) else nullcontext():
        await repeated_names.check_names(octets, names)


async def test_the_names_of_a_good_body_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(repeated_names, "STRING")
    monkeypatch.delattr(repeated_names, "TOKEN")
    body = {"name": "down", "match": {"tenant": "a"}, "respond": {"status": 503}}
    assert await reader.read_body(json.dumps(body).encode(), ROUTES["addRules"]) == body


async def test_texts_of_a_large_body_are_looked_at_too() -> None:
    records = [{"callSorId": "a:b", "name": str(number)} for number in range(2000)]
    octets = json.dumps(records).encode()
    await repeated_names.check_names(octets, 4000)
    with pytest.raises(Problem, match=r"^\[1999\]: expected each name once"):
        await repeated_names.check_names(octets[:-2] + b',"name":1}]', 4000)
