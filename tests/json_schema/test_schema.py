"""jsonschema-rs and jsonschema never differ in their verdict, and a violation has its place."""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.json_schema.schema import Schema
from oifde_simulator.oifde import contract

ANSWER = json.loads((Path(__file__).parents[1] / "specification" / "response.json").read_text("utf-8"))

# Values of a JSON parser: 64-bit integers, signed or not, finite floats, texts without surrogates.
digits = st.text("0123456789１٣²+-e. \n", max_size=12)
stamps = st.from_regex(r"\A[0-9]{4}-[0-3][0-9]-[0-4][0-9][ T][0-3][0-9]:[0-6][0-9]:[0-6][0-9]\n?\Z")
near_stamps = st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"))
sizes = st.sampled_from(["5", "10", "20", "50", "100", "010", "10\n", ""])
strings = st.text(max_size=8) | digits | stamps | near_stamps | sizes
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.sampled_from([0, 1, 2, 0.0, 1.0, -0.0, 1e300]) | strings
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner))


def bodies(operation_id: str) -> st.SearchStrategy[Any]:
    """Draw objects with right and wrong fields of an operation and others, and sometimes another value."""
    names = sorted(contract.request_fields(operation_id))
    objects = st.fixed_dictionaries(
        {}, optional={**dict.fromkeys(names, strings | scalars | values), "startTime": values}
    )
    return objects | values


def right_bodies() -> st.SearchStrategy[Any]:
    """Draw queries, most of which fit."""
    stamps_or_near = near_stamps | stamps
    return st.fixed_dictionaries(
        {"tenantId": st.text(min_size=1), "authToken": st.text(), "userMobile": st.text()},
        optional={
            "pageNum": st.integers(1, 2 * 10**9).map(str) | digits,
            "pageSize": sizes,
            "beginTime": stamps_or_near,
            "endTime": stamps_or_near,
        },
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Yield every path into a JSON value."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


def edited(path: tuple[Any, ...], value: Any) -> Any:
    """Copy the specification's answer with `value` at `path`; `...` removes the key."""
    answer = {"root": copy.deepcopy(ANSWER)}
    target: Any = answer
    *parents, last = ("root", *path)
    for key in parents:
        target = target[key]
    if value is ... and path:
        del target[last]
    else:
        target[last] = None if value is ... else value
    return answer["root"]


def agree(schema: Schema, value: Any) -> None:
    assert orjson.loads(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)) == value
    assert schema.accepts(value) == (schema.explain(value) == [])


@pytest.mark.slow(seconds=1)
@given(bodies("gettoken"))
def test_the_two_agree_on_token_requests(body: Any) -> None:
    agree(contract.request_schema("gettoken"), body)


@given(bodies("queryRecordHistory") | right_bodies())
@example({"tenantId": "t", "authToken": "", "callId": "", "pageNum": "1\n"})
@example({"tenantId": "t", "authToken": "", "callId": "", "beginTime": "2021-02-28 00:00:00\n"})
@example({"tenantId": "t", "authToken": "", "callId": "", "beginTime": "2021-02-30 00:00:00"})
def test_the_two_agree_on_queries(body: Any) -> None:
    agree(contract.request_schema("queryRecordHistory"), body)


@pytest.mark.slow(seconds=3)
@given(st.sampled_from(places(ANSWER)), values | st.just(...))
def test_the_two_agree_on_answers(path: tuple[Any, ...], value: Any) -> None:
    agree(contract.response_schema("queryRecordHistory"), edited(path, value))


@settings(max_examples=examples(50))
@given(values)
def test_the_two_agree_on_answers_of_any_kind(value: Any) -> None:
    for operation in contract.interfaces().values():
        agree(contract.response_schema(operation.operation_id), value)


@given(near_stamps | stamps | digits)
def test_a_format_judges_as_its_pattern_does_but_for_the_calendar(text: str) -> None:
    pattern = contract.document()["components"]["schemas"]["QueryRecordHistoryRequest"]["properties"][
        "endTime"
    ]
    assert Schema({"pattern": pattern["pattern"]}).accepts(text) >= contract.is_date_time(text)


SMALL = Schema(
    {"properties": {"a": {"items": {"type": "integer", "title": "count"}}}, "required": ["b", "c"]}
)


