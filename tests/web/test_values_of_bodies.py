"""Values of JSON bodies: counted before they are parsed, and bounded by what the operation may need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.scenario.checking import count_values
from oifde_simulator.scenario.loader import MOST_VALUES
from oifde_simulator.web.control_plane.bodies import MAX_BODY
from oifde_simulator.web.control_plane.body import reader, size
from oifde_simulator.web.control_plane.openapi import FEWER_VALUES, routes
from oifde_simulator.web.control_plane.problems import Problem

ROUTES = {route.operation_id: route for route in routes()}
MILLION = 1_000_000
RECORD = {"userMobile": "18000000001", "callSorId": "1", "calledNumber": "1", "startTime": 1766000000000}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text('ab",[]{}\\:', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(',["\\', max_size=3), inner, max_size=4)
    ),
)


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a body is parsed."""
    monkeypatch.setattr(reader, "_parse", lambda octets: pytest.fail("parsed"))


@pytest.mark.slow(seconds=0.4)
@pytest.mark.parametrize("operation", ["verify", "makeTenant"])
@pytest.mark.parametrize(
    "octets",
    [
        b"[" + b"1," * MILLION + b"1]",
        b'{"expect":[' + b"{}, " * MILLION + b"1]}",
        b'{"a":' * (MILLION // 2),
        b"[" * MILLION,
        b"[" + b'"",' * MILLION + b'""]',
        b'{"scenario":{"rules":[' + b'"a,b",' * (MILLION // 2) + b"1]}}",
    ],
    ids=["numbers", "objects", "deep", "deep lists", "texts", "commas in texts"],
)
async def test_very_many_values_are_refused_before_they_are_parsed(
    operation: str, octets: bytes, unparsed: None
) -> None:
    route = ROUTES[operation]
    with pytest.raises(Problem) as caught:
        await reader.read_body(octets, route)
    assert caught.value.status == 413
    assert caught.value.body["type"].endswith(":too-many-values")
    assert f"at most {route.most_values:,} values, found about " in caught.value.body["detail"]


@pytest.mark.parametrize("operation", ["makeTenant", "replaceScenario"])
async def test_records_may_fill_the_largest_body(operation: str) -> None:
    count = MAX_BODY // (len(json.dumps(RECORD)) + 2) - 1
    given = {"scenario": {"sessions": {"records": [RECORD] * count}}}
    octets = json.dumps(given).encode()
    assert MAX_BODY - 500 < len(octets) <= MAX_BODY
    assert await reader.read_body(octets, ROUTES[operation]) == given


async def test_a_text_may_have_any_number_of_commas() -> None:
    given = {"scenario": 'a: "[1, 2]"\n' + "," * 500_000 + '\\"{[' * 100_000}
    assert await reader.read_body(json.dumps(given).encode(), ROUTES["makeTenant"]) == given


@pytest.mark.parametrize(("values", "passes"), [(FEWER_VALUES, True), (FEWER_VALUES + 1, False)])
async def test_the_bound_is_exact(values: int, passes: bool) -> None:
    octets = b"[" + b",".join([b'"1,"'] * (values - 1)) + b"]"
    assert count_values(orjson.loads(octets)) == values
    with nullcontext() if passes else pytest.raises(Problem):
        await size.check_size(octets, FEWER_VALUES)


def test_a_scenario_of_as_many_values_as_it_may_have_finds_room() -> None:
    assert {route.most_values for route in ROUTES.values() if route.holds_turn} == {MOST_VALUES + 100}


@settings(max_examples=examples(50))
@given(JSON)
def test_no_body_has_more_values_than_marks_and_one(value: Any) -> None:
    assert count_values([value]) <= size.count_marks(orjson.dumps([value])) + 1


@settings(max_examples=examples(50))
@given(JSON, st.booleans())
async def test_a_body_of_as_many_values_as_allowed_is_never_refused(value: Any, indented: bool) -> None:
    octets = orjson.dumps([value], option=orjson.OPT_INDENT_2 if indented else None)
    await size.check_size(octets, count_values([value]))


async def test_no_more_texts_are_looked_at_than_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[None] = []
    texts = size.STRING

    class Counting:
        def finditer(self, octets: bytes) -> Iterator[re.Match[bytes]]:
            for each in texts.finditer(octets):
                looked.append(None)
                yield each

    monkeypatch.setattr(size, "STRING", Counting())
    for octets in (b'"",' * MILLION, b'"a"' * MILLION + b"," * MILLION, b'{"a":"b,"},' * MILLION):
        looked.clear()
        with pytest.raises(Problem):
            await size.check_size(octets, 1000)
        assert len(looked) <= 2 * 1000 + size.TEXTS


@pytest.mark.parametrize(("levels", "passes"), [(reader.MAX_DEPTH, True), (reader.MAX_DEPTH + 1, False)])
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
async def test_the_depth_of_a_body_is_bounded(
    levels: int, passes: bool, opened: bytes, closed: bytes
) -> None:
    value = orjson.loads(opened * levels + b"1" + closed * levels)
    with nullcontext() if passes else pytest.raises(Problem, match="deeper than 64 levels"):
        await reader._check_depth(value)


async def test_a_text_or_number_has_no_depth() -> None:
    await reader._check_depth("[[[")
    await reader._check_depth(1)
