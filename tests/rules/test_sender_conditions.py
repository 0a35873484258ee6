"""`match: {client, connection}`: who sent a request, in a predicate and in words; what is counted by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from examples import examples
from oifde_simulator.model.http import UNKNOWN_PEER, Peer
from oifde_simulator.model.turn import Distinct, Limits
from oifde_simulator.model.view import View
from oifde_simulator.rules.conditions.matching import Matcher
from oifde_simulator.rules.rule import Rule
from oifde_simulator.rules.selection import Rules

PEER = Peer("10.0.0.7", 3, 2)


def view(peer: Peer = PEER, headers: dict[str, str] | None = None, **request: Any) -> View:
    return View("queryRecordHistory", request, CIMultiDict(headers or {}), {"errorCode": 0}, peer)


MATCHES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "its address": ({"client": "10.0.0.7"}, []),
    "its network": ({"client": "10.0.0.0/8"}, []),
    "one of several": ({"client": ["::1", "10.0.0.0/24"]}, []),
    "another address": ({"client": "10.0.0.8"}, ["client: expected 10.0.0.8, found 10.0.0.7"]),
    "other networks": (
        {"client": ["::1", "11.0.0.0/8"]},
        ["client: expected one of ::1, 11.0.0.0/8, found 10.0.0.7"],
    ),
    "the number of the request": ({"connection": {"requests": 2}}, []),
    "a later request": ({"connection": {"requests": {"minimum": 2}}}, []),
    "the first request": ({"connection": {"requests": 1}}, ["connection.requests: expected 1, found 2"]),
    "a known number": ({"connection": {"requests": True}}, []),
    "none known": ({"connection": {"requests": False}}, ["connection.requests: expected not to be there"]),
    "all reasons": (
        {"endpoint": "gettoken", "client": "::1", "connection": {"requests": 1}, "request": {"a": True}},
        ["endpoint", "client", "connection.requests", "request.a"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("match", "reasons"), MATCHES.values(), ids=MATCHES)
def test_a_match_holds_or_says_why_not(match: dict[str, Any], reasons: list[str]) -> None:
    matcher = Matcher(match)
    found = list(map(str, matcher.difference(view())))
    assert len(found) == len(reasons)
    assert all(each.startswith(reason) for each, reason in zip(found, reasons, strict=True))
    assert matcher.matches(view()) is not bool(reasons)


def test_a_sender_that_is_not_known_fits_nothing_that_is_asked_of_it() -> None:
    matcher = Matcher({"client": ["0.0.0.0/0", "::/0"], "connection": {"requests": {"minimum": 1}}})
    assert not matcher.matches(view(UNKNOWN_PEER))
    assert list(map(str, matcher.difference(view(UNKNOWN_PEER)))) == [
        "client: expected one of 0.0.0.0/0, ::/0, found none that is known",
        'connection.requests: expected what fits {"minimum": 1}, found none that is known',
    ]


def test_a_mismatch_names_the_first_of_many_networks() -> None:
    many = [f"11.{number}.0.0/16" for number in range(250)]
    (found,) = Matcher({"client": many}).difference(view())
    assert found.expected == f"one of {', '.join(many[:8])} and 242 more"


def test_conditions_on_the_sender_count_as_conditions_that_tell_requests_apart() -> None:
    matcher = Matcher({"client": "10.0.0.7", "connection": {"requests": 1}, "request": {"callId": True}})
    assert matcher.size == 3
    assert matcher.identifying == ["client", "connection.requests"]


PEERS = st.builds(
    Peer, st.sampled_from(["", "10.0.0.7", "10.0.1.7", "::1"]), st.integers(0, 2), st.integers(0, 3)
)
CLIENTS = st.sampled_from(["10.0.0.7", "10.0.0.0/16", ["::1", "10.0.0.0/24"]])
REQUESTS = st.sampled_from([1, 2, True, False, {"minimum": 2}, {"enum": [1, 3]}])


@settings(max_examples=examples(40))
@given(
    st.fixed_dictionaries(
        {}, optional={"client": CLIENTS, "connection": st.fixed_dictionaries({"requests": REQUESTS})}
    ),
    PEERS,
)
def test_predicate_and_difference_give_one_verdict_also_behind_the_gate(
    match: dict[str, Any], peer: Peer
) -> None:
    matcher = Matcher(match)
    assert matcher.matches(view(peer)) == (not matcher.difference(view(peer)))
    rules = Rules([Rule("r", matcher)], "0", 0)
    assert (rules.select(view(peer), 0) is not None) == matcher.matches(view(peer))


VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "client": (("client",), ("10.0.0.7",)),
    "connection": (("connection",), ("3",)),
    "a header in any case": (("headers.x-TRACE",), ("ab",)),
    "a header that is not there": (("headers.X-Other",), ("\0absent",)),
    "any mixture": (("client", "userMobile", "headers.X-Trace"), ("10.0.0.7", "1", "ab")),
    "fields alone": (("userMobile", "callId"), ("1", "\0absent")),
}


@pytest.mark.parametrize(("per", "value"), VALUES.values(), ids=VALUES)
def test_per_reads_fields_headers_and_the_sender(per: tuple[str, ...], value: tuple[str, ...]) -> None:
    rule = Rule("r", Matcher({}), per=per)
    assert rule.value(view(headers={"X-Trace": "ab"}, userMobile="1")) == value


def test_a_sender_that_is_not_known_is_a_value_of_its_own() -> None:
    rule = Rule("r", Matcher({}), per=("client", "connection"))
    assert rule.value(view(UNKNOWN_PEER)) == ("\0absent", "\0absent")


def test_a_long_header_is_remembered_by_a_digest() -> None:
    rule = Rule("r", Matcher({}), per=("headers.X",))
    (value,) = rule.value(view(headers={"X": "a" * 10_000}))
    assert len(value) <= 128
    assert value != rule.value(view(headers={"X": "a" * 10_001}))[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client", "10.0.0.7"),
        ("connection", "3"),
        ("headers.X", "\0absent"),
        ("userMobile", "1"),
        ("x", "\0int"),
    ],
)
def test_a_candidate_has_the_value_of_which_so_many_are_wanted(name: str, value: str) -> None:
    rule = Rule("r", Matcher({}), limits=Limits(distinct=Distinct(name, 2)))
    selection = Rules([rule], "0", 0).select(view(userMobile="1", x=7), 0)
    assert selection is not None
    assert selection.candidates[0].distinct == value


def test_a_rule_by_fields_alone_has_no_readers() -> None:
    assert Rule("r", Matcher({}), per=("userMobile",)).counted_by is None
    assert Rule("r", Matcher({})).distinct is None
