"""A tenant's clock: by values, and as everything that reads it follows."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import QUERY
from controlling import USER, Controlling
from engines import Engine
from oifde_simulator.clock import FASTEST, LATEST, SLOWEST, ClockSetting, InitialClock, TenantClock
from oifde_simulator.immediate import immediate
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.tenants.tokens import accepted_token

pytest_plugins = ("made_tenants",)

NOON = 1767268800000
INSTANTS = st.integers(0, LATEST)


class Standing:
    """A setting, and a time of day that tests move."""

    def __init__(self, day: int, setting: ClockSetting = ClockSetting()) -> None:  # noqa: B008  a value
        self.day, self.setting = day, setting

    def change(self, deed: str, *given: int) -> None:
        """Change the setting as the control plane does."""
        self.setting = getattr(self.setting, deed)(*given, self.day)

    def reading(self) -> tuple[int, bool]:
        """What the clock tells, and whether it stands still; the clock and its setting agree."""
        clock = TenantClock(self.setting, self)
        assert clock.now() == self.setting.at(self.day)
        return clock.now(), clock.frozen

    def now(self) -> int:
        return self.day


# By values


def test_it_goes_with_the_time_of_day_until_somebody_says_otherwise() -> None:
    clock = Standing(NOON)
    clock.day += 5
    assert clock.reading() == (NOON + 5, False)
    clock.change("advanced", 1000)
    clock.day += 5
    assert clock.reading() == (NOON + 1010, False)
    clock.change("frozen")
    clock.day += 5
    assert clock.reading() == (NOON + 1010, True)
    clock.change("advanced", 1)
    clock.change("frozen")
    assert clock.reading() == (NOON + 1011, True)
    clock.change("going")
    clock.day += 5
    assert clock.reading() == (NOON + 1016, False)


def test_one_that_stood_still_goes_on_from_there() -> None:
    clock = Standing(0, ClockSetting(NOON))
    clock.change("going")
    clock.day = 7
    assert clock.reading() == (NOON + 7, False)


@given(INSTANTS, INSTANTS, st.booleans(), st.integers(0, 2**45))
def test_what_is_set_is_told_and_time_goes_on_from_there(
    day: int, instant: int, still: bool, passes: int
) -> None:
    clock = Standing(day)
    if still:
        clock.change("frozen")
    clock.change("set", instant)
    assert clock.reading() == (instant, still)
    clock.day += passes
    assert clock.reading() == (instant if still else min(instant + passes, LATEST), still)


@given(
    st.lists(
        st.one_of(
            st.sampled_from([("frozen",), ("going",)]),
            INSTANTS.map(lambda instant: ("set", instant)),
            st.integers(0, 10**18).map(lambda by: ("advanced", by)),
        )
    )
)
def test_it_never_leaves_its_bounds_and_what_is_refused_changes_nothing(deeds: list[Any]) -> None:
    clock = Standing(NOON)
    for deed in deeds:
        before = clock.reading()
        try:
            clock.change(*deed)
        except ValueError:
            assert clock.reading() == before
        assert 0 <= clock.reading()[0] <= LATEST


@pytest.mark.parametrize("instant", [-1, LATEST + 1, 10**30])
def test_an_instant_beyond_the_bounds_is_refused(instant: int) -> None:
    with pytest.raises(ValueError, match="expected an instant from 1970"):
        ClockSetting(NOON).set(instant, NOON)


# speed, what a real second is on it in milliseconds
SPEEDS = {60: 60_000, 1_000_000: 10**9, 0.001: 1, 0.5: 500, 1: 1000, 1.5: 1500}


@pytest.mark.parametrize(("speed", "second"), SPEEDS.items())
def test_it_runs_at_its_speed_through_all_changes(speed: float, second: int) -> None:
    clock = Standing(NOON)
    clock.change("paced", speed)
    assert clock.reading() == (NOON, False)
    clock.day += 1000
    assert clock.reading() == (NOON + second, False)
    clock.change("set", NOON)
    clock.day += 1000
    assert clock.reading() == (NOON + second, False)
    clock.change("advanced", 5)
    clock.day += 1000
    assert clock.reading() == (NOON + 2 * second + 5, False)
    clock.change("frozen")
    clock.day += 1000
    clock.change("advanced", 1)
    clock.change("going")
    clock.change("going")
    clock.day += 1000
    assert clock.reading() == (NOON + 3 * second + 6, False)
    assert clock.setting.speed == speed


def test_one_that_stands_still_takes_its_speed_when_it_goes_on() -> None:
    clock = Standing(5, ClockSetting(NOON))
    clock.change("paced", 60)
    clock.day += 1000
    assert clock.reading() == (NOON, True)
    clock.change("going")
    clock.day += 1000
    assert clock.reading() == (NOON + 60_000, False)
    clock.change("paced", 1)
    clock.day += 1000
    assert clock.reading() == (NOON + 61_000, False)


@pytest.mark.parametrize("speed", [0, -1, 0.0009, 1_000_001, float("nan"), float("inf")])
def test_a_speed_beyond_the_bounds_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match=r"expected a speed from 0\.001 to 1000000"):
        ClockSetting().paced(speed, NOON)


@given(INSTANTS, st.floats(SLOWEST, FASTEST), INSTANTS, st.lists(st.integers(-(2**40), 2**45), max_size=5))
def test_a_fast_one_follows_the_time_of_day_and_stays_in_its_bounds(
    start: int, speed: float, day: int, steps: list[int]
) -> None:
    clock = Standing(day, InitialClock(start=start, speed=speed).begun(day))
    assert clock.reading() == (start, False)
    for step in steps:
        before, clock.day = clock.reading()[0], clock.day + step
        now = clock.reading()[0]
        assert 0 <= now <= LATEST
        assert (now - before) * step >= 0


# As everything follows

SCENARIO = {
    "clock": "2026-01-01T12:00:00Z",
    "tenant": {"token_lifetime": 60, "tokens": ["whisper-whisper"]},
    "sessions": {"generate": {"per_day": 20, "days": 2}},
    "rules": [
        {
            "name": "open",
            "match": {"endpoint": "gettoken"},
            "window": {"from": "1h", "until": "2h"},
            "respond": {"status": 503},
        }
    ],
}


@pytest.fixture
def clock(made: dict[str, str]) -> str:
    """Where the clock of the made tenant is."""
    return f"/tenants/{made['tenantId']}/clock"


def test_it_is_read_stopped_set_and_moved_on(server: Controlling, clock: str) -> None:
    assert server("GET", clock).json == {"now": "2026-01-01T12:00:00.000Z", "frozen": True, "speed": 1}
    assert server("PUT", clock, {"advance": "90m"}).json["now"] == "2026-01-01T13:30:00.000Z"
    later = {"now": "2030-06-01T00:00:00.000Z", "frozen": True, "speed": 1}
    assert server("PUT", clock, {"set": "2030-06-01T08:00:00+08:00"}).json == later
    goes = server("PUT", clock, {"freeze": False}).json
    assert not goes["frozen"]
    assert later["now"] <= goes["now"] < "2030-06-01T01"
    stopped = server("PUT", clock, {"freeze": True}).json
    assert server("GET", clock).json == stopped


def test_tokens_expire_and_are_good_again_when_time_goes_back(
    server: Controlling, made: dict[str, str], clock: str
) -> None:
    issued = server.gettoken(made["tenantId"], made["appSecret"]).json["authToken"]
    found = []
    for body in ({"advance": "59s"}, {"advance": "1s"}, {"set": "2026-01-01T12:00:00Z"}):
        server("PUT", clock, body)
        found.append(server.query(made, authToken=issued).json["errorCode"])
    assert found == [0, 900001, 0]


def test_sessions_appear_and_go(server: Controlling, made: dict[str, str], clock: str) -> None:
    def starts() -> list[int]:
        answer = server.query(made, pageSize="100").json
        return [record["startTime"] for record in answer["recordList"]]

    before = starts()
    assert max(before) <= NOON
    server("PUT", clock, {"advance": "12h"})
    after = starts()
    assert NOON < max(after) <= NOON + 12 * 3_600_000
    path = f"/tenants/{made['tenantId']}/sessions?userMobile={USER}"
    assert server("GET", path).json["total"] == server.query(made).json["total"]
    server("PUT", clock, {"set": "2026-01-01T12:00:00Z"})
    assert starts() == before


def test_windows_open_and_close(server: Controlling, made: dict[str, str], clock: str) -> None:
    found = []
    for instant in ("12:00", "13:00", "13:59", "14:00", "11:00"):
        server("PUT", clock, {"set": f"2026-01-01T{instant}:00Z"})
        found.append(server.gettoken(made["tenantId"], made["appSecret"]).status)
    assert found == [200, 503, 503, 200, 200]


def test_the_date_header_and_the_journal_follow(
    server: Controlling, made: dict[str, str], clock: str
) -> None:
    server("PUT", clock, {"set": "2031-02-03T04:05:06Z"})
    date = server.query(made).headers["Date"]
    assert f"{parsedate_to_datetime(date):%Y-%m-%dT%H:%M:%S}" == "2031-02-03T04:05:06"
    (entry,) = server("GET", f"/journal?tenant={made['tenantId']}").json["entries"]
    assert entry["at"] == "2031-02-03T04:05:06.000Z"


class TimeOfDay:
    """A time of day that a test moves."""

    day = NOON

    def now(self) -> int:
        return self.day


def started(clock: Any) -> tuple[Engine, TimeOfDay]:
    """Serve a tenant with this clock, whose tokens are good for an hour."""
    day = TimeOfDay()
    scenario = loader.from_json({"clock": clock, "tenant": {"token_lifetime": 3600}}, "acme", "acme")
    return Engine({"acme": scenario}, clock=day), day


START = 1_767_254_400_000
"""2026-01-01T08:00:00Z."""
# clock, what it tells at load, and ten real seconds later
BEGINNINGS: dict[str, tuple[Any, int, int]] = {
    "a start": ({"start": "2026-01-01T08:00:00Z"}, START, START + 10_000),
    "a start with an offset": (
        {"start": "2026-01-01T08:00:00+08:00"},
        START - 8 * 3_600_000,
        START - 28_790_000,
    ),
    "a speed": ({"speed": 60}, NOON, NOON + 600_000),
    "both": ({"start": "2026-01-01T08:00:00Z", "speed": 0.5}, START, START + 5000),
    "the fastest": ({"start": "2026-01-01T08:00:00Z", "speed": 1_000_000}, START, START + 10**10),
    "neither": ({}, NOON, NOON + 10_000),
    "now": ("now", NOON, NOON + 10_000),
    "an instant": ("2026-01-01T08:00:00Z", START, START),
}


@pytest.mark.parametrize(("clock", "load", "later"), BEGINNINGS.values(), ids=BEGINNINGS)
def test_it_begins_at_load_and_again_at_reset(clock: Any, load: int, later: int) -> None:
    engine, day = started(clock)
    assert engine.tenant("acme").clock.now() == engine.tenant("acme").rules.since == load
    day.day += 10_000
    assert engine.tenant("acme").clock.now() == later
    assert engine.tenant("acme").rules.since == load
    immediate(engine.admin.change_clock("acme", lambda setting, now: setting.paced(7, now)))
    immediate(engine.admin.reset("acme"))
    begins = load if load != NOON else NOON + 10_000
    assert engine.tenant("acme").clock.now() == engine.tenant("acme").rules.since == begins
    day.day += 10_000
    assert engine.tenant("acme").clock.now() == begins + later - load


def test_at_sixty_times_the_speed_a_token_expires_after_a_minute() -> None:
    engine, day = started({"start": "2026-01-01T08:00:00Z", "speed": 60})
    token = immediate(accepted_token(engine.tenants, "acme"))
    query = json.dumps({"tenantId": "acme", "authToken": token, "userMobile": USER}).encode()
    codes = []
    for day.day in (NOON + 59_000, NOON + 60_000):
        codes.append(engine.handle(Request("POST", QUERY, {}, query)).honest.fields["errorCode"])
    assert codes == [0, 900001]


def test_the_speed_is_set_and_told_by_the_control_plane(server: Controlling) -> None:
    made = server.make(SCENARIO | {"clock": {"start": "2030-06-01T00:00:00Z", "speed": 0.5}})
    clock = f"/tenants/{made['tenantId']}/clock"
    read = server("GET", clock).json
    assert (read["now"][:13], read["frozen"], read["speed"]) == ("2030-06-01T00", False, 0.5)
    assert server("PUT", clock, {"freeze": True}).json["speed"] == 0.5
    stopped = server("PUT", clock, {"speed": 3600}).json
    assert (stopped["frozen"], stopped["speed"]) == (True, 3600)
    assert server("GET", f"/tenants/{made['tenantId']}").json["clock"] == stopped
    server("POST", f"/tenants/{made['tenantId']}/reset", {})
    read = server("GET", clock).json
    assert (read["now"][:13], read["frozen"], read["speed"]) == ("2030-06-01T00", False, 0.5)


RULES = {
    "rate": {"over": {"limit": 1, "window": "1m", "enforce": True}, "respond": {"status": 429}},
    "window": {"window": {"from": "1s", "repeat": "1h"}, "respond": {"status": 503}},
    "ramp": {"faults": [{"latency": {"ramp": {"from": "0ms", "to": "1ms", "over": "1s"}}}]},
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_at_the_ends_of_time_everything_answers(server: Controlling, rule: dict[str, Any]) -> None:
    made = server.make(SCENARIO | {"rules": [rule]})
    path = f"/tenants/{made['tenantId']}"
    for instant in ("1970-01-01T00:00:00Z", "2286-11-20T17:46:39.999Z", "1970-01-03T00:00:00Z"):
        server("PUT", f"{path}/clock", {"set": instant})
        for _ in range(3):
            answer = server.query(made, pageSize="100")
            assert answer.status in (200, 429, 503)
            assert answer.status != 200 or answer.json["errorCode"] == 0
        for record in json.loads(answer.body or b"{}").get("recordList", [])[:3]:
            found = server.query(made, userMobile=None, callId=record["callId"])
            assert found.status != 200 or found.json["errorCode"] in (0, 10000002)
        issued = server.gettoken(made["tenantId"], made["appSecret"])
        assert issued.status in (200, 429, 503)
    running_on = server("PUT", f"{path}/clock", {"freeze": False})
    assert running_on.status == 200
    assert server("PUT", f"{path}/clock", {"set": "2286-11-20T17:46:39.999Z"}).status == 200
    assert server.query(made).status in (200, 429, 503)
    assert server("GET", f"{path}/clock").json["now"] == "2286-11-20T17:46:39.999Z"


WRONG: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "freeze"),
    "two at once": ({"freeze": True, "advance": "1h"}, "freeze"),
    "another key": ({"stop": True}, "freeze"),
    "text for yes": ({"freeze": "yes"}, "freeze"),
    "no zone": ({"set": "2026-01-01T00:00:00"}, 'if it is UTC, write "2026-01-01T00:00:00Z"'),
    "no day": ({"set": "2026-02-30T00:00:00Z"}, "is no instant"),
    "now": ({"set": "now"}, "is no instant; expected an instant such as"),
    "milliseconds": ({"set": "1767268800000"}, 'write that instant as "2026-01-01T12:00:00.000Z"'),
    "a number": ({"set": 1767268800000}, "set"),
    "too late": (
        {"set": "9999-12-31T23:59:59-14:00"},
        "set: expected an instant from 1970-01-01T00:00:00.000Z to 2286-11-20T17:46:39.999Z, "
        'found "9999-12-31T23:59:59-14:00"',
    ),
    "too early": ({"set": "1969-12-31T23:59:59Z"}, "is no instant"),
    "no unit": ({"advance": "5"}, "advance"),
    "a unit in words": (
        {"advance": "1 hour"},
        'advance: expected a duration with its unit such as 800ms, 2s or 5m, found "1 hour"',
    ),
    "no yes or no": ({"freeze": "yes"}, 'freeze: expected true or false, found "yes"'),
    "a speed of nothing": ({"speed": 0}, "speed: expected at least 0.001, found 0"),
    "a speed that is too high": ({"speed": 1e9}, "speed: expected at most 1000000"),
    "a speed as text": ({"speed": "60"}, "speed: expected a number"),
    "a speed and an instant": ({"speed": 60, "set": "2026-01-01T00:00:00Z"}, "freeze"),
    "backwards": ({"advance": "-1h"}, "advance"),
    "not at all": ({"advance": "0s"}, "duration"),
    "too far": ({"advance": "999999999h"}, "advance: expected at most "),
    "farther than the clock goes": (
        {"advance": "9999999h"},
        "Z to 2286-11-20T17:46:39.999Z, found 9999999h",
    ),
    "no JSON": (b"{'freeze': true}", "JSON"),
    "a list": ([], "freeze"),
}


@pytest.mark.parametrize(("body", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_time_is_told_and_changes_nothing(
    server: Controlling, clock: str, body: Any, words: str
) -> None:
    before = server("GET", clock).body
    answer = server("PUT", clock, body)
    assert answer.problem == (400, "wrong-body")
    assert words in answer.json["detail"]
    assert server("GET", clock).body == before
