"""Records that were made are kept within bounds, and are those that would be made again."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_history import NOW, USER, history, records

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population.cached_records import SessionCache


@pytest.mark.slow
def test_what_is_remembered_stays_bounded() -> None:
    memory = SessionCache()
    memory.settled = BoundedCache(100_000, lambda name, settled: len(settled.encoded), share=4)
    made = history(memory=memory)
    for n in range(60):
        for session in made.select(Criteria(user=str(n)), NOW):
            assert json.loads(session.encoded) == session.record
    assert 0 < memory.settled.weight <= 100_000


@pytest.mark.slow
@given(st.lists(st.integers(-400, 400), min_size=2, max_size=6), st.sampled_from(["en_US", "zh_CN"]))
@settings(max_examples=20, deadline=None)
def test_what_is_remembered_is_what_would_be_made_wherever_the_clock_is_set(
    seconds: list[int], locale: str
) -> None:
    kept = history(locale=locale, per_day=4)
    newest = kept.select(Criteria(user=USER), NOW)[0]
    for shift in seconds:
        now = newest.start + shift * 1000
        found = [session.encoded for session in kept.select(Criteria(user=USER), now)[:3]]
        assert found == [orjson.dumps(record) for record in records(kept, now=now)[:3]]


def test_a_session_is_remembered_from_its_end_on_and_not_before() -> None:
    memory = SessionCache()
    made = history(memory=memory)
    whole = records(made)[0]
    for now, kept in ((whole["endTime"] - 1, 0), (whole["endTime"], 1), (whole["endTime"] + 1, 1)):
        assert json.loads(made.select(Criteria(user=USER), now)[0].encoded)["callId"] == whole["callId"]
        assert len(memory.settled) == kept


def test_users_without_sessions_are_remembered_within_the_bound_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from oifde_simulator.population import cached_records as room

    monkeypatch.setattr(room, "STARTS_KEPT", 4000)
    memory = SessionCache()
    made = history(per_day=0, memory=memory)
    for user in range(1000):
        made.select(Criteria(user=str(user)), NOW)
    assert len(memory.starts) <= 100
