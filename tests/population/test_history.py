"""Histories: the same everywhere, moving with the clock, found by number and by ID."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.instants import time_zone
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.oifde import contract
from oifde_simulator.population import generator
from oifde_simulator.population.arrivals.local_days import DAY
from oifde_simulator.population.history import History

NOW = 1_767_225_600_000 + 14 * 3_600_000
"""2026-01-01T14:00:00Z, a busy hour, in epoch milliseconds."""
USER = "18000000001"


def history(**options: Any) -> History:
    defaults = {"seed": "0", "world": "acme", "tenant": "acme", "locale": "en_US", "days": 90, "per_day": 0.5}
    return generator.history(**(defaults | options))


def records(made: History, user: str = USER, now: int = NOW) -> list[Any]:
    return [session.record for session in made.select(Criteria(user=user), now)]


@settings(max_examples=examples(40), deadline=None)
@given(st.text("0123456789", min_size=1, max_size=15), st.sampled_from(["en_US", "zh_CN"]))
def test_every_record_fits_the_contract_and_agrees_with_itself(user: str, locale: str) -> None:
    made = records(history(locale=locale, per_day=0.3, days=30), user)
    answer = {"errorCode": 0, "errorMsg": "Success", "total": len(made), "recordList": made}
    assert contract.response_schema("queryRecordHistory").explain(answer) == []
    for record in made:
        _agrees(record, user)


def _agrees(record: dict[str, Any], user: str) -> None:
    begin, voice = record["startTime"], record["dialogType"] != "3"
    assert record["callSorId"] == record["callingNumber"] == user
    assert begin % 1000 == 0
    assert begin - 1000 < int(record["callId"][:13]) < begin
    assert record["flowInstId"].endswith(record["callId"])
    assert len(record["flowInstId"]) == 9 + 17 + 37
    assert (record["ctiCallId"] is not None) == voice == ("locationId" in record)
    assert record["ctiCallId"] is None or len(record["ctiCallId"]) <= 32
    times = [begin]
    for place, turn in enumerate(record["recordDetials"], start=1):
        assert turn["interNo"] == str(place)
        times += [turn["requsetTime"], turn["timestamp"]]
    times.append(record.get("endTime", record["lastUpdateTime"]))
    assert times == sorted(times)
    assert all(begin <= answer["createTime"] <= times[-1] for answer in record["qaRecords"])
    _recorded(record, voice)
    _agent_was_let_in(record)


def _recorded(record: dict[str, Any], voice: bool) -> None:
    files = json.loads(record["businessInfoStr"])
    assert files["locationId"] == str(record.get("locationId", 0))
    assert (files["recordFileName"] == "null") == (not voice)
    if voice:
        assert f"-{record['startTime'] // 1000}-" in files["recordFileName"].replace("/", "-")
        assert len(files["recordFileName"]) <= 127


def _agent_was_let_in(record: dict[str, Any]) -> None:
    let_in = False
    for turn in record["recordDetials"]:
        assert turn["responseSource"] == 0 or let_in
        let_in = let_in or turn["involveMode"] != 0


def test_a_world_has_one_history_under_any_tenant_id() -> None:
    own, other = records(history()), records(history(tenant="copy"))
    assert own
    assert [{**record, "tenantId": "copy"} for record in own] == other


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai", "+05:45", "Australia/Lord_Howe"])
@pytest.mark.parametrize("users", [{}, {USER: 400}], ids=["drawn", "exact"])
def test_outbound_calls_keep_to_the_daytime_of_business_days(zone: str, users: dict[str, int]) -> None:
    local = time_zone(zone)
    made = history(time_zone=local, users=users, per_day=3, days=60)
    begun = [
        datetime.fromtimestamp(session.start // 1000, local)
        for session in made.select(Criteria(user=USER), NOW)
        if made.source.dialog_type(USER, session.start // 1000) == "2"
    ]
    assert begun
    assert {moment.hour for moment in begun} <= set(range(9, 20))
    assert 6 not in {moment.weekday() for moment in begun}


@pytest.mark.parametrize(("locale", "zone"), [("zh_CN", "Asia/Shanghai"), ("en_US", "America/New_York")])
def test_the_time_zone_is_that_of_the_locale_unless_it_is_named(locale: str, zone: str) -> None:
    own, named = history(locale=locale), history(locale=locale, time_zone=time_zone(zone))
    assert records(own) == records(named) != records(history(locale=locale, time_zone=UTC))


def test_a_dialogue_speaks_of_the_local_date() -> None:
    """At 02:00 on New Year's Day in Shanghai it is still December in UTC."""
    made = generator.records(
        seed="0", world="acme", tenant="acme", locale="zh_CN", mix={"voice_navigation": 1}
    )
    new_year = 1_767_196_800 + 7200
    said = "".join(
        turn["systemReply"]
        for n in range(200)
        for turn in made.record(str(n), new_year, NOW * 2)["recordDetials"]
    )
    assert "2月1日" in said
    assert "1月1日" not in said


