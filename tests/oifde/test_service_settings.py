"""Each guess about queries has a setting by which the simulator behaves like another real system."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import Asked, answer, found
from conftest import ACME, TOKEN
from examples import examples

MANY = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T00:00:00Z"
sessions: {{users: {{"18000000001": 12}}}}
"""
PAGE = {"pageSize": "5"}


def with_settings(text: str, base: str = ACME) -> Asked:
    return Asked(f"{base}\nsettings: {{{text}}}\n")


# setting: (fields of the query, callIds without it, callIds with it); None stands for error 10000002
QUERIES: dict[str, tuple[str, dict[str, Any], list[str] | None, list[str] | None]] = {
    "oldest first": ("order: oldest", {}, ["c2", "c1"], ["c1", "c2"]),
    "newest first, written out": ("order: newest", {}, ["c2", "c1"], ["c2", "c1"]),
    "the last page again": ("past_end: last", {"pageNum": "7"}, [], ["c2", "c1"]),
    "the last page of nothing": ("past_end: last", {"pageNum": "7", "userMobile": "1"}, [], []),
    "an error past the end": ("past_end: error", {"pageNum": "2"}, [], None),
    "an error past the end of nothing": ("past_end: error", {"pageNum": "2", "userMobile": "1"}, [], None),
    "no error on the first page": ("past_end: error", {"userMobile": "1"}, [], []),
    "the callId before the number": (
        "selectors: call-first",
        {"callId": "c1", "userMobile": "1"},
        [],
        ["c1"],
    ),
    "the callId before the ctiCallId": (
        "selectors: call-first",
        {"callId": "c3", "ctiCallId": "t9"},
        [],
        ["c3"],
    ),
    "the number where there is no ID": ("selectors: call-first", {}, ["c2", "c1"], ["c2", "c1"]),
    "the number where the IDs are empty": (
        "selectors: call-first",
        {"callId": "", "ctiCallId": None},
        ["c2", "c1"],
        ["c2", "c1"],
    ),
    "no total past the end": ("past_end: zero-total", {"pageNum": "7"}, [], []),
    "the first selector": ("selectors: first", {"callId": "c3", "ctiCallId": "t9"}, [], ["c2", "c1"]),
    "the first selector, a callId": (
        "selectors: first",
        {"userMobile": ..., "callId": "c1", "ctiCallId": "t9"},
        [],
        ["c1"],
    ),
    "the first selector that is not empty": (
        "selectors: first",
        {"userMobile": "", "callId": "c3", "ctiCallId": "t9"},
        [],
        ["c3"],
    ),
    "begin exclusive": (
        "time_bounds: {begin: exclusive}",
        {"beginTime": "2026-01-01 00:00:00"},
        ["c2", "c1"],
        ["c2"],
    ),
    "end exclusive": (
        "time_bounds: {end: exclusive}",
        {"endTime": "2026-01-01 00:00:00"},
        ["c1"],
        [],
    ),
    "end exclusive, a second later": (
        "time_bounds: {end: exclusive}",
        {"endTime": "2026-01-01 00:00:01"},
        ["c1"],
        ["c1"],
    ),
    "reversed times find nothing": (
        "reversed_times: empty",
        {"beginTime": "2026-01-01 00:00:01", "endTime": "2026-01-01 00:00:00"},
        None,
        [],
    ),
    "an empty field": ("empty_fields: refuse", {"callId": ""}, ["c2", "c1"], None),
    "a field of null": ("empty_fields: refuse", {"pageNum": None}, ["c2", "c1"], None),
    "a long callId": ("long_ids: refuse", {"callId": "c" * 65}, [], None),
    "a long ctiCallId": ("long_ids: refuse", {"ctiCallId": "c" * 33}, [], None),
    "IDs that just fit": ("long_ids: refuse", {"callId": "c" * 64, "ctiCallId": "c" * 32}, [], []),
    "page 01": ("page_numbers: loose", {"pageNum": "01"}, None, ["c2", "c1"]),
    "page 0": ("page_numbers: loose", {"pageNum": "0"}, None, ["c2", "c1"]),
    "page -1": ("page_numbers: loose", {"pageNum": "-1"}, None, ["c2", "c1"]),
    "page with blanks": ("page_numbers: loose", {"pageNum": " 1 "}, None, ["c2", "c1"]),
    "a page that is large": ("page_numbers: loose", {"pageNum": "99999999999"}, None, []),
    "a page that is too large for anybody": ("page_numbers: loose", {"pageNum": "9" * 19}, None, None),
    "a page in words": ("page_numbers: loose", {"pageNum": "one"}, None, None),
}


@pytest.mark.parametrize(("setting", "fields", "without", "having"), QUERIES.values(), ids=QUERIES)
def test_a_setting_changes_what_a_query_gets(
    setting: str, fields: dict[str, Any], without: list[str] | None, having: list[str] | None
) -> None:
    for tenant, wanted in ((Asked(ACME), without), (with_settings(setting), having)):
        exchange = tenant.query(**fields)
        code = answer(exchange)["errorCode"]
        assert (found(exchange) if code == 0 else None) == wanted
        assert code == (10000002 if wanted is None else 0)


