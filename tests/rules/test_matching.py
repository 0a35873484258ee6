"""Matching of requests, and the explanation of a mismatch."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from oifde_simulator.model.view import View
from oifde_simulator.rules.conditions.matching import Matcher


def view(**parts: Any) -> View:
    defaults = {
        "endpoint": "queryRecordHistory",
        "request": {"userMobile": "18000000001", "pageNum": "2"},
        "headers": CIMultiDict({"User-Agent": "Java/17"}),
        "response": {"errorCode": 0, "errorMsg": "Success", "total": 40, "status": 200},
    }
    return View(**(defaults | parts))


# name: (match, the places where it does not fit)
MATCHES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing asked": ({}, []),
    "endpoint": ({"endpoint": "queryRecordHistory"}, []),
    "another endpoint": ({"endpoint": "gettoken"}, ["endpoint"]),
    "equal": ({"request": {"pageNum": "2"}}, []),
    "not equal": ({"request": {"pageNum": "3"}}, ["request.pageNum"]),
    "present": ({"request": {"pageNum": True}}, []),
    "not present": ({"request": {"callId": True}}, ["request.callId"]),
    "absent": ({"request": {"callId": False}}, []),
    "not absent": ({"request": {"pageNum": False}}, ["request.pageNum"]),
    "schema": ({"request": {"userMobile": {"pattern": "^180"}}}, []),
    "schema that refuses": ({"request": {"userMobile": {"pattern": "^181"}}}, ["request.userMobile"]),
    "schema of an absent field": ({"request": {"callId": {"type": "string"}}}, ["request.callId"]),
    "header in any case": ({"headers": {"user-agent": "Java/17"}}, []),
    "honest answer": ({"response": {"errorCode": 0, "total": {"minimum": 30}, "status": 200}}, []),
    "another honest answer": ({"response": {"errorCode": 900001}}, ["response.errorCode"]),
    "a number is not its text": ({"response": {"total": "40"}}, ["response.total"]),
    "all reasons are told": (
        {"endpoint": "gettoken", "request": {"pageNum": "1"}, "response": {"total": 0}},
        ["endpoint", "request.pageNum", "response.total"],
    ),
}


@pytest.mark.parametrize(("match", "places"), MATCHES.values(), ids=MATCHES.keys())
def test_a_match_holds_or_says_where_not(match: dict[str, Any], places: list[str]) -> None:
    matcher = Matcher(match)
    assert [mismatch.place for mismatch in matcher.difference(view())] == places
    assert matcher.matches(view()) is not bool(places)


def test_a_mismatch_says_what_was_expected_and_found() -> None:
    found = Matcher({"request": {"pageNum": "3", "callId": True}}).difference(view())
    assert [str(each) for each in found] == [
        'request.pageNum: expected "3", found "2"',
        "request.callId: expected to be there, found nothing",
    ]


values = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "1", "2"])
conditions = values.filter(lambda value: value is not None) | st.sampled_from(
    [{"type": "string"}, {"enum": ["1", 2]}, {"minimum": 1}, {"pattern": "^1"}, {}]
)
fields = st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=2)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "endpoint": st.sampled_from(["gettoken", "queryRecordHistory"]),
            "request": st.dictionaries(st.sampled_from(["a", "b"]), conditions, max_size=2),
            "response": st.dictionaries(st.sampled_from(["a", "b"]), conditions, max_size=2),
        },
    ),
    st.sampled_from(["gettoken", "queryRecordHistory", ""]),
    fields,
    fields,
)
def test_the_predicate_and_its_explanation_have_one_verdict(
    match: dict[str, Any], endpoint: str, request: dict[str, Any], response: dict[str, Any]
) -> None:
    seen = View(endpoint, request, {}, response)
    assert Matcher(match).matches(seen) is (Matcher(match).difference(seen) == [])
