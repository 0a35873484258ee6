"""Patterns of redacted and shortened requests; distances; hostile expressions."""

from __future__ import annotations

from functools import reduce
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import QUERY, TOKEN
from journals import Journal
from oifde_simulator.journal.filters import Since
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.wiremock.admin import ids as identity
from oifde_simulator.wiremock.patterns import json_equality, regexes
from oifde_simulator.wiremock.patterns.errors import Unsupported, WrongPattern
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import LoggedRequest
from oifde_simulator.wiremock.patterns.request_pattern import RequestPattern

FIELDS = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", "note": f"mine is {TOKEN}"}


def exchanged(body: bytes, target: str = QUERY, **headers: str) -> Exchange:
    """Build an exchange with this request."""
    fields = orjson.loads(body) if body[:1] == b"{" else {}
    honest = Answer(Response(200, b"{}"), {"errorCode": 0})
    request = Request("POST", target, headers, body)
    operation, response = "queryRecordHistory", honest.response
    return Exchange(0, "acme", operation, request, honest, response, (), document=fields)


def seen(body: bytes, target: str = QUERY, **headers: str) -> LoggedRequest:
    """Build a request as the journal keeps it."""
    journal = Journal()
    journal.record(exchanged(body, target, **headers))
    return LoggedRequest.of(journal.entries(None, Since())[0])


def accepts(pattern: dict[str, Any], request: LoggedRequest) -> bool:
    """Test a pattern on a request, and its distance with it."""
    found = RequestPattern(pattern, ExpectedRedactor("0"))
    assert (found.distance(request) == 0) == found.matches(request)
    return found.matches(request)


ASKED = seen(orjson.dumps(FIELDS), f"{QUERY}?a=1&b=2&b=3", Authorization="Basic dTpw", Accept="*/*")
PLAIN = orjson.dumps(FIELDS).decode()


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({}, True),
        ({"method": "ANY", "url": f"{QUERY}?a=1&b=2&b=3"}, True),
        ({"method": "GET"}, False),
        ({"url": QUERY}, False),
        ({"urlPath": QUERY}, True),
        ({"urlPattern": f"{QUERY}[?].*"}, True),
        ({"urlPathPattern": "/oifde/.*"}, True),
        ({"urlPathPattern": "/oifde"}, False),
        ({"queryParameters": {"b": {"equalTo": "3"}, "c": {"absent": True}}}, True),
        ({"headers": {"accept": {"equalTo": "*/*"}, "X": {"absent": True}}}, True),
        ({"basicAuthCredentials": {"username": "u", "password": "p"}}, True),
        ({"basicAuthCredentials": {"username": "u", "password": "q"}}, False),
        ({"headers": {"Authorization": {"equalTo": "Basic dTpw"}}}, True),
        ({"bodyPatterns": [{"equalToJson": FIELDS}]}, True),
        ({"bodyPatterns": [{"equalToJson": PLAIN}]}, True),
        ({"bodyPatterns": [{"equalToJson": FIELDS | {"authToken": "another"}}]}, False),
        (
            {
                "bodyPatterns": [
                    {
                        "equalToJson": FIELDS
                        | {"authToken": "${json-unit.any-string}", "note": "${json-unit.ignore}"}
                    }
                ]
            },
            True,
        ),
        ({"bodyPatterns": [{"equalTo": PLAIN}]}, True),
        ({"bodyPatterns": [{"contains": TOKEN}]}, True),
        ({"bodyPatterns": [{"contains": f'"authToken":"{TOKEN}"'}]}, True),
        ({"bodyPatterns": [{"contains": '"tenantId": "acme", '}]}, True),
        ({"bodyPatterns": [{"contains": '"tenantId":"acme",'}]}, True),
        ({"bodyPatterns": [{"doesNotContain": TOKEN}]}, False),
        ({"bodyPatterns": [{"matchesJsonPath": {"expression": "$.authToken", "equalTo": TOKEN}}]}, True),
        ({"bodyPatterns": [{"matches": '.*"userMobile": ?"180.*'}]}, True),
        ({"clientIp": None}, True),
    ],
    ids=str,
)
def test_a_request_is_found_though_its_credentials_are_not_kept(pattern: Any, wanted: bool) -> None:
    assert accepts(pattern, ASKED) is wanted


def test_a_large_body_is_compared_by_the_fields_that_are_kept() -> None:
    fields = {"a": "x" * 300, "b": 1, "c": ["y" * 2000]}
    request = seen(orjson.dumps(fields))
    assert accepts({"bodyPatterns": [{"equalToJson": fields}]}, request)
    assert not accepts({"bodyPatterns": [{"equalToJson": fields | {"b": 2}}]}, request)


