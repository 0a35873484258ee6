"""Patches act where their places are, count where they are not, and strict ones are whole or nothing."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import jsonpatch
import jsonpointer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TOKEN
from engines import Engine
from examples import examples
from oifde_simulator.cli.explain import request_file
from oifde_simulator.engine import explain as explanation
from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import Request, Response
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules import copies, pointer
from oifde_simulator.rules.action import ActionContext, NotApplicable
from oifde_simulator.rules.answers import patch_operations
from oifde_simulator.rules.answers.patch import Operation, Patch
from oifde_simulator.scenario import loader


def patched(document: Any, *operations: dict[str, Any], strict: bool = False) -> tuple[Any, list[str]]:
    """Patch a document, and return it with the notes."""
    nobody = Answer(Response(200, b""), {})
    context = ActionContext(nobody, lambda problem: nobody, KeyedRandom(b""), now=0)
    made = Patch.of({"strict": strict, "operations": operations} if strict else operations)
    response = made.reshape(Response(200, json.dumps(document).encode()), context)
    return json.loads(response.body), context.notes


PAGE: dict[str, Any] = {
    "list": [{"id": 1, "s": "abcd"}, {"id": 2}, {"id": 3, "s": "efgh"}, {"id": 4, "s": None}],
    "n": 4,
}
PARTLY: dict[str, tuple[dict[str, Any], list[Any], str]] = {
    "remove": (
        {"op": "remove", "path": "/list/*/s"},
        [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}],
        'done at 3 of 4 places; at the first other there is no "s"',
    ),
    "replace": (
        {"op": "replace", "path": "/list/*/s", "value": 0},
        [{"id": 1, "s": 0}, {"id": 2}, {"id": 3, "s": 0}, {"id": 4, "s": 0}],
        'done at 3 of 4 places; at the first other there is no "s"',
    ),
    "move": (
        {"op": "move", "from": "/list/*/s", "path": "/list/*/t"},
        [{"id": 1, "t": "abcd"}, {"id": 2}, {"id": 3, "t": "efgh"}, {"id": 4, "t": None}],
        'done at 3 of 4 places; at the first other there is no "s"',
    ),
    "copy": (
        {"op": "copy", "from": "/list/*/s", "path": "/list/*/id"},
        [{"id": "abcd", "s": "abcd"}, {"id": 2}, {"id": "efgh", "s": "efgh"}, {"id": None, "s": None}],
        'done at 3 of 4 places; at the first other there is no "s"',
    ),
    "cut": (
        {"op": "cut", "path": "/list/*/s", "share": 0.5},
        [{"id": 1, "s": "ab"}, {"id": 2}, {"id": 3, "s": "ef"}, {"id": 4, "s": None}],
        'done at 2 of 4 places; at the first other there is no "s"',
    ),
    "fill": (
        {"op": "fill", "path": "/list/*/s", "bytes": 2},
        [{"id": n, "s": "xx"} for n in (1, 2, 3, 4)],
        "",
    ),
    "scale": (
        {"op": "scale", "path": "/list/*/s", "factor": 2},
        [*PAGE["list"]],
        "done at 0 of 4 places; at the first other there is a string, and only a number can be scaled",
    ),
    "repeat": (
        {"op": "repeat", "path": "/list/*/id", "count": 2},
        [*PAGE["list"]],
        "done at 0 of 4 places; at the first other only an element of an array can be repeated",
    ),
    "an element": (
        {"op": "remove", "path": "/list/9"},
        [*PAGE["list"]],
        "there is no element 9, the array has 4",
    ),
}


@pytest.mark.parametrize(("operation", "expected", "note"), PARTLY.values(), ids=PARTLY.keys())
def test_an_operation_acts_where_its_place_is_and_counts_the_others(
    operation: dict[str, Any], expected: list[Any], note: str
) -> None:
    document, notes = patched(PAGE, operation, {"op": "replace", "path": "/n", "value": 5})
    assert document == {"list": expected, "n": 5}
    label = f"patch[0]: {operation['op']} {operation['path']}: "
    assert notes == ([label + note] if note else [])


NESTED: dict[str, Any] = {
    "r": [
        {"t": [{"x": 1}, {}, {"x": 3}]},
        {"t": []},
        {"t": None},
        {},
        {"t": [{"x": 6}]},
        {"t": "text"},
        {"t": {"0": {"x": 1}}},
    ]
}


def test_nested_stars_count_each_inner_place_and_each_branch_that_has_none() -> None:
    document, notes = patched(NESTED, {"op": "remove", "path": "/r/*/t/*/x"})
    assert document["r"][0] == {"t": [{}, {}, {}]}
    assert document["r"][4] == {"t": [{}]}
    assert [document["r"][place] for place in (1, 2, 3, 5, 6)] == [
        NESTED["r"][place] for place in (1, 2, 3, 5, 6)
    ]
    # Three places, one without x; null, absent, text and an object in the place of an array; one more place.
    assert notes == ['patch[0]: remove /r/*/t/*/x: done at 3 of 8 places; at the first other there is no "x"']


@pytest.mark.parametrize("strict", [False, True])
def test_arrays_without_elements_are_nothing_to_do(strict: bool) -> None:
    removal = {"op": "remove", "path": "/r/*/x"}
    with pytest.raises(NotApplicable, match="remove /r/\\*/x: nothing to do, the array has no elements"):
        patched({"r": []}, removal, strict=strict)
    document, notes = patched({"r": [], "n": 1}, removal, {"op": "remove", "path": "/n"}, strict=strict)
    assert (document, len(notes)) == ({"r": []}, 1)


def test_a_patch_of_which_nothing_was_done_names_the_first_reasons() -> None:
    removals = [{"op": "remove", "path": f"/{name}"} for name in "abcde"]
    with pytest.raises(NotApplicable) as caught:
        patched({}, *removals)
    assert str(caught.value) == (
        'patch[0]: remove /a: there is no "a"; patch[1]: remove /b: there is no "b"; '
        'patch[2]: remove /c: there is no "c"; and 2 more'
    )


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("path", "value"), [("/list/*/id", 1), ("/list/*/s", None), ("/n", True), ("/n", "4"), ("/nowhere", None)]
)
def test_a_test_is_a_condition_of_the_whole_patch(path: str, value: Any, strict: bool) -> None:
    test = {"op": "test", "path": path, "value": value}
    with pytest.raises(NotApplicable, match="so nothing of the patch is done"):
        patched(PAGE, {"op": "remove", "path": "/n"}, test, strict=strict)


def test_a_test_that_holds_lets_the_rest_act_and_is_enough_alone() -> None:
    test = {"op": "test", "path": "/n", "value": 4.0}
    assert patched(PAGE, test) == (PAGE, [])
    with pytest.raises(NotApplicable, match="nowhere"):
        patched(PAGE, test, {"op": "remove", "path": "/nowhere"})


@pytest.mark.parametrize("name", sorted(PARTLY.keys() - {"fill"}))
def test_a_strict_patch_does_all_or_nothing(name: str) -> None:
    operation = PARTLY[name][0]
    with pytest.raises(NotApplicable, match=r"patch\[1\]: .*; the patch is strict, so nothing of it is done"):
        patched(PAGE, {"op": "remove", "path": "/n"}, operation, strict=True)
    assert patched(PAGE, {"op": "remove", "path": "/list/*/id"}, strict=True)[1] == []


def test_an_element_that_is_repeated_stands_there_so_many_times_and_shares_nothing() -> None:
    twice = {"op": "repeat", "path": "/r/*/t/1", "count": 3}
    edit = {"op": "replace", "path": "/r/0/t/2/x", "value": "own"}
    document, notes = patched({"r": [{"t": [{"x": 1}, {"x": 2}, {"x": 3}]}, {"t": [{"x": 4}]}]}, twice, edit)
    assert document["r"][0]["t"] == [{"x": 1}, {"x": 2}, {"x": "own"}, {"x": 2}, {"x": 3}]
    assert document["r"][1] == {"t": [{"x": 4}]}
    assert notes == [
        "patch[0]: repeat /r/*/t/1: done at 1 of 2 places; "
        "at the first other there is no element 1, the array has 1"
    ]


def test_each_element_can_be_repeated() -> None:
    document, _ = patched([1, [2]], {"op": "repeat", "path": "/*", "count": 2})
    assert document == [1, 1, [2], [2]]


def test_a_repetition_writes_no_more_than_a_patch_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (10_000,))
    with pytest.raises(NotApplicable, match="would take more than"):
        patched({"a": [{"b": 1}]}, {"op": "repeat", "path": "/a/0", "count": 100_000})


SCALED: dict[str, tuple[Any, float, Any]] = {
    "seconds": (1618558942999, 0.001, 1618558942),
    "exactly": (1618558942000, 0.001, 1618558942),
    "microseconds": (1618558942001, 1000, 1618558942001000),
    "below zero": (-1500, 0.001, -1),
    "a fraction": (1.5, 2, 3.0),
    "nothing left": (999, 0.001, 0),
    "turned": (7, -1, -7),
    "the largest": (2**64 - 1, 0.5, (2**64 - 1) // 2),
}


@pytest.mark.parametrize(("number", "factor", "expected"), SCALED.values(), ids=SCALED.keys())
def test_a_number_is_scaled_and_a_whole_one_stays_whole(number: Any, factor: float, expected: Any) -> None:
    document, _ = patched({"n": number}, {"op": "scale", "path": "/n", "factor": factor})
    assert (document["n"], type(document["n"])) == (expected, type(expected))


@pytest.mark.parametrize("number", [2**63, 1e308, -1e308])
def test_a_number_that_would_be_too_large_for_json_stays(number: Any) -> None:
    with pytest.raises(NotApplicable, match="too large for JSON"):
        patched({"n": number}, {"op": "scale", "path": "/n", "factor": 1000})


@pytest.mark.parametrize("value", [True, None, "7", [], {}])
def test_only_a_number_can_be_scaled(value: Any) -> None:
    with pytest.raises(NotApplicable, match="only a number can be scaled"):
        patched({"n": value}, {"op": "scale", "path": "/n", "factor": 2})


def test_a_move_that_finds_no_place_for_its_value_leaves_it() -> None:
    inward = {"op": "move", "from": "/a", "path": "/a/b"}
    elsewhere = {"op": "move", "from": "/l/0", "path": "/l/9"}
    onto_text = {"op": "move", "from": "/a", "path": "/t/b"}
    document, notes = patched(
        {"a": {}, "l": [1, 2], "t": ""}, inward, elsewhere, onto_text, {"op": "add", "path": "/z", "value": 1}
    )
    assert json.dumps(document) == '{"a": {}, "l": [1, 2], "t": "", "z": 1}'
    assert [note.partition(": ")[2] for note in notes] == [
        "move /a/b: a value cannot move into itself",
        "move /l/9: there is no element 9, the array has 1",
        'move /t/b: there is a string, which can have no "b"',
    ]


def test_the_whole_answer_can_be_replaced_and_not_removed() -> None:
    assert patched(PAGE, {"op": "replace", "path": "", "value": [1]})[0] == [1]
    assert patched(PAGE, {"op": "move", "from": "/list", "path": ""})[0] == PAGE["list"]
    with pytest.raises(NotApplicable, match="the whole answer cannot be removed"):
        patched(PAGE, {"op": "remove", "path": ""})


NAMES = st.sampled_from(["a", "b", "0", "1", "", "~", "/"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
POINTERS = st.lists(NAMES | st.just("-"), max_size=3).map(
    lambda steps: "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
)
OPERATIONS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy"]),
        "path": POINTERS,
        "from": POINTERS,
        "value": DOCUMENTS,
    }
)


def standard(document: Any, operation: dict[str, Any]) -> Any:
    """Patch a document with another library; None where it refuses."""
    try:
        return [jsonpatch.JsonPatch([operation]).apply(document)]
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, ValueError, KeyError):
        return None


def ours(document: Any, operation: dict[str, Any]) -> Any:
    try:
        return [patched(document, operation)[0]]
    except NotApplicable:
        return None


@given(DOCUMENTS, OPERATIONS)
@settings(max_examples=examples(150), deadline=None, derandomize=True)
def test_the_operations_are_those_of_rfc_6902(document: Any, operation: dict[str, Any]) -> None:
    path, source = operation["path"], operation["from"]
    root = not path or (operation["op"] in ("move", "copy") and not source)
    if root or any(step == "-" for step in source.split("/")):
        return  # the library has limits of its own there
    theirs, own = standard(document, operation), ours(document, operation)
    if operation["op"] == "move" and path.startswith(f"{source}/"):
        assert own is None
    else:
        assert json.dumps(own, sort_keys=True) == json.dumps(theirs, sort_keys=True)


@given(DOCUMENTS, st.lists(OPERATIONS, min_size=1, max_size=4))
@settings(max_examples=examples(60), deadline=None, derandomize=True)
def test_a_strict_patch_is_what_a_lenient_one_without_notes_is(document: Any, operations: Any) -> None:
    before = copy.deepcopy(document)
    lenient = strict = None
    with suppress(NotApplicable):
        lenient = patched(document, *operations)
    with suppress(NotApplicable):
        strict = patched(document, *operations, strict=True)
    assert document == before
    assert strict == (lenient if lenient and not lenient[1] else None)


@pytest.mark.parametrize("op", ["remove", "replace", "copy", "move", "cut", "fill", "add"])
def test_the_work_is_linear_in_the_size_of_the_answer(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    child = pointer.child
    for module in (pointer, patch_operations):
        monkeypatch.setattr(module, "child", lambda *given: steps.append(1) or child(*given))
    operation = {"op": op, "from": "/list/*/s", "path": "/list/*/t", "value": 1, "bytes": 1}
    costs = []
    for size in (50, 100):
        steps.clear()
        patched({"list": [{"s": "a", "t": "b"}] * size}, operation)
        costs.append(len(steps))
    assert costs[1] <= 2 * costs[0]


WORLD = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T14:00:00Z"
sessions: {{users: {{"18000000001": 40}}}}
rules:
  - {{name: a, patch: [{{op: remove, path: /recordList/*/locationId}}]}}
"""


