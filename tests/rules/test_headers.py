"""`headers` of a rule: added to any answer, put in the place of others, taken away, or dates of HTTP."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import QUERY, TOKEN
from engines import Engine
from moving import BODY, LOAD, Moving
from oifde_simulator.clock import LATEST
from oifde_simulator.engine.replay import replay
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.rules.answers.headers import HttpDate, set_headers
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import octets

OURS = ["Content-Type: application/json; charset=UTF-8", "Server: oifde-simulator"]
RETRY = "Retry-After: Thu, 01 Jan 2026 00:00:30 GMT"
REFUSED = {"status": 429, "headers": {"Retry-After": 7, "X-Own": "1"}}


def lines(exchange: Exchange) -> list[str]:
    """List the header lines of an answer that a scenario decides about."""
    head = octets(exchange.script, "head").decode().split("\r\n")[1:]
    return [line for line in head if line and not line.startswith(("Date", "Content-Length", "X-Simulator"))]


ANSWERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "one more": ({"headers": {"X-A": "b"}}, [*OURS, "X-A: b"]),
    "a number": ({"headers": {"X-A": 7}}, [*OURS, "X-A: 7"]),
    "an empty value": ({"headers": {"X-A": ""}}, [*OURS, "X-A: "]),
    "another value in its place": ({"headers": {"Content-Type": "x"}}, ["Content-Type: x", OURS[1]]),
    "another spelling": ({"headers": {"server": "y"}}, [OURS[0], "server: y"]),
    "the same value, spelled otherwise": (
        {"headers": {"server": "oifde-simulator"}},
        [OURS[0], "server: oifde-simulator"],
    ),
    "none": ({"headers": {"server": None}}, [OURS[0]]),
    "a date": ({"headers": {"Retry-After": {"http_date": "30s"}}}, [*OURS, RETRY]),
    "the time itself": (
        {"headers": {"X-A": {"http_date": "0s"}}},
        [*OURS, "X-A: Thu, 01 Jan 2026 00:00:00 GMT"],
    ),
    "beside respond": (
        {"respond": REFUSED, "headers": {"Retry-After": {"http_date": "30s"}}},
        [OURS[1], RETRY, "X-Own: 1"],
    ),
    "away from respond": ({"respond": REFUSED, "headers": {"retry-after": None}}, [OURS[1], "X-Own: 1"]),
    "in the place of what a rate adds": (
        {
            "over": {"limit": 0, "window": "10s"},
            "respond": {"status": 429},
            "headers": {"Retry-After": {"http_date": "30s"}},
        },
        [OURS[1], RETRY],
    ),
    "in respond": (
        {"respond": {"status": 429, "headers": {"Retry-After": {"http_date": "30s"}}}},
        [OURS[1], RETRY],
    ),
    "beside a patch": (
        {"patch": [{"op": "remove", "path": "/total"}], "headers": {"X-A": "b"}},
        [*OURS, "X-A: b"],
    ),
    "beside a fault": ({"faults": [{"cut": {"bytes": 3}}], "headers": {"X-A": "b"}}, [*OURS, "X-A: b"]),
    "below a fault of the same header": (
        {"faults": ["content-type"], "headers": {"Content-Type": "x"}},
        ["Content-Type: text/html", OURS[1]],
    ),
    "an outcome": ({"one_of": [{"headers": {"X-A": "b"}}]}, [*OURS, "X-A: b"]),
}


@pytest.mark.parametrize(("rule", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_has_the_headers_of_its_rule(rule: dict[str, Any], expected: list[str]) -> None:
    world = Moving({"name": "r", **rule})
    exchange = world.ask(0)
    assert (lines(exchange), exchange.rules) == (expected, ("r",))
    (entry,) = world.engine.entries()
    assert replay(entry, world.engine.tenant("acme"), world.engine.journal).response == exchange.response


def test_rows_and_a_good_answer_have_them_too() -> None:
    scenario = {
        "tenant": {"tokens": [TOKEN]},
        "sessions": {"users": {"18000000001": 3}},
        "rules": [{"name": "r", "rows": {"total": 1}, "headers": {"X-A": "b"}}],
    }
    engine = Engine({"acme": loader.from_json(scenario, "acme", "acme")})
    exchange = engine.handle(Request("POST", QUERY, {}, BODY))
    assert json.loads(bytes(exchange.response.body))["total"] == 4
    assert lines(exchange) == [*OURS, "X-A: b"]


SAME: dict[str, dict[str, Any]] = {
    "the same value": {"Server": "oifde-simulator"},
    "none of what is not there": {"X-Absent": None},
    "both": {"Content-Type": "application/json; charset=UTF-8", "X-Absent": None},
}


@pytest.mark.parametrize("headers", SAME.values(), ids=SAME)
def test_a_rule_whose_headers_are_there_already_has_no_turn_and_is_not_named(headers: dict[str, Any]) -> None:
    world = Moving({"name": "idle", "times": 1, "headers": headers}, {"name": "next", "faults": ["close"]})
    exchange = world.ask(0)
    assert (exchange.rules, exchange.held_back) == (("next",), ())
    assert exchange.notes == ("idle: nothing in this answer for headers to spoil",)


def test_a_date_that_is_there_already_depends_on_the_time() -> None:
    date = "Thu, 01 Jan 2026 00:00:30 GMT"
    scenario = {
        "settings": {"response_headers": {"Expires": date}},
        "clock": "2026-01-01T00:00:00Z",
        "rules": [{"name": "r", "headers": {"Expires": {"http_date": "30s"}}}],
    }
    world = Moving()
    world.engine = Engine({"acme": loader.from_json(scenario, "acme", "acme")})
    assert [world.ask(at).rules for at in (0, 0.5, 1, 0)] == [(), (), ("r",), ()]


def test_a_rule_with_headers_takes_the_request_as_others_do() -> None:
    world = Moving(
        {"name": "told", "times": 1, "headers": {"X-A": "b"}}, {"name": "down", "faults": ["reset"]}
    )
    assert [world.ask(0).rules for _ in range(2)] == [("told",), ("down",)]


@given(st.integers(0, LATEST), st.integers(0, 999_999_999 * 3_600_000))
def test_a_date_is_one_of_http_for_any_time(now: int, after: int) -> None:
    written = HttpDate(after).written(now)
    found = parsedate_to_datetime(written)
    assert written.endswith(" GMT")
    assert found.timestamp() == min((now + after) // 1000, 253_402_300_799)


def test_a_date_agrees_with_the_date_of_the_answer_to_the_second() -> None:
    world = Moving({"headers": {"Retry-After": {"http_date": "30s"}}})
    for seconds in (0.999, 1.0, 86_399.5):
        head = octets(world.ask(seconds).script, "head").decode()
        found = {line.partition(": ")[0]: line.partition(": ")[2] for line in head.split("\r\n")}
        date, retry = (parsedate_to_datetime(found[name]) for name in ("Date", "Retry-After"))
        assert (retry - date).total_seconds() == 30
        assert date.timestamp() == (LOAD + int(seconds * 1000)) // 1000


NAMES = st.sampled_from(["A", "a", "B", "b", "C"])
PAIRS = st.lists(st.tuples(NAMES, st.sampled_from(["1", "2"])), max_size=4).map(tuple)


@given(PAIRS, st.dictionaries(st.sampled_from(["A", "b"]), st.sampled_from(["1", "2"])))
def test_setting_headers_twice_changes_nothing_more(headers: Any, others: dict[str, str]) -> None:
    once = set_headers(headers, tuple(others.items()), frozenset("c"))
    assert set_headers(once, tuple(others.items()), frozenset("c")) == once
    for name, value in others.items():
        assert [each for each in once if each[0].lower() == name.lower()] == [(name, value)]
    left = [each for each in headers if each[0].lower() not in {*map(str.lower, others), "c"}]
    assert [each for each in once if each in left] == left
