"""Until when a query finds the same: nothing changes before that, for any user, time and kind of sessions."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engines import Engine
from examples import examples
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population.steadiness import steady_until
from oifde_simulator.scenario import loader

NOW = 1_767_225_600_000
RECORD = {"callSorId": "1", "calledNumber": "9", "startTime": NOW, "callId": "c1"}
SESSIONS: dict[str, dict[str, Any]] = {
    "literal": {"records": [RECORD]},
    "generated": {"users": {"1": 5, "2": 400, "3": 0}, "generate": {"days": 20}},
    "both": {"records": [RECORD], "users": {"1": 30}, "generate": {"days": 3}},
}


def sessions_of(kind: str) -> Any:
    scenario = loader.loads(json.dumps({"sessions": SESSIONS[kind]}).encode(), "acme.yaml", "acme")
    return Engine({"acme": scenario}).tenant("acme").world.sessions


WORLDS = {kind: sessions_of(kind) for kind in SESSIONS}


def found(sessions: Any, criteria: Criteria, now: int, page: slice) -> tuple[int, list[bytes]]:
    selection = sessions.select(criteria, now)
    return len(selection), [each.encoded for each in selection[page]]


@settings(max_examples=examples(150), deadline=None)
@given(
    st.sampled_from(sorted(SESSIONS)),
    st.sampled_from(["1", "2", "3", "7", "x"]),
    st.integers(NOW - 3 * 86_400_000, NOW + 30 * 86_400_000),
    st.none() | st.integers(NOW - 86_400_000, NOW + 86_400_000),
    st.sampled_from([slice(0, 5), slice(5, 10), slice(0, 100)]),
    st.floats(0, 1, exclude_max=True),
)
@example("generated", "2", NOW + 86_399_999, None, slice(0, 5), 0.999999)
@example("both", "1", NOW, None, slice(0, 100), 0.999999)
def test_a_query_finds_the_same_until_then(
    kind: str, user: str, now: int, begin: int | None, page: slice, share: float
) -> None:
    sessions, criteria = WORLDS[kind], Criteria(user, begin=begin)
    before = found(sessions, criteria, now, page)
    until = steady_until(sessions, criteria, sessions.select(criteria, now)[page], now)
    assert until >= now
    last = min(until - 1, now + 40 * 86_400_000)
    for later in {now + int((last - now) * share), last} if until > now else ():
        assert found(sessions, criteria, later, page) == before


def test_the_next_call_is_not_missed() -> None:
    """Most queries stay the same for a while, and not for ever."""
    sessions, criteria = WORLDS["generated"], Criteria("2")
    steps, now = 0, NOW
    while now < NOW + 86_400_000:
        page = sessions.select(criteria, now)[:5]
        _ = [each.encoded for each in page]
        until = steady_until(sessions, criteria, page, now)
        steps, now = steps + (until > now), max(until, now + 60_000)
    calls = len(sessions.select(criteria, NOW + 86_400_000)) - len(sessions.select(criteria, NOW))
    assert 5 <= steps <= 200, calls


def test_a_session_by_its_id_stays_until_it_is_forgotten() -> None:
    sessions = WORLDS["generated"]
    newest = sessions.select(Criteria("2"), NOW)[0]
    criteria = Criteria(call_id=newest.call_id)
    page = sessions.select(criteria, NOW)[:5]
    _ = [each.encoded for each in page]
    until = steady_until(sessions, criteria, page, NOW)
    assert found(sessions, criteria, until - 1, slice(0, 5))[0] == 1
    assert found(sessions, criteria, until, slice(0, 5))[0] == 0
    unknown = Criteria(call_id="of nobody")
    assert steady_until(sessions, unknown, (), NOW) == NOW