def test_the_exchange_notes_what_was_done_in_part_in_journal_and_explain() -> None:
    engine = Engine({"acme": loader.loads(WORLD.encode(), "acme.yaml", "acme")})
    request = request_file.parse({"userMobile": "18000000001"}, engine.tenants, "acme").request()
    exchange = engine.handle(request)
    (note,) = exchange.notes
    records = json.loads(exchange.response.body)["recordList"]
    assert not any("locationId" in record for record in records)
    honest = json.loads(exchange.honest.response.body)["recordList"]
    had = sum("locationId" in record for record in honest)
    assert 0 < had < 40
    assert f"a: patch[0]: remove /recordList/*/locationId: done at {had} of 40 places; " in note
    assert exchange.rule == "a"
    assert engine.entries()[0].notes == exchange.notes
    (turn,) = explanation.explain(engine.tenants, request)
    assert turn.exchange.notes == exchange.notes


# Copies of what they are written into


GROWING = {
    "the answer into each element": {"op": "copy", "from": "", "path": "/list/*/x"},
    "the list into each element": {"op": "copy", "from": "/list", "path": "/list/*/x"},
    "an element into each of its own": {"op": "copy", "from": "/list/*", "path": "/list/*/y/*/x"},
    "a text into each element": {"op": "copy", "from": "/text", "path": "/list/*/x"},
    "a value into each element": {"op": "add", "path": "/list/*/x", "value": ["v" * 1000] * 100},
    "a value in the place of each": {"op": "replace", "path": "/list/*", "value": ["v" * 1000] * 100},
}


