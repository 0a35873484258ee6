"""Large wrong bodies: the explaining validator sees little of them, and messages name the place."""

# ruff: noqa: E501  (a row is a line)

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.web.control_plane.body import breaches, reader, shrink
from oifde_simulator.web.control_plane.body.shrink import MOST_EXPLAINED, MOST_LISTS
from oifde_simulator.web.control_plane.openapi import routes, schema
from oifde_simulator.web.control_plane.problems import Problem

BODIES = {route.operation_id: schema(route.body) for route in routes() if route.body}
MANY = 100_000
RULE = {"name": "down", "respond": {"status": 503}}


def refused(operation: str, body: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Judge a wrong body; returns the messages. The work of the explaining validator is bounded."""
    explain = Schema.explain

    def counting(self: Schema, value: Any, most: int | None = None) -> Any:
        assert size(value) <= MOST_EXPLAINED
        assert most is not None
        return explain(self, value, most)

    monkeypatch.setattr(Schema, "explain", counting)
    with pytest.raises(Problem) as caught:
        reader._validated(body, BODIES[operation])
    told: list[str] = caught.value.body["errors"]
    assert len(told) <= breaches.MOST_MESSAGES
    assert sum(map(len, told)) < 5_000
    return told


def size(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(size, inner))


# name: (operation, body, what is told)
LARGE: dict[str, tuple[str, Any, str]] = {
    "wrong members": ("verify", {"expect": [0] * MANY}, "expect[0]: "),
    "one wrong member": ("verify", {"expect": [{"count": 1}] * 99 + [0], "x": [0] * MANY}, "expect[99]: expected an object, found 0"),
    "the last is wrong": ("addRules", [RULE | {"per": ["a"] * 500}] * 999 + [{"ttl": 5}], "[999]"),
    "too many": ("addRules", [RULE] * MANY, "expected at most 1000 items, found 100000"),
    "too many in a member": ("verify", {"expect": [{"count": 1}] * 5_000}, "expect: expected at most 100 items, found 5000"),
    "no members": ("addRules", [[[]] * 50] * MANY, "[0]: "),
    "unknown names": ("makeTenant", {"scenario": "outage"} | {f"k{n}": 0 for n in range(900)}, "and 895 more"),
    "many members": ("verify", {"expect": {}} | {f"k{n}": 0 for n in range(900)}, "expected at most 100 members, found 901"),
    "very many unknown names": ("verify", {f"k{n}": 0 for n in range(MANY)}, "too large to say where"),
    "a long text": ("makeTenant", {"scenario": "x" * MANY, "tenantId": 5}, "tenantId: expected a text, found 5"),
    "lists in lists": ("verify", {"expect": [[[[0] * 50] * 50] * 50]}, "expect[0]: "),
}  # fmt: skip


@pytest.mark.parametrize(("operation", "body", "words"), LARGE.values(), ids=LARGE.keys())
def test_a_large_body_is_told_what_is_wrong_at_little_cost(
    operation: str, body: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words in refused(operation, body, monkeypatch)[0]


def test_a_list_is_halved_and_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []
    wanted = Schema({"items": {"type": "integer"}})
    accepts = wanted.accepts

    def counting(value: Any) -> bool:
        judged.append(len(value))
        return accepts(value)

    wanted.accepts = counting
    small = shrink.shrink([0] * MANY + ["x"] + [0] * MANY, wanted)
    assert small.value == ["x"]
    assert small.place((0,)) == (MANY,)
    assert len(judged) < 20 * MOST_LISTS


@given(st.lists(st.lists(st.integers() | st.text(max_size=2), max_size=3), min_size=9, max_size=30))
def test_what_is_left_breaks_the_schema_where_the_whole_does(value: list[list[Any]]) -> None:
    wanted = Schema({"items": {"maxItems": 2, "items": {"type": "integer"}}})
    if wanted.accepts(value):
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shrink, "MOST_EXPLAINED", 4)
        small = shrink.shrink(value, wanted)
    places = {each.path for each in wanted.explain(value)}
    left = (
        {small.too_long[0]} if small.too_long else {small.placed(e).path for e in wanted.explain(small.value)}
    )
    assert left
    assert left <= places
