"""Verdicts on written histories: results and messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import TOKEN
from journals import Journal
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.stepwise import complete
from oifde_simulator.verification import descriptions, expectation_kinds, expectations
from oifde_simulator.verification.expectations import WrongExpectations
from past import fetched, judged, queried, recorded

USER = "18000000001"
OTHER = "abcdef0123456789abcdef0123456789"


def three() -> Journal:
    """Journal with a spoiled, a refused and an answered query, and one of another tenant."""
    return recorded(
        queried(userMobile=USER, status=503, rule="down"),
        queried(userMobile=USER, at=1000, error=900001, rule="late", authToken=TOKEN),
        queried(userMobile="18100000001", at=2000, pageNum="2"),
        queried("zenith", userMobile=USER),
    )


# expectation: (whether it holds, how many were found, words of the message)
COUNTS: dict[str, tuple[dict[str, Any], bool, int, str]] = {
    "as many": ({"count": 2, "userMobile": USER}, True, 2, "expected 2 exchanges, found 2"),
    "too few": (
        {"count": 3, "userMobile": USER},
        False,
        2,
        'found 2 (request.userMobile: "18000000001"): entries 1, 2; nearest is entry 3: ',
    ),
    "too many": (
        {"count": 1, "userMobile": USER},
        False,
        2,
        'expected 1 exchange, found 2 (request.userMobile: "18000000001"): entries 1, 2',
    ),
    "none expected": ({"count": 0, "userMobile": "1"}, True, 0, "expected no exchange, found 0"),
    "any": ({"count": 3}, True, 3, "found 3 (any)"),
    "at least": ({"atLeast": 2}, True, 3, "expected at least 2 exchanges, found 3"),
    "not at least": ({"atLeast": 4}, False, 3, "expected at least 4 exchanges, found 3"),
    "at most": ({"atMost": 3}, True, 3, "expected at most 3 exchanges"),
    "not at most": ({"atMost": 2}, False, 3, "expected at most 2 exchanges, found 3 (any): entries 1, 2, 3"),
    "between": ({"atLeast": 1, "atMost": 3}, True, 3, "expected at least 1 and at most 3 exchanges"),
    "in match": ({"count": 2, "match": {"userMobile": USER}}, True, 2, ""),
    "as a rule says it": ({"count": 2, "match": {"request": {"userMobile": USER}}}, True, 2, ""),
    "with a part": ({"count": 2, "request.userMobile": USER}, True, 2, ""),
    "in both places": ({"count": 1, "match": {"userMobile": USER}, "status": 503}, True, 1, ""),
    "what was sent": ({"count": 1, "status": 503}, True, 1, ""),
    "no known client": ({"count": 3, "client": False, "connection": False}, True, 3, "no client"),
    "of a network": ({"count": 0, "client": "10.0.0.0/8"}, True, 0, "client: 10.0.0.0/8"),
    "a code that was sent": ({"count": 1, "errorCode": 900001}, True, 1, ""),
    "by a rule": ({"count": 1, "rule": "down"}, True, 1, ""),
    "by no rule": ({"count": 1, "rule": False}, True, 1, "found 1 (no rule)"),
    "by any rule": ({"count": 2, "rule": True}, True, 2, "found 2 (any rule)"),
    "a schema": ({"count": 1, "userMobile": {"pattern": "^181"}}, True, 1, ""),
    "absent": ({"count": 2, "pageNum": False}, True, 2, "found 2 (no request.pageNum)"),
    "a header": ({"count": 3, "headers.host": "vendor"}, True, 3, ""),
    "the honest answer": ({"count": 3, "response": {"errorCode": 0, "status": 200}}, True, 3, ""),
    "an endpoint": ({"count": 0, "endpoint": "gettoken"}, True, 0, ""),
    "of another tenant": ({"count": 1, "tenant": "zenith"}, True, 1, ""),
    "a token as it is": ({"count": 1, "authToken": TOKEN}, True, 1, ""),
    "another token": ({"count": 0, "authToken": OTHER}, True, 0, ""),
    "one of some tokens": ({"count": 1, "authToken": {"enum": [OTHER, TOKEN]}}, True, 1, ""),
    "a whole number as a float": ({"count": 2.0, "userMobile": USER}, True, 2, ""),
    "whole": ({"count": 3, "outcome": "complete"}, True, 3, 'found 3 (outcome: "complete")'),
    "not whole": ({"none": {"outcome": {"not": {"const": "complete"}}}}, True, 0, ""),
    "left": (
        {"count": 1, "outcome": "client left"},
        False,
        0,
        'nearest is entry 3: outcome: expected "client left", found "complete"',
    ),
    "none of": ({"none": {"status": 500}}, True, 0, "expected no exchange, found 0"),
    "some of": ({"none": {"status": 503}}, False, 1, "expected no exchange, found 1 (status: 503): entry 1"),
}


@pytest.mark.parametrize(("expected", "holds", "found", "words"), COUNTS.values(), ids=COUNTS.keys())
def test_a_count_is_a_verdict_with_its_numbers(
    expected: dict[str, Any], holds: bool, found: int, words: str
) -> None:
    verdict = judged(three(), expected, tenant="acme")
    (result,) = verdict["results"]
    assert verdict["passed"] is result["passed"] is holds
    assert (result["found"], len(result["numbers"])) == (found, found)
    assert words in result["message"]


def test_all_tenants_are_meant_where_none_is_named_and_since_leaves_out() -> None:
    journal = three()
    assert judged(journal, {"count": 3, "userMobile": USER})["passed"]
    assert judged(journal, {"count": 2}, since=2)["passed"]
    assert judged(journal, {"count": 1}, since="1970-01-01T00:00:02Z")["passed"]
    assert judged(recorded(queried("")), {"count": 1}, tenant=False)["passed"]


def test_near_misses_are_field_by_field_and_of_this_tenant_or_of_none() -> None:
    journal = recorded(queried("zenith", userMobile=USER), queried("", userMobile=USER), journal=three())
    (result,) = judged(journal, {"count": 1, "userMobile": USER, "pageNum": "2"}, tenant="acme")["results"]
    assert result["nearMisses"][0] == {
        "number": 3,
        "differences": [
            {"where": "request.userMobile", "expected": f'"{USER}"', "found": '"18100000001"'},
        ],
    }
    assert {miss["number"] for miss in result["nearMisses"]} <= {1, 2, 3, 6}
    assert result["message"].endswith(
        'nearest is entry 3: request.userMobile: expected "18000000001", found "18100000001"'
    )


def test_a_near_miss_of_a_tenant_that_there_is_not_shows_whom_it_named() -> None:
    journal = recorded(queried("", userMobile=USER, tenantId="acmee"))
    (result,) = judged(journal, {"count": 1, "userMobile": USER}, tenant="acme")["results"]
    assert result["message"].endswith('tenant: expected "acme", found "acmee", which is no tenant')
    (result,) = judged(recorded(queried("")), {"count": 1}, tenant="acme")["results"]
    assert result["message"].endswith('tenant: expected "acme", found nothing')


def test_many_entries_too_many_are_not_all_named() -> None:
    (result,) = judged(recorded(*(queried() for _ in range(12))), {"none": {"status": 200}})["results"]
    assert result["message"].endswith(": entries 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...")


def test_an_expected_rule_that_was_held_back_is_told_with_its_reason() -> None:
    journal = recorded(
        queried(userMobile=USER, held={"mine": "window: closed 5 ms ago"}),
        queried(userMobile=USER, rule="other", status=503),
        *(queried(userMobile=USER) for _ in range(5)),
    )
    for expected in ({"atLeast": 1, "rule": "mine"}, {"count": 1, "status": 503, "rule": "mine"}):
        (result,) = judged(journal, expected, tenant="acme")["results"]
        assert result["nearMisses"][0]["number"] == 1
        assert result["message"].endswith(
            'nearest is entry 1: rule: expected "mine", found nothing; '
            "it matched but did not fire: window: closed 5 ms ago"
        )


def test_a_rule_that_could_not_change_the_answer_is_told_with_the_note() -> None:
    exchange = queried(userMobile=USER)
    exchange.notes = ("mine: there is no /total; the honest answer was sent", "else: no")
    (result,) = judged(recorded(exchange), {"atLeast": 1, "rule": "mine"}, tenant="acme")["results"]
    assert result["message"].endswith("did not fire: there is no /total; the honest answer was sent")


def test_no_near_miss_is_told_twice() -> None:
    (result,) = judged(recorded(queried("", userMobile="2")), {"count": 1, "userMobile": USER})["results"]
    assert [miss["number"] for miss in result["nearMisses"]] == [1]


def test_beside_what_was_found_no_exchange_of_another_endpoint_is_near() -> None:
    journal = recorded(fetched(TOKEN), queried(userMobile=USER), queried(userMobile=USER))
    (result,) = judged(journal, {"count": 5, "userMobile": USER}, tenant="acme")["results"]
    assert result["message"].endswith('found 2 (request.userMobile: "18000000001"): entries 2, 3')
    assert result["nearMisses"] == []
    (result,) = judged(journal, {"count": 1, "userMobile": "2"}, tenant="acme")["results"]
    assert [miss["number"] for miss in result["nearMisses"]] == [3, 2, 1]


def test_of_equal_misses_the_one_whose_rule_has_the_nearest_name_comes_first() -> None:
    rules = ("total-wrong", "every-third", "slow", "total-wrong")
    journal = recorded(*(queried(userMobile=USER, rule=rule) for rule in rules))
    (result,) = judged(journal, {"atLeast": 1, "rule": "every-thrd"}, tenant="acme")["results"]
    assert result["message"].endswith('nearest is entry 2: rule: expected "every-thrd", found "every-third"')


def test_an_exchange_that_is_under_way_has_no_outcome_yet() -> None:
    (result,) = judged(recorded(queried(how="under way")), {"count": 1, "outcome": "complete"})["results"]
    assert result["message"].endswith('nearest is entry 1: outcome: expected "complete", found "under way"')


def test_one_expectation_that_fails_fails_all() -> None:
    verdict = judged(three(), {"count": 3}, {"count": 4}, tenant="acme")
    assert not verdict["passed"]
    assert [result["passed"] for result in verdict["results"]] == [True, False]
    assert [result["expectation"] for result in verdict["results"]] == [{"count": 3}, {"count": 4}]


# what is kept of four: (expectation, whether it holds, whether it cannot be confirmed)
LOST: dict[str, tuple[dict[str, Any], bool, bool]] = {
    "exactly what is kept": ({"count": 2}, False, True),
    "exactly what was": ({"count": 4}, False, True),
    "fewer than are kept": ({"count": 1}, False, False),
    "at least what is kept": ({"atLeast": 2}, True, False),
    "at least what was": ({"atLeast": 4}, False, True),
    "at most what is kept": ({"atMost": 2}, False, True),
    "at most fewer": ({"atMost": 1}, False, False),
    "none": ({"none": {"status": 500}}, False, True),
    "none of what is there": ({"none": {"status": 200}}, False, False),
    "an order that is kept": ({"order": [{}, {}]}, True, False),
    "an order that is not": ({"order": [{}, {}, {}]}, False, True),
    "pages": ({"pagesWalked": True}, False, True),
    "tokens": ({"tokensFetchedFirst": True}, False, True),
}


@pytest.mark.parametrize(("expected", "holds", "unsure"), LOST.values(), ids=LOST.keys())
def test_what_was_lost_is_told_and_never_passes_for_certain(
    expected: dict[str, Any], holds: bool, unsure: bool
) -> None:
    journal = recorded(*(queried() for _ in range(4)), journal=Journal(Bounds(exchanges=2)))
    verdict = judged(journal, expected, tenant="acme")
    (result,) = verdict["results"]
    assert verdict["truncated"] is result["truncated"] is True
    assert (result["passed"], "cannot be confirmed" in result["message"]) == (holds, unsure)
    assert judged(journal, {"count": 2}, tenant="acme", since=2)["passed"]


# steps: the entries found, or words of the message
ORDERS: dict[str, tuple[list[dict[str, Any]], list[int], str]] = {
    "as they came": ([{"status": 503}, {"errorCode": 900001}, {"pageNum": "2"}], [1, 2, 3], "in this order"),
    "with others between": ([{"status": 503}, {"pageNum": "2"}], [1, 3], "in this order"),
    "the same twice": ([{"userMobile": USER}, {"userMobile": USER}], [1, 2], "in this order"),
    "the same three times": (
        [{"userMobile": USER}] * 3,
        [1, 2],
        'step 3 (request.userMobile: "18000000001"): nothing after entry 2, which was step 2',
    ),
    "the other way round": (
        [{"pageNum": "2"}, {"status": 503}],
        [3],
        "step 2 (status: 503): nothing after entry 3, which was step 1; entry 1 fits, but came too early",
    ),
    "what never came": ([{"status": 500}, {}], [], "step 1 (status: 500): nothing; nearest is entry"),
}


@pytest.mark.parametrize(("steps", "numbers", "words"), ORDERS.values(), ids=ORDERS.keys())
def test_an_order_is_found_or_its_first_missing_step_told(
    steps: list[dict[str, Any]], numbers: list[int], words: str
) -> None:
    (result,) = judged(three(), {"order": steps}, tenant="acme")["results"]
    assert (result["numbers"], result["passed"]) == (numbers, len(numbers) == len(steps))
    assert words in result["message"]


def test_an_order_may_go_over_tenants() -> None:
    steps = [{"tenant": "acme", "status": 503}, {"tenant": "zenith"}]
    assert judged(three(), {"order": steps})["results"][0]["numbers"] == [1, 4]


A, B = TOKEN, OTHER
TOKENS: dict[str, tuple[list[Any], bool, list[int]]] = {
    "fetched, then used": ([fetched(A), queried(authToken=A)], True, []),
    "used twice": ([fetched(A), queried(authToken=A), queried(authToken=A)], True, []),
    "never fetched": ([queried(authToken=A)], False, [1]),
    "fetched afterwards": ([queried(authToken=A), fetched(A)], False, [1]),
    "another one fetched": ([fetched(A), queried(authToken=B)], False, [2]),
    "of another tenant": ([fetched(A, "zenith"), queried(authToken=A)], False, [2]),
    "spoiled on its way": ([fetched(A, down=True), queried(authToken=A)], False, [2]),
    "reset on its way": ([fetched(A, how="reset"), queried(authToken=A)], False, [2]),
    "closed on its way": ([fetched(A, how="closed"), queried(authToken=A)], False, [2]),
    "the client left": ([fetched(A, how="client left"), queried(authToken=A)], False, [2]),
    "on its way": ([fetched(A, how="under way"), queried(authToken=A)], True, []),
    "another one was sent": ([fetched(A, sent=B), queried(authToken=B)], True, []),
    "the one that was not sent": ([fetched(A, sent=B), queried(authToken=A)], False, [2]),
    "without a token": ([queried()], True, []),
    "nothing": ([], True, []),
}


@pytest.mark.parametrize(("history", "holds", "strange"), TOKENS.values(), ids=TOKENS.keys())
def test_tokens_are_fetched_before_they_are_used(history: list[Any], holds: bool, strange: list[int]) -> None:
    journal = recorded(*history)
    for expected in (
        {"tokensFetchedFirst": True},
        {"tokensFetchedFirst": {"endpoint": "queryRecordHistory"}},
    ):
        (result,) = judged(journal, expected, tenant="acme")["results"]
        assert (result["passed"], result["numbers"]) == (holds, strange)
        assert TOKEN not in result["message"]


def test_a_token_from_before_the_range_was_fetched_too() -> None:
    journal = recorded(fetched(A), queried(authToken=A))
    assert judged(journal, {"tokensFetchedFirst": True}, tenant="acme", since=1)["passed"]


def page(number: int | str, **more: Any) -> Any:
    return queried(**{"userMobile": USER, "pageNum": str(number), "pageSize": "10", "total": 25} | more)


# history: (missing, repeated, words of the message)
WALKS: dict[str, tuple[list[Any], list[int], list[int], str]] = {
    "whole": ([page(1), page(2), page(3)], [], [], "3 pages of 1 walk"),
    "in another order": ([page(3), page(1), page(2)], [], [], "3 pages"),
    "one behind the last": ([page(1), page(2), page(3), page(4)], [], [], "3 pages"),
    "stopped": ([page(1), page(2)], [3], [], "page 3 was not answered"),
    "a gap": ([page(1), page(3)], [2], [], "page 2 was not answered"),
    "from the second": ([page(2), page(3)], [1], [], "page 1 was not answered"),
    "a repeat": ([page(1), page(2), page(2), page(3)], [], [2], "page 2 was asked for again"),
    "all again": ([page(1, total=1), page(1, total=1)], [], [1], "page 1 by entries 1, 2"),
    "a retry": ([page(1), page(2, status=503, rule="x"), page(2), page(3)], [], [], "3 pages"),
    "a retry of a code": ([page(1), page(2, error=900001), page(2), page(3)], [], [], "3 pages"),
    "a retry of a slow one": ([page(1), page(2, rule="slow"), page(2), page(3)], [], [], "3 pages"),
    "a retry of what was cut": ([page(1), page(2, how="reset"), page(2), page(3)], [], [], "3 pages"),
    "given up": (
        [page(1), page(2), page(3, status=503)],
        [3],
        [],
        "entry 3 asked for page 3 and was answered with",
    ),
    "cut and given up": ([page(1), page(2), page(3, how="closed")], [3], [], "page 3 was not answered"),
    "the first by default": ([page(""), page(2), page(3)], [], [], "3 pages"),
    "of a hundred by default": (
        [page(number, pageSize="", total=201) for number in (1, 2, 3)],
        [],
        [],
        "3 pages",
    ),
    "with another token": ([page(1, authToken=A), page(2, authToken=B), page(3)], [], [], "3 pages"),
    "a total that grows": ([page(1, total=20), page(2, total=21), page(3, total=21)], [], [], "3 pages"),
    "nothing found": ([page(1, total=0)], [], [], "1 page of 1 walk"),
    "two queries": ([page(1, total=5), page(1, total=5, userMobile="2")], [], [], "2 pages of 2 walks"),
    "numbers for texts": (
        [page(1), queried(userMobile=USER, pageNum=2, pageSize=10, total=25), page(3)],
        [],
        [],
        "3 pages",
    ),
}


@pytest.mark.parametrize(("history", "missing", "repeated", "words"), WALKS.values(), ids=WALKS.keys())
def test_pages_are_walked_without_gap_or_repeat(
    history: list[Any], missing: list[int], repeated: list[int], words: str
) -> None:
    (result,) = judged(
        recorded(*history), {"pagesWalked": {"endpoint": "queryRecordHistory"}}, tenant="acme"
    )["results"]
    assert result["passed"] is (not missing and not repeated)
    assert words in result["message"]
    if missing or repeated:
        (walk,) = result["walks"]
        assert (walk["missing"], walk["repeated"]) == (missing, repeated)


def test_no_walk_is_no_whole_walk() -> None:
    (result,) = judged(recorded(queried(userMobile="2")), {"pagesWalked": {"userMobile": USER}})["results"]
    assert not result["passed"]
    assert "found no queryRecordHistory" in result["message"]
    assert result["nearMisses"][0]["number"] == 1


def test_no_verdict_repeats_a_credential() -> None:
    expect = [
        {"count": 7, "authToken": A},
        {"count": 7, "request.authToken": A},
        {
            "count": 7,
            "match": {"request": {"authToken": {"const": A}}, "headers": {"Authorization": f"Bearer {A}"}},
        },
        {"order": [{"appSecret": A, "headers.X-Api-Key": A}]},
        {"none": {"authToken": {"enum": [A]}, "response": {"authToken": A}}},
        {"tokensFetchedFirst": {"authToken": A}},
        {"pagesWalked": {"authToken": A}},
    ]
    verdict = judged(recorded(fetched(A), queried(authToken=A)), *expect)
    assert A not in repr(verdict)
    assert "redacted:" in repr(verdict["results"][0]["expectation"])
    assert judged(
        recorded(queried(authToken=A)), {"count": 1, "match": {"request": {"authToken": {"const": A}}}}
    )["passed"]


# body: words of the mistakes, in order
WRONG: dict[str, tuple[Any, list[str]]] = {
    "a slip of a field": (
        {"count": 1, "userMobil": "1"},
        ['expect[0].userMobil: nothing of an exchange is called "userMobil"; did you mean "userMobile"?'],
    ),
    "a slip in match": (
        {"count": 1, "match": {"staus": 1}},
        ['expect[0].match.staus: nothing of an exchange is called "staus"; did you mean "status"?'],
    ),
    "a slip of a kind": ({"atleast": 1}, ['expect[0]: says nothing to expect; did you mean "atLeast"?']),
    "an ending that there is not": (
        {"count": 1, "outcome": "clientleft"},
        [
            "expect[0].outcome: expected one of complete, closed, reset, client left, or false "
            '(under way), found "clientleft"; did you mean "client left"?'
        ],
    ),
    "nothing": ({}, ["expect[0]: says nothing to expect; expected one of count, atLeast"]),
    "only conditions": ({"userMobile": "1"}, ["expect[0]: says nothing to expect; expected one of count"]),
    "no object": ("three", ['expect[0]: expected an object such as {"count": 3']),
    "two kinds": ({"count": 1, "none": {}}, ["expect[0]: count, none are expectations of their own"]),
    "count and atLeast": (
        {"count": 1, "atLeast": 1},
        ["expect[0]: expected count, or atLeast and atMost, not both"],
    ),
    "more than at most": ({"atLeast": 3, "atMost": 2}, ["expect[0]: atLeast 3 is more than atMost 2"]),
    "a count that is none": ({"count": "3"}, ["expect[0].count: expected a whole number from 0"]),
    "a negative count": ({"atMost": -1}, ["expect[0].atMost: expected a whole number from 0"]),
    "a true count": ({"count": True}, ["expect[0].count: expected a whole number from 0"]),
    "a text for a status": (
        {"count": 1, "status": "503"},
        ['expect[0].status: expected a whole number, true, false or a JSON Schema, found "503"'],
    ),
    "a number for a rule": ({"count": 1, "rule": 5}, ["expect[0].rule: expected a text, true, false"]),
    "another endpoint": (
        {"count": 1, "endpoint": "getToken"},
        ['expect[0].endpoint: no endpoint is called "getToken"; did you mean "gettoken"?'],
    ),
    "null": ({"count": 1, "userMobile": None}, ["expect[0].userMobile: expected a value, true for present"]),
    "a list": (
        {"none": {"userMobile": ["1"]}},
        ["expect[0].none.userMobile: expected a value, true for present"],
    ),
    "twice": (
        {"count": 1, "userMobile": "1", "match": {"request": {"userMobile": "2"}}},
        ["expect[0].userMobile: is there twice"],
    ),
    "a keyword of another tool": (
        {"count": 1, "userMobile": {"regex": "^180"}},
        ['expect[0].userMobile: no keyword is called "regex"; did you mean "pattern"?'],
    ),
    "a keyword": (
        {"count": 1, "userMobile": {"patern": "1"}},
        ['expect[0].userMobile: no keyword is called "patern"; did you mean "pattern"?'],
    ),
    "no schema": (
        {"count": 1, "userMobile": {"type": "text"}},
        ["expect[0].userMobile: expected a JSON Schema"],
    ),
    "a schema elsewhere": (
        {"count": 1, "userMobile": {"$ref": "file:///etc/passwd"}},
        ["expect[0].userMobile: a schema can refer to no other"],
    ),
    "one inside": (
        {"count": 1, "userMobile": {"allOf": [{"$ref": "http://127.0.0.1:9/"}]}},
        ["a schema can refer to no other"],
    ),
    "a pattern of tokens": (
        {"count": 1, "authToken": {"pattern": "^hush"}},
        [
            "expect[0].authToken: a credential is on record as its fingerprint; "
            "of a JSON Schema expected const or enum"
        ],
    ),
    "a part that is none": (
        {"count": 1, "request": "x"},
        ["expect[0].request: expected an object of conditions by name"],
    ),
    "match that is none": ({"count": 1, "match": "x"}, ["expect[0].match: expected an object of conditions"]),
    "spoiled by what": (
        {"count": 1, "spoiled": "down"},
        ['expect[0].spoiled: expected true or false, found "down"'],
    ),
    "a text that is none": ({"count": 1, "text": 7}, ["expect[0].text: expected a text, found 7"]),
    "a network with other bits": (
        {"count": 1, "client": "10.0.0.7/8"},
        ["expect[0].client: 10.0.0.7/8 has bits behind its first 8; write 10.0.0.0/8, or 10.0.0.7"],
    ),
    "a client as a number": (
        {"count": 1, "client": 7},
        ["expect[0].client: expected a text, true, false or"],
    ),
    "a connection as text": (
        {"count": 1, "connection": "7"},
        ["expect[0].connection: expected a whole number"],
    ),
    "no text": ({"count": 1, "text": False}, ["expect[0].text: expected a text, found false"]),
    "since inside": ({"count": 1, "since": 3}, ["expect[0].since: belongs beside expect"]),
    "an order of none": ({"order": []}, ["expect[0].order: expected a list of 1 to 100"]),
    "an order that is none": ({"order": {}}, ["expect[0].order: expected a list of 1 to 100"]),
    "a step that is none": ({"order": [{}, 3]}, ["expect[0].order[1]: expected an object of conditions"]),
    "conditions beside none": (
        {"none": {}, "status": 1},
        ["expect[0].status: is unknown beside none; conditions belong inside it"],
    ),
    "not fetched first": (
        {"tokensFetchedFirst": False},
        ["expect[0].tokensFetchedFirst: expected true, or an object"],
    ),
    "pages of a text": ({"pagesWalked": "all"}, ["expect[0].pagesWalked: expected an object of conditions"]),
    "two mistakes": ({"count": "x", "staus": 1}, ["expect[0].count: ", "expect[0].staus: "]),
    "too many conditions": (
        {"count": 1, "request": {f"f{n}": "1" for n in range(65)}},
        ["expect[0].request: expected at most 64 conditions, found 65"],
    ),
}


@pytest.mark.parametrize(("expected", "words"), WRONG.values(), ids=WRONG.keys())
def test_an_expectation_that_cannot_be_understood_is_told_with_its_place(
    expected: Any, words: list[str]
) -> None:
    with pytest.raises(WrongExpectations) as raised:
        judged(three(), expected, tenant="acme")
    assert len(raised.value.mistakes) == len(words)
    for mistake, each in zip(raised.value.mistakes, words, strict=True):
        assert each in mistake


WRONG_BODIES: dict[str, tuple[dict[str, Any], str]] = {
    "no expectation": ({"expect": []}, "expect: expected an expectation, or a list of 1 to 100"),
    "none at all": ({}, "expect: expected an expectation"),
    "too many": ({"expect": [{"count": 1}] * 101}, "expect: expected an expectation, or a list of 1 to 100"),
    "a slip": ({"expects": [], "expect": {"count": 1}}, 'expects: is unknown; did you mean "expect"?'),
    "a condition outside": (
        {"status": 503, "expect": {"count": 1}},
        "status: is unknown; it belongs inside expect",
    ),
    "a bad time": (
        {"since": "yesterday", "expect": {"count": 1}},
        "since: expected an entry's number, or an instant",
    ),
    "a bad number": ({"since": -1, "expect": {"count": 1}}, "since: expected an entry's number"),
    "a tenant that is none": ({"tenant": True, "expect": {"count": 1}}, "tenant: expected a tenant's id"),
}


@pytest.mark.parametrize(("body", "words"), WRONG_BODIES.values(), ids=WRONG_BODIES.keys())
def test_a_body_that_cannot_be_understood_is_told(body: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongExpectations) as raised:
        complete(expectations.read(body, Journal().redaction))
    assert words in str(raised.value)


USERS = st.sampled_from(["1", "2"])
HISTORY = st.lists(
    st.tuples(st.sampled_from(["acme", "zenith", ""]), USERS, st.sampled_from([200, 503])), max_size=12
)


@given(HISTORY, USERS, st.integers(0, 12), st.integers(0, 12), st.integers(1, 12))
def test_a_count_is_that_of_counting_by_hand(
    history: list[tuple[str, str, int]], user: str, count: int, since: int, kept: int
) -> None:
    journal = Journal(Bounds(exchanges=kept))
    for tenant, mobile, status in history:
        journal.record(queried(tenant, userMobile=mobile, status=status))
    wanted = {"tenant": "acme", "userMobile": user, "status": 503}
    numbers = [n for n, each in enumerate(history, start=1) if each == ("acme", user, 503) and n > since]
    own = [n for n, each in enumerate(history, start=1) if each[0] == "acme"]
    lost = [n for n in own[:-kept] if n > since]
    exact, least, most = (
        judged(journal, {word: count, **wanted}, since=since)["results"][0]
        for word in ("count", "atLeast", "atMost")
    )
    assert exact["found"] == len([n for n in numbers if n not in lost])
    assert exact["truncated"] is bool(lost)
    # What passes is true of all that came, kept or not; where all is kept, what is true passes.
    assert not exact["passed"] or len(numbers) == count
    assert not least["passed"] or len(numbers) >= count
    assert not most["passed"] or len(numbers) <= count
    if not lost:
        verdicts = (exact["passed"], least["passed"], most["passed"])
        assert verdicts == (len(numbers) == count, len(numbers) >= count, len(numbers) <= count)


@given(
    st.integers(0, 60), st.permutations(range(1, 7)), st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6))
)
def test_a_walk_is_whole_exactly_when_each_page_is_answered_once(
    total: int, order: list[int], left_out: set[int], again: set[int]
) -> None:
    last = max(1, -(-total // 10))
    asked = [number for number in order if number <= last and number not in left_out]
    repeated = sorted(again & set(asked))
    journal = recorded(*(page(number, total=total) for number in (*asked, *repeated)))
    (result,) = judged(journal, {"pagesWalked": True})["results"]
    if asked:
        walk = {"missing": sorted(left_out & set(range(1, last + 1))), "repeated": repeated}
        assert result["passed"] is (not walk["missing"] and not repeated)
        assert [{name: each[name] for name in walk} for each in result["walks"]] == (
            [] if result["passed"] else [walk]
        )
    else:
        assert not result["passed"]


# Large ones


LARGE_AND_WRONG: dict[str, Any] = {
    "names": [{"count": 1} | {f"k{n}": 0 for n in range(60)}] * 50,
    "nothing but names": [{f"k{n}": 0 for n in range(100_000)}],
    "names in a section": [{"count": 1, "request": {f"k{n}": 0 for n in range(100_000)}}],
    "members": [{"count": 1} | {f"request.k{n}": 0 for n in range(100_000)}],
    "steps": [{"order": [{f"k{n}": 0 for n in range(60)}] * 100}] * 100,
}


@pytest.mark.slow(seconds=0.5)
@pytest.mark.parametrize("expect", LARGE_AND_WRONG.values(), ids=LARGE_AND_WRONG.keys())
def test_of_very_many_mistakes_the_first_are_looked_for(expect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def recording(name: str) -> Callable[..., str]:
        def answer(*_: Any) -> str:
            asked.append(name)
            return ""

        return answer

    monkeypatch.setattr(expectation_kinds, "did_you_mean", recording("did_you_mean"))
    for name in ("did_you_mean", "condition_error"):
        monkeypatch.setattr(descriptions, name, recording(name))
    with pytest.raises(WrongExpectations) as caught:
        complete(expectations.read({"expect": expect}, Journal().redaction))
    assert 0 < len(caught.value.mistakes) <= descriptions.MOST_ERRORS
    assert asked.count("did_you_mean") <= descriptions.MOST_ERRORS
    assert asked.count("condition_error") <= descriptions.MOST_CONDITIONS