@pytest.mark.parametrize("operation", GROWING.values(), ids=GROWING)
def test_what_a_patch_writes_is_bounded_and_the_rest_is_noted(
    operation: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 1 << 20
    weighed: list[int] = []
    weight = copies.weight_of
    monkeypatch.setattr(copies, "weight_of", lambda *given: weighed.append(weight(*given)) or weighed[-1])
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (most,))
    element = {"id": "x" * 50, "y": [{} for _ in range(40)]}
    document = {"list": [element] * 40, "text": "t" * 50_000}
    made, (note,) = patched(document, operation)
    assert note.endswith(f"at the first other {copies.TOO_MUCH}")
    assert "done at " in note
    assert len(json.dumps(made)) < 2 * most
    assert sum(weighed) < 2 * most + copies.VALUE_BYTES * 40_000
    with pytest.raises(NotApplicable, match="the patch is strict"):
        patched(document, operation, strict=True)


@pytest.mark.parametrize("text", ["x", "我", "\x01", '"', "\\", "é", "😀", "a\ud800"], ids=ascii)
def test_a_text_is_weighed_by_what_is_sent_of_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 1 << 16
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (most,))
    for element in ({"s": text * 1000}, {text * 1000: 1}):
        maker = copies.Copies(0)
        room = 0
        with suppress(pointer.NoPlace):
            while room < 100:
                maker.of(element)
                room += 1
        sent = len(json.dumps(element, ensure_ascii=False).encode(errors="replace"))
        assert most // 2 < room * (sent + 3 * copies.VALUE_BYTES)
        assert room * sent <= most