def test_the_total_stays_on_the_last_page_that_comes_again() -> None:
    exchange = with_settings("past_end: last", MANY).query(**PAGE, pageNum="4")
    assert (answer(exchange)["total"], len(found(exchange))) == (12, 2)
    assert exchange.honest.page == slice(10, 15)


def test_there_is_no_total_past_the_end_where_the_setting_says_so() -> None:
    tenant = with_settings("past_end: zero-total", MANY)
    assert answer(tenant.query(**PAGE, pageNum="3"))["total"] == 12
    past = answer(tenant.query(**PAGE, pageNum="4"))
    assert (past["errorCode"], past["total"], past["recordList"]) == (0, 0, [])


def test_an_error_past_the_end_says_how_many_pages_there_are() -> None:
    exchange = with_settings("past_end: error", MANY).query(**PAGE, pageNum="4")
    assert answer(exchange)["errorMsg"].endswith("page 4: expected 1 to 3 for 12 records")
    assert answer(exchange)["recordList"] == []


def test_what_a_setting_lets_pass_is_warned_of() -> None:
    reversed_times = {"beginTime": "2026-01-01 00:00:01", "endTime": "2026-01-01 00:00:00"}
    assert (
        "is after endTime"
        in with_settings("reversed_times: empty").query(**reversed_times).honest.warnings[0]
    )
    assert with_settings("page_numbers: loose").query(pageNum="01").honest.warnings == (
        'pageNum is "01": read as 1',
    )


ENDS = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T00:00:00Z"
sessions:
  records:
    - {{callSorId: "18000000001", calledNumber: "9", callId: long, startTime: 1767225000000,
        endTime: 1767225600000}}
    - {{callSorId: "18000000001", calledNumber: "9", callId: short, startTime: 1767225300000,
        endTime: 1767225360000}}
    - {{callSorId: "18000000001", calledNumber: "9", callId: open, startTime: 1767225400000, endTime: null}}
"""
BY_END = {
    "no times, all": ({}, ["open", "short", "long"]),
    "from a time on": ({"beginTime": "2026-01-01 00:00:00"}, ["long"]),
    "up to a time": ({"endTime": "2025-12-31 23:56:00"}, ["short"]),
    "up to a later time": ({"endTime": "2026-01-01 00:00:00"}, ["short", "long"]),
    "by callId": ({"callId": "long", "endTime": "2025-12-31 23:59:59"}, []),
}


@pytest.mark.parametrize(("fields", "wanted"), BY_END.values(), ids=BY_END)
def test_the_end_of_a_call_is_compared_where_the_setting_says_so(
    fields: dict[str, str], wanted: list[str]
) -> None:
    assert found(with_settings("time_bounds: {field: endTime}", ENDS).query(**fields)) == wanted


SETTINGS_OF_PAGES = [
    f"{{order: {order}, past_end: {past_end}, time_bounds: {{begin: {begin}, end: {end}, field: {field}}}}}"
    for order in ("newest", "oldest")
    for past_end in ("empty", "zero-total", "error")
    for begin, end in (("inclusive", "exclusive"), ("exclusive", "inclusive"))
    for field in ("startTime", "endTime")
]
MIXED = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T00:00:00Z"
sessions:
  users: {{"18000000001": 60}}
  generate: {{days: 3}}
  records:
    - {{callSorId: "18000000001", calledNumber: "9", startTime: 1767182400000, endTime: 1767196800000}}
    - {{callSorId: "18000000001", calledNumber: "9", startTime: 1767182400000, endTime: 1767182400000}}
"""
WORLDS = {text: Asked(f"{MIXED}settings: {text}\n") for text in SETTINGS_OF_PAGES}
times = st.none() | st.integers(0, 71).map(lambda hour: f"2025-12-{29 + hour // 24} {hour % 24:02d}:00:00")


@settings(max_examples=examples(60))
@given(st.sampled_from(SETTINGS_OF_PAGES), times, times)
def test_pages_joined_are_the_whole_under_every_setting(
    text: str, begin: str | None, end: str | None
) -> None:
    if begin and end and begin > end:
        begin, end = end, begin
    fields = {"beginTime": begin or ..., "endTime": end or ..., "pageSize": "20"}
    world = WORLDS[text]
    pages = [world.query(**fields, pageNum=str(number)) for number in range(1, 6)]
    good = [page for page in pages if answer(page)["errorCode"] == 0]
    joined = [record for page in good for record in answer(page)["recordList"]]
    assert len(joined) == answer(pages[0])["total"] == len({record["callId"] for record in joined})
    starts = [record["startTime"] for record in joined]
    assert starts == sorted(starts, reverse="newest" in text)
    compared = "endTime" if "field: endTime" in text else "startTime"
    assert {record["callId"] for record in joined} == {
        record["callId"] for record in _all(world) if _inside(record.get(compared), text, begin, end)
    }


def _all(world: Asked) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = answer(world.query())["recordList"]
    return records


def _inside(moment: int | None, text: str, begin: str | None, end: str | None) -> bool:
    if begin is None and end is None:
        return True
    if moment is None:
        return False
    low, high = (
        int(datetime.fromisoformat(each).replace(tzinfo=UTC).timestamp() * 1000) if each else None
        for each in (begin, end)
    )
    after = low is None or (moment >= low if "begin: inclusive" in text else moment > low)
    before = high is None or (moment < high + 1000 if "end: inclusive" in text else moment < high)
    return after and before
