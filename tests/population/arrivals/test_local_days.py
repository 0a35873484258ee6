"""Local days and the zones of locales."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_timetable import ZONES

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.population.arrivals.local_days import DAY, EPOCH, SPANS_KEPT, LocalDays, local_days
from oifde_simulator.population.arrivals.zones import ZONES as BY_REGION
from oifde_simulator.population.arrivals.zones import load, zone_of
from oifde_simulator.population.vocabulary import known_locales

NEW_YORK = LocalDays("America/New_York")


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 10**10 - 1))
def test_every_second_is_in_one_day_and_days_follow_without_a_gap(zone: str, second: int) -> None:
    days = local_days(zone)
    day = days.day_of(second)
    span, following = days.span(day), days.span(day + 1)
    assert span.begin <= second < span.begin + span.length == following.begin
    assert abs(day - (datetime.fromtimestamp(second, ZoneInfo(zone)).toordinal() - EPOCH)) <= 1


@pytest.mark.parametrize(
    ("day", "hours", "plain"),
    [("2026-03-07", 24, True), ("2026-03-08", 23, False), ("2026-11-01", 25, False)],
)
def test_a_day_on_which_clocks_change_is_shorter_or_longer(day: str, hours: int, plain: bool) -> None:
    span = NEW_YORK.span(datetime.fromisoformat(day).toordinal() - EPOCH)
    assert (span.length, span.plain) == (hours * 3600, plain)


def test_a_day_that_a_country_left_out_has_no_seconds() -> None:
    assert local_days("Pacific/Apia").span(datetime(2011, 12, 30, tzinfo=UTC).toordinal() - EPOCH).length == 0


@pytest.mark.parametrize(
    ("zone", "hours"), [("America/New_York", -5), ("Australia/Sydney", 10), ("Europe/Dublin", 0)]
)
def test_unchanging_days_have_standard_time(zone: str, hours: int) -> None:
    days = local_days(zone, unchanging=True)
    assert {days.span(day).length for day in range(20_000, 20_400)} == {DAY}
    assert days.zone == timezone(timedelta(hours=hours))


def test_what_a_zone_remembers_is_bounded() -> None:
    days = LocalDays("America/New_York")
    for day in range(5000):
        days.span(day)
    kept = [each for each in BoundedCache.every if each.bound == SPANS_KEPT]
    assert any(each.find(4999) for each in kept)
    assert all(each.weight <= SPANS_KEPT for each in kept)


@pytest.mark.parametrize("locale", sorted(known_locales()))
def test_every_locale_with_a_region_has_a_zone_that_is_there(locale: str) -> None:
    assert isinstance(load(zone_of(locale)), ZoneInfo) or locale == "la"


WANTED = {
    "zh_CN": "Asia/Shanghai",
    "en_US": "America/New_York",
    "de_DE": "Europe/Berlin",
    "es_CA": "Europe/Madrid",
}


@pytest.mark.parametrize(("locale", "zone"), WANTED.items())
def test_the_people_of_a_locale_live_where_most_of_them_do(locale: str, zone: str) -> None:
    assert zone_of(locale) == zone


def test_the_zones_are_there_on_a_machine_that_has_none() -> None:
    program = f"""
import zoneinfo
zoneinfo.reset_tzpath(())
from oifde_simulator.population.arrivals.zones import load
print(len([load(name) for name in {sorted(set(BY_REGION.values()))}]))
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(found.stdout) == len(set(BY_REGION.values()))


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match='unknown time zone "Mars/Olympus"'):
        load("Mars/Olympus")