def test_operations_share_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (1 << 20,))
    doubling = [{"op": "copy", "from": "", "path": f"/x{n}"} for n in range(64)]
    made, notes = patched({"a": "b" * 1000}, *doubling)
    assert len(json.dumps(made)) < 1 << 20
    assert len(notes) > 50
    assert set(notes[1:]) == {
        f"patch[{n}]: copy /x{n}: {copies.TOO_MUCH}" for n in range(65 - len(notes), 64)
    }


NAME = "n" * 1000
NAMING: dict[str, dict[str, Any]] = {
    "add": {"op": "add", "path": f"/list/*/{NAME}", "value": 1},
    "copy": {"op": "copy", "from": "/list/*/id", "path": f"/list/*/{NAME}"},
    "fill": {"op": "fill", "path": f"/list/*/{NAME}", "bytes": 1},
    "move": {"op": "move", "from": "/list/*/id", "path": f"/list/*/{NAME}"},
}


@pytest.mark.parametrize("operation", NAMING.values(), ids=NAMING)
def test_names_of_new_members_take_room(operation: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (100_000,))
    document = {"list": [{"id": "1"} for _ in range(200)]}
    made, (note,) = patched(document, operation)
    assert note.endswith(f"at the first other {copies.TOO_MUCH}")
    named = [each for each in made["list"] if NAME in each]
    assert 50 < len(named) < 100
    assert all(each == {"id": "1"} for each in made["list"] if each not in named)