# As WireMock 3.13.2 answered for this request.
@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"method": "GET", "urlPath": "/t"}, 0.07692307692307693),
        ({"method": "POST", "urlPath": "/t", "headers": {"X": {"equalTo": "abd"}}}, 0.007246376811594202),
        ({"headers": {"Y": {"equalTo": "abd"}}}, 0.021739130434782608),
        ({"headers": {"Y": {"equalTo": "abd"}, "X": {"equalTo": "abc"}}}, 0.010869565217391304),
        ({"bodyPatterns": [{"equalToJson": {"a": 1, "b": 3}}]}, 0.007246376811594202),
        ({"bodyPatterns": [{"equalToJson": {"a": 1}}]}, 0.007246376811594202),
        ({"bodyPatterns": [{"contains": "zz"}]}, 0.021739130434782608),
        ({"bodyPatterns": [{"contains": "zz"}], "headers": {"X": {"equalTo": "abd"}}}, 0.02898550724637681),
        ({"queryParameters": {"q": {"equalTo": "2"}}}, 0.021739130434782608),
        ({"urlPathPattern": "/z.*"}, 0.2564102564102564),
        ({"urlPath": "/t"}, 0.0),
    ],
    ids=str,
)
def test_distances_are_those_of_wiremock(pattern: Any, wanted: float) -> None:
    request = seen(b'{"a":1,"b":2}', "/t?q=1", X="abc")
    assert RequestPattern(pattern, ExpectedRedactor("0")).distance(request) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("pattern", "error", "pointer"),
    [
        ({"bogus": 1}, WrongPattern, "/bogus"),
        (
            {"bodyPatterns": [{"matchesJsonPath": "$[?(@.a == 1e400)]"}]},
            WrongPattern,
            "/bodyPatterns/0/matchesJsonPath",
        ),
        (
            {"bodyPatterns": [{"matchesJsonPath": f"$[?(@.a > {'9' * 900})]"}]},
            WrongPattern,
            "/bodyPatterns/0/matchesJsonPath",
        ),
        ({"urlPattern": r"\w" * 900}, WrongPattern, "/urlPattern"),
        ({"url": "/a", "urlPath": "/b"}, WrongPattern, "/urlPath"),
        ({"method": 5}, WrongPattern, "/method"),
        ({"headers": [1]}, WrongPattern, "/headers"),
        ({"bodyPatterns": {"contains": "x"}}, WrongPattern, "/bodyPatterns"),
        ({"bodyPatterns": [{"strange": "x"}]}, WrongPattern, "/bodyPatterns/0"),
        ({"bodyPatterns": [{"contains": "x" * 70_000}]}, WrongPattern, ""),
        ({"urlPattern": "a" * 3000}, WrongPattern, "/urlPattern"),
        ({"bodyPatterns": [{"and": [{"matches": "("}]}]}, WrongPattern, "/bodyPatterns/0/and/0/matches"),
        ({"cookies": {"a": {"equalTo": "b"}}}, Unsupported, "/cookies"),
        ({"headers": {"A": {"hasExactly": []}}}, Unsupported, "/headers/A"),
        (
            {"bodyPatterns": [{"matchesJsonPath": "$..a..b..c"}]},
            Unsupported,
            "/bodyPatterns/0/matchesJsonPath",
        ),
        (
            {"bodyPatterns": [{"contains": str(number)} for number in range(65)]},
            Unsupported,
            "/bodyPatterns/64",
        ),
        (
            {"bodyPatterns": [reduce(lambda inner, _: {"not": inner}, range(200), {})]},
            Unsupported,
            "/bodyPatterns/0" + "/not" * 64,
        ),
        (
            {"bodyPatterns": [{"equalToJson": {"a": "${json-unit.matches:x}"}}]},
            Unsupported,
            "/bodyPatterns/0/equalToJson",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_not_understood_is_refused(pattern: Any, error: type[Exception], pointer: str) -> None:
    with pytest.raises((WrongPattern, Unsupported)) as refusal:
        RequestPattern(pattern, ExpectedRedactor("0"))
    assert (type(refusal.value), refusal.value.pointer) == (error, pointer)


@pytest.mark.parametrize("expression", [r"(a+)+b", r"(?=(a+)+$)(a|aa)+\1b", r"(a|aa)+\1\1b"])
def test_a_hostile_expression_is_given_up_on(expression: str) -> None:
    assert not regexes.full_match(expression)("a" * 2000)


@given(st.integers(min_value=1, max_value=2**47))
def test_an_id_leads_back_to_its_entry(number: int) -> None:
    assert identity.entry_number(identity.entry_id(number)) == number


def test_other_ids_lead_nowhere() -> None:
    assert identity.entry_number(identity.stub_id("acme", "gettoken")) is None


ENCODED = seen(b"{}", "/a%20b?x=1%262&y=%2B+c&z%20=d")


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"url": "/a%20b?x=1%262&y=%2B+c&z%20=d"}, True),
        ({"urlPath": "/a%20b"}, True),
        ({"urlPath": "/a b"}, False),
        ({"urlPathPattern": "/a%20."}, True),
        ({"queryParameters": {"x": {"equalTo": "1&2"}}}, True),
        ({"queryParameters": {"x": {"equalTo": "1%262"}}}, False),
        ({"queryParameters": {"y": {"equalTo": "+ c"}}}, True),
        ({"queryParameters": {"2": {"absent": True}}}, True),
        ({"queryParameters": {"z%20": {"equalTo": "d"}}}, True),
    ],
    ids=lambda given: str(given)[:60],
)
def test_a_url_is_as_it_was_sent_and_the_values_of_its_parameters_are_decoded(
    pattern: dict[str, Any], wanted: bool
) -> None:
    assert accepts(pattern, ENCODED) is wanted


def test_more_expressions_than_are_kept_compiled_are_refused() -> None:
    wanted = [f"${{json-unit.regex}}{number}" for number in range(json_equality.MOST_EXPRESSIONS)]
    assert json_equality.check({"a": wanted}, "") == len(wanted)
    with pytest.raises(Unsupported, match="more than 64 regular expressions"):
        json_equality.check({"a": wanted, "b": {"c": wanted[:1]}}, "/x")
