"""Windows at a time of day: by values against a naive sweep of the wall clock, and as rules follow them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import QUERY, TOKEN
from engines import Engine
from examples import examples
from oifde_simulator.clock import LATEST, ClockSetting
from oifde_simulator.immediate import immediate
from oifde_simulator.instants import EPOCH, time_zone
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.rules.conditions.daily_window import (
    EVERY_DAY,
    WEEKDAYS,
    DailyWindow,
    first_instant,
    weekdays,
)
from oifde_simulator.rules.conditions.triggers import Moment
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Wait

HOUR = 3_600_000
DAY = 24 * HOUR
ZONES = [
    "UTC", "+08:00", "-03:30", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo",
    "America/Santiago", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "Asia/Beirut",
]  # fmt: skip
"""Zones that change at midnight, by half an hour, by a day, or never."""
CHANGES = [
    "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z",
    "2026-10-03T15:30Z", "2011-12-30T10:00Z", "2026-04-05T03:00Z", "2026-09-06T04:00Z", "2026-04-23T22:00Z",
    "2026-10-29T21:00Z", "1970-01-01T00:00Z", "2200-10-26T01:00Z",
]  # fmt: skip
"""Instants at or near which clocks of these zones change."""


def zone(name: str) -> tzinfo:
    found = time_zone(name)
    assert found
    return found


def epoch(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def moment(now: int) -> Moment:
    return Moment(now, 0)


STEP = 15 * 60_000
"""Step of the sweep; offsets, changes and times of day of the law are multiples of it."""


def swept(window: DailyWindow, begin: int, end: int) -> Iterator[int]:
    """Find the openings by a look at the wall clock each quarter of an hour."""
    highest = (EPOCH + timedelta(milliseconds=begin)).astimezone(window.zone).replace(tzinfo=None)
    for instant in range(begin, end, STEP):
        shown = (EPOCH + timedelta(milliseconds=instant)).astimezone(window.zone).replace(tzinfo=None)
        while highest < shown:
            highest += timedelta(minutes=15)
            if highest.time() == window.at and highest.weekday() in window.days:
                yield instant


@settings(max_examples=examples(90))
@given(
    st.sampled_from(ZONES),
    st.integers(0, 95),
    st.integers(1, DAY) | st.sampled_from([HOUR, DAY]),
    st.sets(st.integers(0, 6), min_size=1) | st.just(set(EVERY_DAY)),
    st.integers(300 * DAY, LATEST - 20 * DAY)
    | st.tuples(st.sampled_from(CHANGES[:-2]), st.integers(-40 * HOUR, 40 * HOUR)).map(
        lambda near: epoch(near[0]) + near[1]
    ),
)
def test_any_window_is_open_as_a_look_at_the_wall_clock_says(
    name: str, quarter: int, length: int, days: set[int], now: int
) -> None:
    window = DailyWindow(time(quarter // 4, quarter % 4 * 15), length, days, zone(name))
    begin = now - now % STEP - 9 * DAY
    found = list(swept(window, begin, now + 9 * DAY))
    last = max(opening for opening in found if opening <= now)
    coming = min(opening for opening in found if opening > now)
    text = (EPOCH + timedelta(milliseconds=coming)).astimezone(window.zone).isoformat()
    closed = f"window: opens in {(coming - now) / 1000:.15g} s, at {text}"
    for _ in range(2):  # found, and remembered
        assert window.holds_back(moment(now)) == ("" if now - last < length else closed)
        assert window.opened(moment(now)) == last - now
        assert window.opens_in(now) == (0 if now - last < length else coming - now)


@settings(max_examples=examples(60))
@given(st.sampled_from(ZONES), st.lists(st.integers(0, LATEST), min_size=2, max_size=6))
def test_what_is_remembered_depends_on_no_clock_that_was_moved(name: str, instants: list[int]) -> None:
    used = DailyWindow(time(23, 30), 2 * HOUR, {0, 4, 6}, zone(name))
    for now in (0, *instants, LATEST):
        fresh = DailyWindow(used.at, used.length, used.days, used.zone)
        assert used.holds_back(moment(now)) == fresh.holds_back(moment(now))
        assert used.opened(moment(now)) == fresh.opened(moment(now))


def test_windows_of_the_same_settings_are_equal_whatever_they_remember() -> None:
    used, fresh = (DailyWindow(time(12), HOUR, {0}, zone("Europe/Berlin")) for _ in range(2))
    used.holds_back(moment(DAY))
    assert (used, hash(used)) == (fresh, hash(fresh))
    assert used != DailyWindow(time(12), HOUR, {0}, zone("UTC"))


def test_it_is_worked_out_once_between_two_openings(monkeypatch: pytest.MonkeyPatch) -> None:
    window, found = DailyWindow(time(12), HOUR), []
    find = DailyWindow._find
    monkeypatch.setattr(DailyWindow, "_find", lambda self, now: found.append(now) or find(self, now))
    for now in range(0, 3 * DAY, 1_000_000):
        window.holds_back(moment(now))
        window.opened(moment(now))
    assert len(found) == 4


# zone, wall clock, first instant at which it is shown or passed
INSTANTS: dict[str, tuple[str, str, str]] = {
    "an hour that is skipped": ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:00:00+02:00"),
    "the end of the gap": ("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T03:00:00+02:00"),
    "an hour that comes twice": ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00"),
    "after it": ("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T03:00:00+01:00"),
    "half an hour that is skipped": (
        "Australia/Lord_Howe",
        "2026-10-04T02:20:07",
        "2026-10-04T02:30:00+11:00",
    ),
    "a midnight that is skipped": ("Africa/Cairo", "2026-04-24T00:00:00", "2026-04-24T01:00:00+03:00"),
    "a day that is skipped": ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-31T00:00:00+14:00"),
    "a gap of odd seconds": ("Africa/Monrovia", "1972-01-07T00:20:00", "1972-01-07T00:44:30+00:00"),
    "any other time": ("Asia/Shanghai", "2026-01-01T00:00:00", "2026-01-01T00:00:00+08:00"),
}


@pytest.mark.parametrize(("name", "local", "first"), INSTANTS.values(), ids=INSTANTS)
def test_it_opens_when_the_wall_clock_first_shows_its_time_or_a_later_one(
    name: str, local: str, first: str
) -> None:
    assert first_instant(datetime.fromisoformat(local), zone(name)) == epoch(first)


def test_where_clocks_go_back_over_midnight_it_opens_at_the_first_one() -> None:
    asked = ["2006-10-29T02:29:59Z", "2006-10-29T02:30:00Z", "2006-10-29T02:59:59Z", "2006-10-29T03:00:00Z",
             "2006-10-29T03:30:00Z"]  # fmt: skip
    # 00:01 becomes 23:01; each window is a fresh one, which remembers nothing.
    fresh = [DailyWindow(time(0), 30 * 60_000, {6}, zone("America/St_Johns")) for _ in asked]
    moments = [moment(epoch(instant)) for instant in asked]
    assert [not window.holds_back(at) for window, at in zip(fresh, moments, strict=True)] == [
        False, True, True, False, False,
    ]  # fmt: skip


DAYS = {
    "mon": "mon", "sun": "sun", "mon-fri": "mon tue wed thu fri", "sat-sun": "sat sun",
    "fri-mon": "mon fri sat sun", "sun-mon": "mon sun", "wed-wed": "wed", "tue-mon": " ".join(WEEKDAYS),
}  # fmt: skip


@pytest.mark.parametrize(("text", "days"), DAYS.items())
def test_a_range_of_days_goes_on_in_the_next_week(text: str, days: str) -> None:
    assert weekdays(text) == {WEEKDAYS.index(day) for day in days.split()}


@pytest.mark.parametrize("text", ["", "-", "mon-", "-mon", "Mon", "mon-fri-sat", "monday", "mon - fri", "m"])
def test_other_texts_are_no_days(text: str) -> None:
    assert weekdays(text) is None


# As rules follow


class Serving:
    """A tenant of a zone, whose clock a test sets."""

    def __init__(self, name: str, *rules: dict[str, Any], clock: str = "2026-01-01T00:00:00Z") -> None:
        given = {
            "clock": clock, "settings": {"time_zone": name}, "tenant": {"tokens": [TOKEN]},
            "rules": [rule if "faults" in rule else {"respond": {"status": 502}} | rule for rule in rules],
        }  # fmt: skip
        self.engine = Engine({"acme": loader.from_json(given, "acme", "acme")})

    def set(self, instant: str) -> None:
        """Have the clock stand at an instant."""
        version = self.engine.tenant("acme").read.version
        setting = ClockSetting(epoch(instant))
        immediate(self.engine.state.tenants.set_clock("acme", setting, version))

    def ask(self, instant: str) -> Exchange:
        """Send a query at an instant."""
        self.set(instant)
        body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "1"}
        return self.engine.handle(Request("POST", QUERY, {}, json.dumps(body).encode()))

    def why(self, instant: str) -> str:
        """Send a query at an instant; why the rule was held back."""
        self.ask(instant)
        held_back = self.engine.entries()[-1].held_back
        return held_back[0][1] if held_back else ""


def test_ninety_seconds_after_midnight_are_those_of_the_tenants_zone() -> None:
    serving = Serving("Asia/Shanghai", {"window": {"at": "00:00", "for": "90s"}})
    asked = ["2026-01-04T15:59:59.999Z", "2026-01-04T16:00:00Z", "2026-01-04T16:01:29.999Z",
             "2026-01-04T16:01:30Z", "2026-01-05T00:00:00Z"]  # fmt: skip
    assert [bool(serving.ask(instant).rule) for instant in asked] == [False, True, True, False, False]
    assert serving.why("2026-01-04T15:00:00Z") == ("window: opens in 3600 s, at 2026-01-05T00:00:00+08:00")


def test_a_window_before_midnight_goes_on_after_it_and_days_are_those_on_which_it_begins() -> None:
    serving = Serving("UTC", {"window": {"at": "23:59", "for": "5m", "days": ["fri"]}})
    asked = ["2026-01-02T23:59:00Z", "2026-01-03T00:03:59Z", "2026-01-03T00:04:00Z", "2026-01-03T23:59:30Z"]
    assert [bool(serving.ask(instant).rule) for instant in asked] == [True, True, False, False]
    assert serving.why("2026-01-03T23:59:30Z").endswith("at 2026-01-09T23:59:00+00:00")


def test_how_long_it_is_open_is_time_that_passes_where_clocks_change() -> None:
    serving = Serving("Europe/Berlin", {"window": {"at": "01:30", "for": "2h"}})
    asked = ["2026-03-29T04:29:59+02:00", "2026-03-29T04:30:00+02:00", "2026-10-25T02:29:59+01:00",
             "2026-10-25T02:30:00+01:00"]  # fmt: skip
    assert [bool(serving.ask(instant).rule) for instant in asked] == [True, False, True, False]


RAMP = {"faults": [{"latency": {"ramp": {"from": "10s", "to": "0s", "over": "100s"}}}]}


def late(exchange: Exchange) -> list[float]:
    return [each.seconds for each in exchange.script if isinstance(each, Wait)]


def test_a_ramp_counts_from_each_opening_also_from_one_before_load() -> None:
    rule = {"window": {"at": "00:00", "for": "1h"}, **RAMP}
    serving = Serving("UTC", rule, clock="2026-01-01T00:00:50Z")
    assert late(serving.ask("2026-01-01T00:00:50Z")) == [5]
    assert late(serving.ask("2026-01-03T00:00:20Z")) == [8]


def test_an_added_rule_is_of_the_tenants_zone_and_begins_when_it_was_added_or_opens() -> None:
    serving = Serving("+08:00")
    serving.set("2026-01-01T16:00:30Z")
    rule = {"name": "added", "window": {"at": "00:00", "for": "1h"}, **RAMP}
    immediate(serving.engine.admin.add_rules(serving.engine.tenant("acme"), [rule], [None]))
    assert late(serving.ask("2026-01-01T16:00:50Z")) == [8]
    assert late(serving.ask("2026-01-02T16:00:50Z")) == [5]
    assert late(serving.ask("2026-01-02T15:59:59Z")) == []


def test_the_same_rule_is_added_to_tenants_of_other_zones() -> None:
    rule = {"name": "added", "window": {"at": "00:00", "for": "1h"}, "respond": {"status": 502}}
    scenarios = {
        name: loader.from_json(
            {"clock": "2026-01-01T00:00:00Z", "settings": {"time_zone": of}, "tenant": {"tokens": [TOKEN]}},
            name, name,
        )
        for name, of in (("west", "-08:00"), ("here", "UTC"))
    }  # fmt: skip
    engine = Engine(scenarios)
    for name in scenarios:
        immediate(engine.admin.add_rules(engine.tenant(name), [rule], [None]))
    fired = {}
    for name in scenarios:
        body = {"tenantId": name, "authToken": TOKEN, "userMobile": "1"}
        fired[name] = engine.handle(Request("POST", QUERY, {}, json.dumps(body).encode())).rule
    assert fired == {"west": "", "here": "added"}
