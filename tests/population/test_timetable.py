"""Starts of sessions."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oifde_simulator.population.timetable import DAY, HOURS, Timetable
from oifde_simulator.randomness import key

TODAY = 20_454
"""2026-01-01 in days since 1970."""


def timetable(**options: object) -> Timetable:
    return Timetable(key("0", "acme"), **({"days": 90, "per_day": 0.5, "exactly": {}} | options))  # type: ignore[arg-type]


@given(st.text("0123456789", min_size=1, max_size=15), st.integers(0, 30_000), st.integers(0, 40))
def test_days_asked_together_are_the_days_asked_one_by_one(user: str, first: int, more: int) -> None:
    whole = timetable().starts(user, first, first + more)
    assert list(whole) == [
        start for day in range(first, first + more + 1) for start in timetable().starts(user, day, day)
    ]
    assert all(earlier < later for earlier, later in pairwise(whole))
    assert all(first <= start // DAY <= first + more for start in whole)


@settings(max_examples=30)
@given(st.sampled_from([0, 1, 40, 250, 5000]), st.integers(1, 120), st.integers(0, 10**9))
def test_any_window_of_so_many_days_holds_exactly_so_many(count: int, days: int, now: int) -> None:
    now += 10**9
    table = timetable(days=days, exactly={"5": count})
    starts = table.starts("5", now // DAY - days, now // DAY)
    assert sum(now - days * DAY < start <= now for start in starts) == count
    assert len(set(starts)) == len(starts)


def test_a_user_with_an_exact_number_has_the_same_times_each_cycle() -> None:
    table = timetable(exactly={"5": 40})
    one, next_one = (table.starts("5", first, first + 89) for first in (TODAY, TODAY + 90))
    assert [start + 90 * DAY for start in one] == list(next_one)


def test_the_mean_is_as_asked() -> None:
    table = timetable(per_day=0.5)
    total = sum(len(table.starts(str(18_000_000_000 + n), TODAY, TODAY + 83)) for n in range(3000))
    assert total / 3000 / 84 == pytest.approx(0.5, rel=0.05)


def test_some_users_are_quiet_and_a_few_are_heavy() -> None:
    table = timetable(per_day=0.5)
    counts = sorted(len(table.starts(str(18_000_000_000 + n), TODAY, TODAY + 89)) for n in range(1000))
    assert counts[200] < 10 < counts[500] < 60 < 120 < counts[950]


def test_calls_follow_the_hours_of_a_call_centre() -> None:
    table = timetable(per_day=0.5)
    starts = [start for n in range(3000) for start in table.starts(str(n), TODAY, TODAY + 30)]
    hours = Counter(start % DAY // 3600 for start in starts)
    for hour, weight in enumerate(HOURS):
        assert hours[hour] / len(starts) == pytest.approx(weight / sum(HOURS), abs=0.02)


def test_nobody_is_in_two_calls_at_once_on_a_usual_day() -> None:
    table = timetable(per_day=2)
    starts = [table.starts(str(n), TODAY, TODAY) for n in range(2000)]
    assert min(later - earlier for day in starts for earlier, later in pairwise(day)) >= 2400


def test_no_sessions_a_day_is_none() -> None:
    assert list(timetable(per_day=0).starts("18000000001", TODAY, TODAY + 365)) == []
