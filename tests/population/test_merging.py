"""Literal and generated sessions together: a literal one wins in every query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_history import DAY, NOW, USER, history

from oifde_simulator.model.sessions import CallSession, Criteria
from oifde_simulator.population.generated_sessions import GeneratedSession
from oifde_simulator.population.history import History
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.population.merging import MergedSessions

OTHER = "18000000002"
COUNT = 60
USERS = {USER: COUNT, OTHER: 7}
HOUR = 3_600_000


def generated(**options: Any) -> History:
    return history(per_day=0, users=USERS, **options)


def merged(records: Iterable[Mapping[str, Any]], **options: Any) -> MergedSessions:
    return MergedSessions(LiteralSessions(records, world="acme", tenant="acme"), generated(**options))


def sessions(made: History, user: str = USER) -> list[CallSession]:
    return list(made.select(Criteria(user=user), NOW))


def frozen(session: CallSession, **changes: Any) -> dict[str, Any]:
    """Copy the record of a session as a literal record, with a flag and `changes`."""
    return {**session.record, "flag": "frozen", **changes}


@pytest.fixture
def session() -> CallSession:
    return next(each for each in sessions(generated()) if each.cti_call_id)


EDITS: dict[str, dict[str, Any]] = {
    "nothing else": {},
    "its number": {"userMobile": "999"},
    "its caller": {"callSorId": OTHER},
    "its start": {"startTime": NOW - 400 * DAY * 1000},
    "its ctiCallId": {"ctiCallId": "1688028889-836"},
    "no ctiCallId": {"ctiCallId": None},
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_a_literal_record_wins_however_it_is_asked_for(session: CallSession, edit: dict[str, Any]) -> None:
    made = merged([frozen(session, **edit)])
    begin, end = session.start - HOUR // 4, session.start + HOUR // 4
    asked = [
        Criteria(user=USER),
        Criteria(user=USER, begin=begin),
        Criteria(user=USER, begin=begin, end=end),
        Criteria(user=OTHER),
        Criteria(call_id=session.call_id),
        Criteria(call_id=session.call_id, begin=begin, end=end),
        Criteria(call_id=session.call_id, user=USER),
        Criteria(cti_call_id=session.cti_call_id),
        Criteria(cti_call_id=session.cti_call_id, user=USER, begin=begin),
    ]
    for criteria in asked:
        found = [each.record for each in made.select(criteria, NOW) if each.call_id == session.call_id]
        assert all(record.get("flag") == "frozen" for record in found), criteria
    (only,) = made.select(Criteria(call_id=session.call_id), NOW)
    assert only.record["flag"] == "frozen"


def test_a_literal_record_stands_in_for_its_session_before_that_begins(session: CallSession) -> None:
    made = merged([frozen(session)])
    earlier = session.start - HOUR
    assert [each.record["flag"] for each in made.select(Criteria(call_id=session.call_id), earlier)] == [
        "frozen"
    ]
    assert len(made.select(Criteria(user=USER), earlier)) == COUNT + 1


OTHERS = {"none": None, "of nobody": "16185589414826353c2c0036c0292e43ca7a4", "no ID at all": "call-1"}


@pytest.mark.parametrize("call_id", OTHERS.values(), ids=OTHERS.keys())
def test_a_literal_record_with_another_id_takes_nothing_away(
    session: CallSession, call_id: str | None
) -> None:
    given_id = {} if call_id is None else {"callId": call_id}
    literal = {"callSorId": USER, "calledNumber": "9", "startTime": session.start} | given_id
    found = [each.call_id for each in merged([literal]).select(Criteria(user=USER), NOW)]
    assert len(found) == COUNT + 1
    assert {each.call_id for each in sessions(generated())} < set(found)


def test_an_id_of_another_world_takes_nothing_away() -> None:
    foreign = sessions(generated(world="other"))
    made = merged([frozen(each, userMobile="1") for each in foreign])
    assert len(made.select(Criteria(user=USER), NOW)) == COUNT


records = st.fixed_dictionaries(
    {"callSorId": st.sampled_from([USER, OTHER, "5"]), "calledNumber": st.just("9")},
    optional={"userMobile": st.sampled_from([USER, OTHER, "180****9999"])},
)
# A session of which the record is an edited copy (none where there is none so far back), or none; hours ago.
LITERAL = st.lists(st.tuples(records, st.none() | st.integers(0, 9), st.integers(-5, 50)), max_size=8)
bounds = st.none() | st.integers(-2, 60).map(lambda hours: NOW - hours * HOUR)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(LITERAL, bounds, bounds, st.slices(COUNT + 20), st.integers(0, COUNT + 7))
def test_what_is_found_is_what_one_list_of_all_would_give(
    literal: list[tuple[dict[str, Any], int | None, int]],
    begin: int | None,
    end: int | None,
    page: slice,
    place: int,
) -> None:
    plain = generated()
    of_all = [each for user in USERS for each in sessions(plain, user)]
    given_records = []
    for record, copied, hours in literal:
        start = NOW - hours * HOUR if copied is None else of_all[copied].start - (hours % 3 - 1) * HOUR
        call_id = {} if copied is None else {"callId": of_all[copied].call_id}
        given_records.append({**record, "startTime": start, **call_id})
    store = LiteralSessions(given_records, world="acme", tenant="acme")
    made = MergedSessions(store, generated())
    taken = {record.get("callId") for record in given_records}
    rest = [each for each in of_all if each.call_id not in taken]
    picked = of_all[place % len(of_all)]
    for user in (USER, OTHER, "180****9999", None):
        for ids in ((None, None), (picked.call_id, None), (None, picked.cti_call_id or "x")):
            criteria = Criteria(user, *ids, begin, end)
            if user is None and ids == (None, None):
                continue
            expected = list(store.select(criteria, NOW)) + [each for each in rest if criteria.accepts(each)]
            expected.sort(key=lambda each: (-each.start, isinstance(each, GeneratedSession)))
            found = made.select(criteria, NOW)
            assert len(found) == len(expected)
            assert [each.encoded for each in found] == [each.encoded for each in expected]
            assert [each.encoded for each in found[page]] == [each.encoded for each in expected[page]]


def test_a_place_beyond_the_end_is_an_error_and_one_from_the_end_is_none() -> None:
    made = merged([{"callSorId": USER, "calledNumber": "9", "startTime": NOW - DAY * 1000}])
    found = made.select(Criteria(user=USER), NOW)
    assert found[-1].encoded == found[COUNT].encoded == list(found)[-1].encoded
    with pytest.raises(IndexError):
        found[COUNT + 1]


def test_a_page_looks_at_few_of_many_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    made = MergedSessions(
        LiteralSessions(
            [
                {"callSorId": USER, "calledNumber": "9", "startTime": NOW - place * HOUR}
                for place in range(50)
            ],
            world="acme",
            tenant="acme",
        ),
        history(per_day=0, users={USER: 5000}),
    )
    looked: list[int] = []
    start = GeneratedSession.start

    def counting(session: GeneratedSession) -> int:
        looked.append(1)
        return int(start.__get__(session))

    monkeypatch.setattr(GeneratedSession, "start", property(counting))
    found = made.select(Criteria(user=USER), NOW)
    assert len(found) == 5050
    assert len(found[4000:4010]) == 10
    assert len(looked) < 100