def test_a_name_takes_the_room_of_its_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (5_000,))
    with pytest.raises(NotApplicable, match="would take more than"):
        patched({}, {"op": "fill", "path": "/" + "\x01" * 1000, "bytes": 1})


def test_the_name_of_a_member_that_is_there_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (100_000,))
    document = {"list": [{NAME: 1} for _ in range(90)]}
    made, notes = patched(document, {"op": "fill", "path": f"/list/*/{NAME}", "bytes": 1})
    assert (made["list"], notes) == ([{NAME: "x"}] * 90, [])


def test_an_element_whose_new_name_has_no_room_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.Copies.__init__, "__defaults__", (500,))
    renamed = {"op": "move", "from": "/a/0", "path": f"/b/{NAME}"}
    made, notes = patched({"a": [1, 2], "b": {}}, renamed, {"op": "remove", "path": "/a/1"})
    assert made == {"a": [1], "b": {}}
    assert notes == [f"patch[0]: move /b/{NAME}: {copies.TOO_MUCH}"]


@pytest.mark.parametrize(
    "path", [f"/list/*/{NAME}", f"/list/*/{NAME}/x", f"/list/0/id/{NAME}", f"/list/{NAME}"]
)
@pytest.mark.parametrize("name", ["remove", "fill"])
def test_reasons_shorten_a_long_name(path: str, name: str) -> None:
    steps = pointer.split(path)
    document = {"": {"list": [{"id": "1"}] * 3}}
    operation = Operation(name, {"path": steps, "bytes": 1}, "")
    reason = operation.apply(document, copies.Copies(0)).reason
    found = [each for each in pointer.places(document, steps) if isinstance(each, pointer.NoPlace)]
    assert len(reason) < 200
    assert all(len(str(each)) < 200 for each in found)


