"""Incidents of time: of day, in a state, beside other failures."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from conftest import GETTOKEN
from incidents import World, delay, plays, status
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.wire.script import header, octets
from playing import NOON

A_TOKEN = {"path": GETTOKEN, "appKey": "acme", "appSecret": "secret"}
HOUR, MINUTE = 3600, 60


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


@plays("gettoken answers 502 with a page for 90 s after midnight, each day")
def test_gettoken_is_down_after_each_local_midnight(world: World) -> None:
    world.clock.move(4 * HOUR - 1)  # in +08:00 noon UTC is 20:00
    found = [status(world.ask(**A_TOKEN))]
    for seconds in (1, 89, 1, 24 * HOUR - 90, 89):
        world.clock.move(seconds)
        found.append(status(world.ask(**A_TOKEN)))
    assert found == ["200", "502", "502", "200", "502", "502"]
    page = world.ask(**A_TOKEN)
    assert header(page.script, "Content-Type") == "text/html"
    assert b"502 Bad Gateway" in octets(page.script, "body")
    assert status(world.ask()) == "200"


@plays("from 10:00 to 10:05 all is three times slower, lognormal, p99 of 4 s")
def test_all_is_slower_for_five_minutes_of_a_working_day(world: World) -> None:
    def waits(hour: int, minute: int, day: int = 15) -> list[float]:
        at = datetime(2026, 1, day, hour - 1, minute, tzinfo=UTC)  # Berlin is an hour ahead
        world.clock.set(round(at.timestamp() * 1000))
        return sorted(delay(world.ask()) for _ in range(200))

    usual, slower, saturday = waits(9, 59), waits(10, 2), waits(10, 2, day=17)
    assert 2.4 < slower[100] / usual[100] < 3.6
    assert 2.5 < slower[197] < 6.5
    assert saturday[100] / usual[100] < 1.4
    assert waits(10, 5)[100] / usual[100] < 1.4


@plays("maintenance: announced in a header, down for 5 min, slow and getting faster, good")
def test_maintenance_is_announced_and_comes_and_goes(world: World) -> None:
    def at(minutes: float) -> Exchange:
        world.clock.set(NOON + round(minutes * MINUTE * 1000))
        return world.ask()

    world.ask()
    announced = at(0)
    assert (status(announced), header(announced.script, "X-Maintenance")) == (
        "200",
        "Thu, 15 Jan 2026 12:10:00 GMT",
    )
    assert [status(at(minutes)) for minutes in (10, 14.9)] == ["503", "503"]
    slow = [delay(at(minutes)) for minutes in (15.1, 17.5, 19.9)]
    assert slow == sorted(slow, reverse=True)
    assert slow[0] > slow[2] >= 0
    good = at(20.1)
    assert (status(good), good.rule, delay(good)) == ("200", "", 0)


@plays("a base latency for everything, and other failures on top of it")
def test_each_answer_is_late_and_the_tenth_fails_too(world: World) -> None:
    answers = [world.ask() for _ in range(20)]
    assert [delay(each) for each in answers] == [0.2] * 20
    assert [status(each) for each in answers] == ([*["200"] * 9, "500"] * 2)
    assert delay(world.ask(**A_TOKEN)) == 0.2


@pytest.mark.slow
@plays("a quota of 10,000 a day from local midnight, and one that slides")
def test_a_quota_is_renewed_at_midnight_or_slides(world: World) -> None:
    def passed(size: str) -> str:
        return status(world.ask(pageSize=size))

    world.clock.move(3 * HOUR)  # 23:00 in Shanghai
    assert {passed(size) for size in ("5", "10") for _ in range(10_000)} == {"200"}
    assert [passed("5"), passed("10")] == ["429", "429"]
    assert header(world.ask(pageSize="5").script, "Retry-After") == "3600"
    world.clock.move(HOUR)
    assert [passed("5"), passed("10")] == ["200", "429"]
    world.clock.move(23 * HOUR)
    assert [passed("5"), passed("10")] == ["200", "200"]


@plays("down for 20 s after the 1,000th request, then well")
def test_it_is_down_for_20_seconds(world: World) -> None:
    found = [status(world.ask()) for _ in range(1001)]
    assert found == [*["200"] * 1000, "503"]
    for seconds, expected in ((19, "503"), (1, "200"), (HOUR, "200")):
        world.clock.move(seconds)
        assert status(world.ask()) == expected


@plays("the recording of yesterday's last call is not there before 03:00")
def test_a_recording_comes_at_three_in_the_morning(world: World) -> None:
    world.clock.move(5 * HOUR)  # 01:00 of the 16th in Shanghai
    records = world.answer(pageSize="20")["recordList"]
    infos = [json.loads(record["businessInfoStr"]) for record in records]
    yesterday = next(each for each in infos if "/20260115/" in each["recordFileName"])
    before = next(each for each in infos if "/20260114/" in each["recordFileName"])

    def codes() -> list[str]:
        asked = (world.download(each["recordFileName"], each["locationId"]) for each in (yesterday, before))
        found = [world.engine.handle(each) for each in asked]
        return [json.loads(octets(each.script, "body"))["resultCode"] if each.rule else "" for each in found]

    assert codes() == ["0300012", ""]
    world.clock.move(2 * HOUR)
    assert codes() == ["", ""]
