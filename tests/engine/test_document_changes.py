"""What a patch has changed, by pointer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TOKEN
from examples import examples
from oifde_simulator.cli.explain import request_file
from oifde_simulator.cli.explain.explanation_text import format_explanation
from oifde_simulator.engine import explain as explanation
from oifde_simulator.engine.changes.document_changes import ABSENT, Change, changes
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab/~", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)

CASES: dict[str, tuple[Any, Any, list[Change]]] = {
    "nothing": ({"a": [1, {}]}, {"a": [1, {}]}, []),
    "another order of members": ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
    "a member": ({"a": 1, "b": 2}, {"a": 3, "c": 4}, [
        Change("/a", "replaced", 1, 1, 3),
        Change("/b", "removed", 1, 2, ABSENT),
        Change("/c", "added", 1, ABSENT, 4),
    ]),
    "each element": ([{"a": 1}, {"a": 2}], [{}, {}], [Change("/*/a", "removed", 2, 1, ABSENT)]),
    "an element in front": ([1, 2, 3], [0, 1, 2, 3], [Change("/*", "added", 1, ABSENT, 0)]),
    "an element in between": ([1, 2, 3], [1, 3], [Change("/*", "removed", 1, 2, ABSENT)]),
    "a name with a slash": ({"a/b~": 1}, {"a/b~": 2}, [Change("/a~1b~0", "replaced", 1, 1, 2)]),
    "true is not 1": ([True], [1], [Change("/*", "replaced", 1, True, 1)]),
    "another kind": ({"a": []}, {"a": {}}, [Change("/a", "replaced", 1, [], {})]),
    "null is a value": ({"a": None}, {}, [Change("/a", "removed", 1, None, ABSENT)]),
    "the whole": (1, "x", [Change("", "replaced", 1, 1, "x")]),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_changes_are_told_by_pointer(before: Any, after: Any, expected: list[Change]) -> None:
    assert changes(before, after) == expected


@settings(max_examples=examples(50))
@given(JSON, JSON)
def test_documents_differ_where_a_change_is_told(before: Any, after: Any) -> None:
    assert changes(before, before) == []
    assert bool(changes(before, after)) is (repr_of(before) != repr_of(after))
    there, back = changes(before, after), changes(after, before)
    assert sum(each.times for each in there) == sum(each.times for each in back)


def repr_of(value: Any) -> str:
    """A text that tells documents apart, but for the order of members."""
    if isinstance(value, dict):
        return f"{sorted((name, repr_of(each)) for name, each in value.items())} of members"
    return repr([repr_of(each) for each in value]) if isinstance(value, list) else f"{type(value)}{value!r}"


def test_a_deep_document_is_compared_too() -> None:
    deep: Any = 0
    other: Any = 1
    for _ in range(5000):
        deep, other = [deep], [other]
    (change,) = changes(deep, other)
    assert (change.path, change.before, change.after) == ("/*" * 5000, 0, 1)


def explained(rule: str) -> explanation.Explanation:
    text = f"tenant: {{tokens: ['{TOKEN}']}}\nsessions: {{users: {{'1': 8}}}}\nrules: [{rule}]\n"
    world = Tenants({"acme": loader.loads(text.encode(), "acme.yaml", "acme")}, seed="0", error_status=200)
    (turn,) = explanation.explain(world, request_file.parse({"userMobile": "1"}, world, "acme").request())
    return turn


def test_explain_names_what_a_patch_changed() -> None:
    turn = explained(
        "{patch: [{op: replace, path: /total, value: 3}, {op: remove, path: /recordList/*/logId},"
        " {op: add, path: /recordList/0/mood, value: calm}]}"
    )
    printed = format_explanation(turn, "")
    for line in (
        "patch replaced /total: 8 by 3",
        "patch removed /recordList/*/logId, 8 times",
        "patch added /recordList/0/mood",
    ):
        assert f"\n          {line}\n" in printed
    first, *_ = explanation.as_json(turn)["changes"]
    assert first == {"path": "/total", "how": "replaced", "times": 1, "before": 8, "after": 3}


POINTERS: dict[str, tuple[str, str]] = {
    "an element by its index": ("{op: remove, path: /recordList/1/callId}", "removed /recordList/1/callId"),
    "each element": ("{op: remove, path: /recordList/*/callId}", "removed /recordList/*/callId, 8 times"),
    "a whole element": ("{op: remove, path: /recordList/1}", "removed /recordList/1"),
    "behind the last element": ("{op: add, path: /recordList/-, value: {}}", "added /recordList/8"),
    "a new element": ("{op: add, path: /recordList/3, value: {}}", "added /recordList/3"),
    "inside what is replaced": (
        "{op: replace, path: /recordList/1, value: {}}", "removed /recordList/1/logId",
    ),
    "moved from an element": (
        "{op: move, from: /recordList/2/callId, path: /recordList/2/id}", "removed /recordList/2/callId",
    ),
    "copies of an element": ("{op: repeat, path: /recordList/0, count: 3}", "added /recordList/*, 2 times"),
}  # fmt: skip


@pytest.mark.parametrize(("operation", "told"), POINTERS.values(), ids=POINTERS)
def test_a_place_is_told_as_the_patch_names_it(operation: str, told: str) -> None:
    assert f"\n          patch {told}\n" in format_explanation(explained(f"{{patch: [{operation}]}}"), "")


def test_an_element_that_one_of_two_pointers_names_is_told_by_its_index() -> None:
    before, after = [{"a": 1, "b": 1}, {"a": 1, "b": 1}], [{"a": 2, "b": 1}, {"a": 2, "b": 2}]
    told = changes(before, after, [("*", "a"), ("1", "b")])
    assert [(each.path, each.times) for each in told] == [("/*/a", 2), ("/1/b", 1)]


def test_many_changes_are_told_in_part() -> None:
    added = ", ".join(f"{{op: add, path: /x{number:02}, value: 1}}" for number in range(20))
    assert "and 12 changes more" in format_explanation(explained(f"{{patch: [{added}]}}"), "")


@pytest.mark.parametrize("rule", ["{respond: {status: 503}}", "{faults: [bom]}", "{rows: {repeat: 1}}"])
def test_other_answers_are_not_told_as_changes(rule: str) -> None:
    assert explained(rule).changes == ()