def test_a_patch_within_the_bound_is_as_before() -> None:
    element = {"id": 1, "deep": [{"a": [1, 2.5, None, True, "x"]}]}
    made, notes = patched(
        {"list": [element] * 3}, {"op": "copy", "from": "/list/*/deep", "path": "/list/*/x"}
    )
    assert (made, notes) == ({"list": [{**element, "x": element["deep"]}] * 3}, [])


@pytest.mark.slow(seconds=1)
def test_an_answer_of_a_page_does_not_outgrow_the_memory() -> None:
    rule = "rules: [{name: grows, patch: [{op: copy, from: '', path: '/recordList/*/x'}]}]\n"
    text = WORLD.partition("rules:")[0] + rule
    engine = Engine({"acme": loader.loads(text.encode(), "acme.yaml", "acme")})
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", "pageSize": "50"}
    exchange = engine.handle(
        Request("POST", "/oifde/rest/api/queryRecordHistory", {}, json.dumps(body).encode())
    )
    assert exchange.rule == "grows"
    assert len(exchange.response.body) < copies.MOST_COPIED
    assert exchange.notes[0].endswith(copies.TOO_MUCH)


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ("{op: copy, from: '', path: '/recordList/*/x'}", True),
        ("{op: copy, from: /recordList, path: '/recordList/*/x'}", True),
        ("{op: copy, from: /recordList, path: '/recordList/*/recordDetials/*/x'}", True),
        ("{op: copy, from: '/recordList/*', path: '/recordList/*/recordDetials/*/x'}", True),
        ("{op: copy, from: '/recordList/*/callId', path: '/recordList/*/x'}", False),
        ("{op: copy, from: '/recordList/*', path: '/recordList/*/x'}", False),
        ("{op: copy, from: '', path: /x}", False),
        ("{op: copy, from: /errorMsg, path: '/recordList/*/x'}", False),
    ],
)
def test_check_tells_of_a_copy_that_doubles_with_each_element(operation: str, told: bool) -> None:
    for outcome in (f"patch: [{operation}]", f"one_of: [{{patch: {{operations: [{operation}]}}}}]"):
        text = f"rules: [{{name: grows, {outcome}}}]\n"
        warnings = loader.loads(text.encode(), "acme.yaml", "acme").warnings
        found = [each for each in warnings if "doubles with each element" in each]
        assert len(found) == told
        assert all("64 MiB" in each and "].from: " in each for each in found)
