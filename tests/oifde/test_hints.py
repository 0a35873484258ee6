"""A query that finds nothing is told what else it may have meant, with little work and none twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import Asked, answer
from conftest import ACME, TOKEN
from examples import examples
from oifde_simulator.instants import time_zone, time_zone_error
from oifde_simulator.model.sessions import CallSession, Criteria, Sessions
from oifde_simulator.oifde.operations.base import ServicePolicy
from oifde_simulator.oifde.queries.hints import MOST_SELECTIONS, hints
from oifde_simulator.oifde.queries.numbers import plain_number
from oifde_simulator.oifde.queries.page_request import criteria
from oifde_simulator.oifde.queries.zones import ZONES_OF_LOCALES, likely_zones
from oifde_simulator.oifde.reading import Reading
from oifde_simulator.population.literal import LiteralSessions

MORNING = {"beginTime": "2026-01-01 08:00:00", "endTime": "2026-01-01 08:30:00"}
NIGHT = {"beginTime": "2026-01-01 00:00:00", "endTime": "2026-01-01 00:30:00"}
SHANGHAI = ACME + 'settings: {time_zone: "+08:00"}\n'
BERLIN = ACME + "settings: {time_zone: Europe/Berlin}\n"
LOCAL = "are beginTime and endTime local times?"

# scenario, fields of the query, the warning; "" for none
TIMES: dict[str, tuple[str, dict[str, Any], str]] = {
    "local times": (
        ACME,
        MORNING,
        "nothing is found between 2026-01-01 08:00:00 and 2026-01-01 08:30:00 UTC; "
        f"read as Asia/Shanghai there are 2 sessions: {LOCAL}",
    ),
    "one bound below": (
        ACME,
        {"beginTime": "2026-01-01 08:01:00"},
        "nothing is found from 2026-01-01 08:01:00 UTC on; "
        "read as Asia/Shanghai there is 1 session: is beginTime a local time?",
    ),
    "one bound above": (
        SHANGHAI,
        {"endTime": "2026-01-01 00:00:10"},
        "nothing is found up to 2026-01-01 00:00:10 UTC+08:00; "
        "read as UTC there is 1 session: is endTime in UTC?",
    ),
    "UTC where local times are asked": (
        SHANGHAI,
        NIGHT,
        "nothing is found between 2026-01-01 00:00:00 and 2026-01-01 00:30:00 UTC+08:00; "
        "read as UTC there are 2 sessions: are beginTime and endTime in UTC?",
    ),
    "UTC in a third zone": (
        BERLIN,
        NIGHT,
        "nothing is found between 2026-01-01 00:00:00 and 2026-01-01 00:30:00 Europe/Berlin; "
        "read as UTC there are 2 sessions: are beginTime and endTime in UTC?",
    ),
    "no hour of any zone": (ACME, {"endTime": "2025-12-01 00:00:00"}, ""),
    "the first day there is": (ACME, {"endTime": "0001-01-01 00:00:00"}, ""),
    "the last day there is": (ACME, {"beginTime": "9999-12-31 23:59:59"}, ""),
    "nobody": (ACME, {**MORNING, "userMobile": "1"}, ""),
    "no times": (ACME, {"userMobile": "1"}, ""),
    "something is found": (ACME, NIGHT, ""),
    "a page past the end": (ACME, {**NIGHT, "pageNum": "2"}, ""),
    "nothing by callId": (
        ACME,
        {**MORNING, "userMobile": ..., "callId": "c1"},
        "nothing is found between 2026-01-01 08:00:00 and 2026-01-01 08:30:00 UTC; "
        f"read as Asia/Shanghai there is 1 session: {LOCAL}",
    ),
}


@pytest.mark.parametrize(("scenario", "fields", "warning"), TIMES.values(), ids=TIMES)
def test_times_in_another_time_zone_are_told(scenario: str, fields: dict[str, Any], warning: str) -> None:
    server = Asked(scenario)
    exchange = server.query(**fields)
    assert exchange.honest.warnings == ((warning,) if warning else ())
    assert answer(exchange)["errorCode"] == 0
    assert server.entries()[0].warnings == exchange.honest.warnings
    assert len(exchange.response.headers) == 2


# userMobile, the number that it may mean; "" for none
NUMBERS = {
    "+8618000000001": "18000000001",
    "+86 180-0000-0001": "18000000001",
    "008618000000001": "18000000001",
    "0086 180 0000 0001": "18000000001",
    "8618000000001": "18000000001",
    " 18000000001": "18000000001",
    "180-0000-0001": "18000000001",
    "(180) 0000 0001": "18000000001",
    "tel:18000000001": "18000000001",
    "１８０００００００１": "1800000001",
    "18000000001\u200b": "18000000001",
    "18000000001": "",
    "180****0001": "",
    "": "",
    "nobody": "",
    "86": "",
    "8": "",
    "1" * 61: "",
}


@pytest.mark.parametrize(("sent", "plain"), NUMBERS.items(), ids=map(ascii, NUMBERS))
def test_the_plain_form_of_a_number(sent: str, plain: str) -> None:
    assert plain_number(sent) == plain


@given(st.text(max_size=80))
def test_a_plain_number_is_digits_and_its_own_plain_form_at_last(text: str) -> None:
    plain = plain_number(text)
    assert plain == "" or (plain.isascii() and plain.isdigit() and plain != text)


def test_a_number_that_is_found_when_it_is_plain_is_told() -> None:
    exchange = Asked(ACME).query(userMobile="+86 180-0000-0001")
    assert exchange.honest.warnings == (
        'nothing is found for userMobile "+86 180-0000-0001"; for the plain number "18000000001" '
        "there are 2 sessions: numbers are compared as they are sent",
    )
    assert answer(exchange)["total"] == 0


def test_a_number_that_nobody_has_is_told_nothing() -> None:
    assert Asked(ACME).query(userMobile="+86 180-0000-0009").honest.warnings == ()


def test_number_and_times_are_told_together() -> None:
    (warning,) = Asked(ACME).query(**MORNING, userMobile="+8618000000001").honest.warnings
    assert 'read as Asia/Shanghai and for "18000000001" there are 2 sessions' in warning


GENERATED = f"""
tenant: {{tokens: ["{TOKEN}"]}}
clock: "2026-01-01T00:00:00Z"
sessions: {{generate: {{locale: ja_JP, days: 3}}, users: {{"18000000001": 30}}}}
"""


def test_the_zone_of_the_locale_comes_first() -> None:
    server = Asked(GENERATED)
    start = answer(server.query())["recordList"][0]["startTime"] // 1000 + 9 * 3600
    from datetime import UTC, datetime

    text = f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d %H:%M:%S}"
    (warning,) = server.query(beginTime=text, endTime=text).honest.warnings
    assert "read as Asia/Tokyo there is 1 session" in warning


class Counted:
    """Sessions that count how often they were asked."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.asked: list[Criteria] = []

    def select(self, criteria: Criteria, now: int, /) -> Sequence[CallSession]:
        """Find the sessions that fit, and count."""
        self.asked.append(criteria)
        return self.sessions.select(criteria, now)


