"""Selecting by the end of sessions gives what looking at each gives, and looks at few."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population import generator
from oifde_simulator.population.by_end import LONGEST, SessionsByEnd
from oifde_simulator.population.literal import LiteralSessions
from oifde_simulator.population.ordering import Backwards

NOW = 1_767_225_600_000
DAY = 86_400_000
HISTORY = generator.history(
    seed="0", world="w", tenant="t", locale="en_US", days=4, per_day=0, users={"1": 80}
)
ALL = list(HISTORY.select(Criteria(user="1"), NOW))
moments = st.none() | st.integers(NOW - 5 * DAY, NOW + DAY // 24)


@settings(max_examples=examples(60))
@given(moments, moments)
def test_generated_sessions_that_end_between_two_times_are_found(begin: int | None, end: int | None) -> None:
    found = SessionsByEnd(HISTORY, LONGEST).select(Criteria("1", begin=begin, end=end), NOW)
    wanted = [each for each in ALL if _inside(each.end, begin, end)]
    assert [each.call_id for each in found] == [each.call_id for each in wanted]
    assert len(found) == len(wanted)


def _inside(moment: int | None, begin: int | None, end: int | None) -> bool:
    if begin is None and end is None:
        return True
    return moment is not None and (begin is None or begin <= moment) and (end is None or moment <= end)


def test_a_long_selection_has_few_ends_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    history = generator.history(
        seed="0", world="w", tenant="t", locale="en_US", days=90, per_day=0, users={"1": 1000}
    )
    computed = []
    end = history.source.end

    def counted(user: str, begin: int) -> int:
        computed.append(begin)
        return end(user, begin)

    monkeypatch.setattr(history.source, "end", counted)
    criteria = Criteria("1", begin=NOW - 80 * DAY, end=NOW - DAY)
    sessions = SessionsByEnd(history, LONGEST)
    assert len(sessions.select(criteria, NOW)) > 800
    assert 0 < len(computed) < 40
    sessions.select(criteria, NOW)
    assert len(computed) == len(set(computed))


@pytest.mark.parametrize("oddity", ["long_call", "long_utterance"])
@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_no_generated_session_is_longer_than_the_longest(oddity: str, locale: str) -> None:
    made = generator.records(seed="0", world="w", tenant="t", locale=locale, oddities={oddity: 1.0})
    records = [made.record(str(user), NOW // 1000, NOW + 9 * DAY) for user in range(100)]
    assert max(each["endTime"] - each["startTime"] for each in records) < LONGEST / 2


ENDS = [0, 5, 5, 9]
RECORDS = [
    {"callSorId": "1", "calledNumber": "2", "startTime": start, "endTime": start + 1000 * end}
    for start, end in zip((3000, 2000, 1000, 1000), ENDS, strict=True)
]


@given(st.none() | st.integers(0, 12_000), st.none() | st.integers(0, 12_000))
def test_literal_sessions_of_any_length_are_found_by_their_end(begin: int | None, end: int | None) -> None:
    literal = LiteralSessions(RECORDS, world="w", tenant="t")
    found = SessionsByEnd(literal, None).select(Criteria("1", begin=begin, end=end), 0)
    wanted = [each for each in literal.select(Criteria("1"), 0) if _inside(each.end, begin, end)]
    assert list(found) == wanted


@given(st.lists(st.integers(), max_size=9), st.slices(12))
def test_backwards_is_the_reverse_in_every_slice(items: list[Any], part: slice) -> None:
    backwards = Backwards(items)
    assert list(backwards) == items[::-1]
    assert list(backwards[part]) == items[::-1][part]
    assert len(backwards) == len(items)