def test_calls_of_a_kind_go_to_several_access_codes_of_which_one_has_most() -> None:
    found: dict[str, Counter[str]] = {}
    made = history(per_day=1)
    for user in range(14):
        for record in records(made, str(user)):
            found.setdefault(record["dialogType"], Counter())[record["calledNumber"]] += 1
    assert set(found) == {"1", "2", "3", "4"}
    assert [len(codes) for codes in found.values()] == [4] * 4
    assert len({code for codes in found.values() for code in codes}) == 16
    for codes in found.values():
        assert 0.4 < max(codes.values()) / codes.total() < 0.8


@pytest.mark.parametrize("change", [{"seed": "1"}, {"world": "other"}])
def test_another_seed_or_world_is_another_history(change: dict[str, str]) -> None:
    assert records(history()) != records(history(**change))


@pytest.mark.slow(seconds=3)
def test_the_order_of_questions_does_not_matter() -> None:
    users = [str(18_000_000_000 + n) for n in range(60)]
    forwards, backwards, shuffled = history(), history(), history()
    one = {user: records(forwards, user) for user in users}
    two = {user: records(backwards, user) for user in reversed(users)}
    order = random.Random(7).sample(users, len(users))
    assert one == two == {user: records(shuffled, user) for user in order}


def test_a_session_is_found_by_each_of_its_ids_in_a_history_that_never_saw_it() -> None:
    for session in history().select(Criteria(user=USER), NOW):
        fresh = history()
        assert [s.record for s in fresh.select(Criteria(call_id=session.call_id), NOW)] == [session.record]
        if session.cti_call_id:
            found = fresh.select(Criteria(cti_call_id=session.cti_call_id, user=USER), NOW)
            assert [s.record for s in found] == [session.record]


def test_ids_that_disagree_with_the_rest_find_nothing() -> None:
    made = history()
    first, second = list(made.select(Criteria(user=USER), NOW))[:2]
    assert not made.select(Criteria(call_id=first.call_id, user="1"), NOW)
    assert not made.select(Criteria(call_id=first.call_id, begin=first.start + 1), NOW)
    assert not made.select(Criteria(call_id=first.call_id, cti_call_id=second.cti_call_id or "x"), NOW)


def test_an_altered_id_finds_nothing() -> None:
    made = history()
    session = made.select(Criteria(user=USER), NOW)[0]
    text = session.call_id or ""
    for place in range(len(text)):
        digit = "1" if text[place] != "1" else "2"
        assert not made.select(Criteria(call_id=text[:place] + digit + text[place + 1 :]), NOW)


def test_a_session_appears_at_its_start_goes_on_and_settles_at_its_end() -> None:
    made = history(oddities={"empty_details": 0, "hang_up": 0})
    whole = next(record for record in records(made) if len(record["recordDetials"]) >= 2)
    start, end = whole["startTime"], whole["endTime"]
    first = whole["recordDetials"][0]["timestamp"]
    ids = [record["callId"] for record in records(made, now=start - 1)]
    assert whole["callId"] not in ids
    begun, going = records(made, now=start)[0], records(made, now=first)[0]
    assert (begun["callId"], begun["recordDetials"], "endTime" in begun) == (whole["callId"], [], False)
    assert going["recordDetials"] == whole["recordDetials"][:1]
    assert "endTime" not in going
    assert going["lastUpdateTime"] == first
    assert records(made, now=end)[0] == whole


def test_past_days_never_change_and_retention_ends_the_oldest() -> None:
    made = history(days=30, per_day=2)
    today = {record["callId"]: record for record in records(made) if "endTime" in record}
    later = {record["callId"]: record for record in records(made, now=NOW + 5 * DAY * 1000)}
    kept = [each for each, record in today.items() if record["startTime"] > NOW - 25 * DAY * 1000]
    assert 0 < len(kept) < len(today)
    assert all(later[each] == today[each] for each in kept)
    assert not set(today) - set(kept) & set(later)
    assert min(record["startTime"] for record in later.values()) > NOW - 25 * DAY * 1000


@pytest.mark.parametrize("count", [0, 1, 40, 250, 5000])
def test_a_user_has_exactly_as_many_as_asked_at_any_time(count: int) -> None:
    made = history(users={USER: count})
    for hours in (0, 1, 31, 24 * 45):
        assert len(made.select(Criteria(user=USER), NOW + hours * 3_600_000)) == count


@pytest.mark.parametrize(
    "user", ["", "1" * 16, "1" * 64, "+8613", "180 1", "180****9999", "abc", "１２", "١"]
)
def test_what_is_no_number_has_no_history_and_does_no_harm(user: str) -> None:
    assert len(history().select(Criteria(user=user), NOW)) == 0


@pytest.mark.parametrize("user", ["1", "0", "1" * 15, "0" * 15])
def test_any_number_of_1_to_15_digits_has_a_history(user: str) -> None:
    made = history(per_day=20, days=10)
    assert records(made, user)