NONE = LiteralSessions((), world="w", tenant="t")
POLICY = ServicePolicy(hint_zones=("Asia/Tokyo", "Asia/Shanghai", "UTC"), has_sessions=True)


@settings(max_examples=examples(50))
@given(st.sampled_from([*NUMBERS]), st.sampled_from([MORNING, NIGHT, {}]))
def test_at_most_two_more_selections_are_made_and_none_again_within_a_minute(
    number: str, times: dict[str, str]
) -> None:
    values = {"userMobile": number, **times}
    reading, sessions = Reading(values), Counted(NONE)
    asked = criteria(values, POLICY, POLICY.time_zone)
    for now in (0, 59_999):
        assert hints(reading, asked, sessions, POLICY, now) == ()
        assert len(sessions.asked) <= MOST_SELECTIONS
        assert len(sessions.asked) == len(set(sessions.asked))
        assert asked not in sessions.asked
    before = len(sessions.asked)
    hints(reading, asked, sessions, POLICY, 60_000)
    assert len(sessions.asked) == 2 * before


def test_hints_of_other_sessions_are_not_remembered() -> None:
    values = {"userMobile": "+1"}
    reading, asked = Reading(values), Criteria(user="+1")
    record = {"callSorId": "1", "calledNumber": "2", "startTime": 0}
    filled = LiteralSessions([record], world="w", tenant="t")
    assert hints(reading, asked, NONE, POLICY, 0) == ()
    assert len(hints(reading, asked, filled, POLICY, 0)) == 1
    assert hints(reading, asked, NONE, POLICY, 0) == ()


def test_a_tenant_without_sessions_is_never_looked_at_again() -> None:
    server = Asked(f'tenant: {{tokens: ["{TOKEN}"]}}')
    sessions = Counted(server.tenant("acme").world.sessions)
    server.tenant("acme").service.sessions = sessions
    assert server.query(**MORNING, userMobile="+8618000000001").honest.warnings == ()
    assert len(sessions.asked) == 1


def test_a_query_that_finds_something_is_selected_once() -> None:
    server = Asked(ACME)
    sessions = Counted(server.tenant("acme").world.sessions)
    server.tenant("acme").service.sessions = sessions
    server.query()
    assert len(sessions.asked) == 1


def test_every_time_zone_of_a_locale_is_one() -> None:
    assert [name for name in ZONES_OF_LOCALES.values() if time_zone_error(name)] == []
    assert time_zone("Asia/Shanghai")


ZONES = {
    "the vendor's, where the locale has many": (("en_US", "UTC"), ("Asia/Shanghai",)),
    "the locale's first": (("de_DE", "UTC"), ("Europe/Berlin", "Asia/Shanghai")),
    "not the chosen one": (("zh_CN", "Asia/Shanghai"), ("UTC",)),
    "no locale": (("", "+02:00"), ("Asia/Shanghai", "UTC")),
}


@pytest.mark.parametrize(("asked", "wanted"), ZONES.values(), ids=ZONES)
def test_the_likely_time_zones(asked: tuple[str, str], wanted: tuple[str, ...]) -> None:
    assert likely_zones(*asked) == wanted