def test_a_violation_says_where_which_keyword_and_what_was_found() -> None:
    (mistyped,) = [found for found in SMALL.explain({"a": [1, "2"], "b": 0, "c": 0}) if found.path]
    assert mistyped.path == ("a", 1)
    assert (mistyped.keyword, mistyped.expected, mistyped.found) == ("type", "integer", "2")
    assert mistyped.schema == {"type": "integer", "title": "count"}


def test_each_missing_key_is_a_violation_and_names_itself() -> None:
    messages = [violation.message for violation in SMALL.explain({})]
    assert messages == ["'b' is a required property", "'c' is a required property"]


def test_outer_violations_come_first() -> None:
    assert [violation.path for violation in SMALL.explain({"a": ["1"], "b": 0})] == [(), ("a", 0)]


def test_a_format_is_asked_for_strings_only() -> None:
    schema = Schema({"format": "even"}, formats={"even": lambda text: len(text) % 2 == 0})
    assert [schema.accepts(value) for value in ("ab", "abc", 3, None)] == [True, False, True, True]
    assert [bool(schema.explain(value)) for value in ("ab", "abc", 3, None)] == [False, True, False, False]


def test_a_schema_refers_to_its_resources() -> None:
    digit = {"$defs": {"digit": {"enum": [0, 1]}}}
    schema = Schema({"items": {"$ref": "urn:digits#/$defs/digit"}}, resources={"urn:digits": digit})
    assert schema.accepts([0, 1])
    assert [violation.path for violation in schema.explain([0, 2])] == [(1,)]


def test_a_false_schema_inside_gives_a_violation_without_a_subschema() -> None:
    (violation,) = Schema({"properties": {"gone": False}}).explain({"gone": 1})
    assert (violation.found, violation.schema) == (1, {})


def test_a_document_that_is_no_schema_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        Schema({"type": "nonsense"})


# Nothing is fetched


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """Serve a place that must never be asked for a schema."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def was_contacted(listening: socket.socket) -> bool:
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


# schemas that contain URL
FETCHING: dict[str, Any] = {
    "a reference": {"$ref": "URL"},
    "a relative reference": {"$id": "URL", "$ref": "other"},
    "a dynamic reference": {"$dynamicRef": "URL"},
    "deep inside": {"properties": {"a": {"items": {"$ref": "URL"}}}},
    "below $defs": {"$defs": {"a": {"$ref": "URL"}}, "$ref": "#/$defs/a"},
    "inside a keyword that holds none": {"enum": [{"$ref": "URL"}], "$ref": "#/enum/0"},
}


@pytest.mark.parametrize("scheme", ["http://127.0.0.1:PORT/x.json", "file://FILE"], ids=["http", "file"])
@pytest.mark.parametrize("document", FETCHING.values(), ids=FETCHING.keys())
def test_a_schema_that_would_be_fetched_is_refused(
    document: Any, scheme: str, elsewhere: socket.socket, tmp_path: Path
) -> None:
    (tmp_path / "x.json").write_text("true")
    port = str(elsewhere.getsockname()[1])
    url = scheme.replace("PORT", port).replace("FILE", str(tmp_path / "x.json"))
    given_ = json.loads(json.dumps(document).replace("URL", url))
    with pytest.raises(ValueError):
        Schema(given_)
    with pytest.raises(ValueError):
        Schema(given_, resources={"urn:known": {}})
    assert not was_contacted(elsewhere)


@pytest.mark.parametrize("keyword", ["$schema", "$id"])
def test_what_a_schema_calls_itself_is_not_fetched(keyword: str, elsewhere: socket.socket) -> None:
    url = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/x.json"
    for document in ({keyword: url, "type": "string"}, {"$defs": {"a": {"$id": "urn:a", keyword: url}}}):
        schema = Schema(document)
        agree(schema, "x")
        agree(schema, 1)
    assert not was_contacted(elsewhere)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:PORT/x.json", "file:///etc/hostname"], ids=["http", "file"]
)
def test_the_one_that_explains_fetches_nothing_either(url: str, elsewhere: socket.socket) -> None:
    schema = Schema({})
    schema.document = {"$ref": url.replace("PORT", str(elsewhere.getsockname()[1]))}
    with pytest.raises(Exception, match="Unresolvable"):
        schema.explain(1)
    assert not was_contacted(elsewhere)


def test_both_engines_end_a_pattern_at_the_same_place() -> None:
    schema = Schema({"pattern": "^[0-9]+$"})
    assert not schema.accepts("5\n")
    (violation,) = schema.explain("5\n")
    assert (violation.keyword, violation.found) == ("pattern", "5\n")
