"""Starts of sessions."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.population.arrivals import contacts
from oifde_simulator.population.arrivals.local_days import DAY
from oifde_simulator.population.arrivals.pattern import ArrivalPattern, density
from oifde_simulator.population.arrivals.timetable import Timetable
from oifde_simulator.population.records import DEFAULT_MIX
from oifde_simulator.randomness import key

TODAY = 20_454
"""2026-01-01 in days since 1970."""
ZONES = [
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # clocks change by half an hour
    "America/Sao_Paulo",  # clocks changed at midnight
    "America/St_Johns",  # clocks changed a minute after midnight
    "America/Havana",
    "Africa/Monrovia",  # 44:30 behind UTC until 1972
    "Pacific/Apia",  # had no 2011-12-30
    "Pacific/Kiritimati",
]
zones = st.sampled_from(ZONES)
numbers = st.text("0123456789", min_size=1, max_size=15)


def timetable(
    *,
    per_day: float = 0.5,
    days: int = 90,
    zone: str | tzinfo = UTC,
    mix: dict[str, float] = DEFAULT_MIX,
    exactly: dict[str, int] | None = None,
) -> Timetable:
    rate, pattern = contacts.per_day(per_day), ArrivalPattern(mix)
    return Timetable(
        key("0", "acme"), days=days, rate=rate, zone=zone, pattern=pattern, exactly=exactly or {}
    )


@settings(deadline=None)
@given(numbers, zones, st.integers(0, 30_000), st.integers(0, 40))
def test_days_asked_together_are_the_days_asked_one_by_one(
    user: str, zone: str, first: int, more: int
) -> None:
    table = timetable(zone=zone)
    whole = table.starts(user, first, first + more)
    assert list(whole) == [
        start for day in range(first, first + more + 1) for start in table.starts(user, day, day)
    ]
    assert all(earlier < later for earlier, later in pairwise(whole))
    assert all(first <= start // DAY <= first + more for start in whole)


CHANGES = {
    "spring": ("America/New_York", 1_772_953_200),  # 2026-03-08T07:00:00Z
    "autumn": ("America/New_York", 1_793_512_800),  # 2026-11-01T06:00:00Z
    "half an hour": ("Australia/Lord_Howe", 1_775_314_800),  # 2026-04-04T15:00:00Z
    "at midnight, on": ("America/Sao_Paulo", 1_508_036_400),
    "at midnight, back": ("America/Sao_Paulo", 1_518_919_200),
    "a minute after midnight": ("America/St_Johns", 1_289_010_660),
    "over the date line": ("Pacific/Apia", 1_325_239_200),
}


@pytest.mark.parametrize(("zone", "change"), CHANGES.values(), ids=CHANGES.keys())
def test_where_clocks_change_every_start_is_found_by_any_edge_and_alone(zone: str, change: int) -> None:
    table = timetable(zone=zone, per_day=20)
    begin, end = change - 2 * DAY, change + 2 * DAY
    found = 0
    for user in map(str, range(6)):
        whole = list(table.between(user, begin, end))
        found += len(whole)
        assert all(earlier < later for earlier, later in pairwise(whole))
        for edge in (change - 3600, change - 1, change, change + 1, change + 3600, *whole[::9]):
            assert whole == [*table.between(user, begin, edge - 1), *table.between(user, edge, end)]
        assert [start for start in whole for start in table.between(user, start, start)] == whole
    assert found > 100


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from([0, 1, 40, 250, 5000]), st.integers(1, 120), st.integers(0, 10**9), zones)
def test_any_window_of_so_many_days_holds_exactly_so_many(count: int, days: int, now: int, zone: str) -> None:
    now += 10**9
    table = timetable(days=days, exactly={"5": count}, zone=zone)
    starts = table.starts("5", now // DAY - days, now // DAY)
    assert sum(now - days * DAY < start <= now for start in starts) == count
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("mix", [DEFAULT_MIX, {"outbound_call": 1}], ids=["all kinds", "outbound alone"])
def test_the_most_that_a_user_may_have_fits_into_one_day(mix: dict[str, float]) -> None:
    table = timetable(days=1, exactly={"5": 20_000}, mix=mix)
    starts = table.starts("5", TODAY, TODAY)
    assert len(set(starts)) == 20_000
    assert all(earlier < later for earlier, later in pairwise(starts))


def test_a_user_with_an_exact_number_has_the_same_times_each_cycle() -> None:
    table = timetable(exactly={"5": 40}, zone="America/New_York")
    one, next_one = (table.starts("5", first, first + 89) for first in (TODAY, TODAY + 90))
    assert [start + 90 * DAY for start in one] == list(next_one)


@pytest.mark.slow
def test_the_mean_is_as_asked() -> None:
    table = timetable(per_day=0.5, zone="America/New_York")
    total = sum(len(table.starts(str(18_000_000_000 + n), TODAY, TODAY + 83)) for n in range(3000))
    assert total / 3000 / 84 == pytest.approx(0.5, rel=0.05)


def test_some_users_are_quiet_and_a_few_are_heavy() -> None:
    table = timetable(per_day=0.5)
    counts = sorted(len(table.starts(str(18_000_000_000 + n), TODAY, TODAY + 89)) for n in range(1000))
    assert counts[200] < 10 < counts[500] < 60 < 120 < counts[950]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_calls_follow_the_local_hours_of_a_call_centre(zone: str) -> None:
    table, local = timetable(zone=zone), ZoneInfo(zone)
    starts = [start for n in range(1000) for start in table.starts(str(n), TODAY + 60, TODAY + 87)]
    pattern = ArrivalPattern(DEFAULT_MIX)
    hours = Counter(local_hour(start, local) for start in starts)
    for hour, weight in enumerate(pattern.mean_hours):
        assert hours[hour] / len(starts) == pytest.approx(weight, abs=0.02)


def local_hour(start: int, zone: tzinfo) -> int:
    """The hour that clocks show."""
    return datetime.fromtimestamp(start, zone).hour


def test_nobody_is_in_two_calls_at_once_on_a_usual_day() -> None:
    table = timetable(per_day=2)
    starts = [table.starts(str(n), TODAY, TODAY) for n in range(2000)]
    assert min(later - earlier for day in starts for earlier, later in pairwise(day)) >= 2400


def test_no_sessions_a_day_is_none() -> None:
    assert list(timetable(per_day=0).starts("18000000001", TODAY, TODAY + 365)) == []


def test_outbound_calls_alone_have_their_hours_however_many_there_are() -> None:
    table = timetable(per_day=20, mix={"outbound_call": 1}, zone="America/New_York")
    zone = ZoneInfo("America/New_York")
    starts = [start for n in range(30) for start in table.starts(str(n), TODAY + 60, TODAY + 74)]
    assert len(starts) > 3000
    assert {local_hour(start, zone) for start in starts} == set(range(9, 20))


@pytest.mark.parametrize(
    "mix",
    [DEFAULT_MIX, {"outbound_call": 2}, {"chatbot": 1, "ivr_flow": 0}, {"outbound_call": 0.5, "chatbot": 1}],
    ids=lambda mix: "-".join(mix),
)
def test_a_kind_keeps_its_share_whatever_its_hours(mix: dict[str, Any]) -> None:
    pattern = ArrivalPattern(mix)
    assert sum(pattern.weekdays) == pytest.approx(7)
    assert sum(pattern.mean_hours) == pytest.approx(1)
    units = [(place + 0.5) / 1000 for place in range(1000)]
    for name, weight in mix.items():
        whole = sum(
            pattern.hours[day][hour] * sum(pattern.kind(day, hour, unit) == name for unit in units)
            for day in range(7)
            for hour in range(24)
        )
        assert whole / len(units) == pytest.approx(7 * weight / sum(mix.values()), abs=0.02)


def test_no_outbound_call_begins_at_night_or_on_a_sunday() -> None:
    assert not any(density("outbound_call", 6, hour) for hour in range(24))
    assert not any(
        density("outbound_call", day, hour) for day in range(7) for hour in (*range(9), *range(20, 24))
    )
