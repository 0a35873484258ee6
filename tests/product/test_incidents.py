"""Incidents that testers write as scenarios: each is short, is explained as meant, and happens as told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from conftest import GETTOKEN, TOKEN
from incidents import INCIDENTS, World, delay, plays, status, text
from oifde_simulator.cli import main
from oifde_simulator.engine import explain
from oifde_simulator.model.http import Peer
from oifde_simulator.wire.script import header, octets


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


PLAYED = re.compile(r'^@plays\(\s*"([^"]+)"', re.MULTILINE)


# All of them


def test_each_incident_has_a_test() -> None:
    files = Path(__file__).parent.glob("test_incidents*.py")
    assert {name for file in files for name in PLAYED.findall(file.read_text())} == set(INCIDENTS)


def test_check_finds_nothing_to_say_of_any(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place, name in enumerate(INCIDENTS):
        (tmp_path / f"incident-{place}.yaml").write_text(text(name), encoding="utf-8")
    code = main(["check", "--strict", str(tmp_path)])
    printed = capsys.readouterr().out
    assert (code, printed.count(": good: ")) == (0, len(INCIDENTS)), printed


A_TOKEN = {"path": GETTOKEN, "appKey": "acme", "appSecret": "secret"}
DRAWN = ["drawn"] * 10
EXPLAINED: dict[str, tuple[Mapping[str, Any], Sequence[str]]] = {
    "page 3 repeats": ({"pageNum": "3", "pageSize": "10"}, ["shrinks"]),
    "one answer of 200": ({"pageSize": "100"}, [*[""] * 199, "one-of-200", ""]),
    "the first query after": ({}, ["renewed", "", ""]),
    "a new record appears": ({"pageNum": "2", "pageSize": "10"}, ["one-more"]),
    "HTTP 200 with": ({}, ["empty"]),
    "HTTP 302": ({}, ["login"]),
    "two records": ({}, ["twins"]),
    "fields at": ({}, ["at-the-limit"]),
    "errors depend": ({"callId": "1618-a"}, ["old-calls"]),
    "another behaviour for each": ({"authToken": "f" * 32}, ["old-token"]),
    "when user A": ({}, ["a-fails", ""]),
    "100 ms": ({"pageNum": "12"}, ["deep"]),
    "every failure": ({}, DRAWN),
    "the first query of the day": ({}, ["cold-cache", "warm"]),
    "401": ({"authToken": ""}, ["unauthorized"]),
    "an empty first": ({}, ["not-yet"]),
    "null lists": ({}, ["drift"]),
    "a callId is found": ({"callId": "c-of-another"}, [""]),
    "the longest": ({}, [""]),
    "a day in which": ({}, [""]),
    "the load balancer": ({"headers": {"User-Agent": "okhttp/4.12"}}, ["teapot"]),
    "the vendor's clock": (A_TOKEN, ["an-hour"]),
    "gettoken answers 502": (A_TOKEN, [""]),
    "from 10:00": ({}, ["usual"]),
    "after 1,000": ({}, [*[""] * 1000, "used-up"]),
    "recordDetials has": ({}, ["turns"]),
    "the answer is good gzip": ({}, ["packed"]),
    "times in seconds": ({}, ["seconds"]),
    "the answer is in GBK": ({"pageSize": "5"}, ["said"]),
    "failure begins": ({}, ["", ""]),
    "fails only": ({}, ["", ""]),
    "the first request of each connection": ({"peer": Peer("192.0.2.1", 7, 1)}, ["cold-connection", ""]),
    "maintenance": ({}, ["announced"]),
    "another behaviour per client": ({"peer": Peer("10.1.2.3", 1, 1)}, ["inside"]),
    "the first request of each trace": ({"headers": {"X-Trace": "t1"}}, ["first-of-trace", ""]),
    "the words": ({"callId": "1618"}, ["echo"]),
    "the page number": ({"pageNum": "2"}, ["page-number"]),
    "a base": ({}, ["base"]),
    "a quota": ({"pageSize": "5"}, ["", ""]),
    "down for 20": ({}, [*[""] * 1000, "goes-down", "down"]),
    "the recording": ({}, [""]),
    "of pipelined requests": ({"pageNum": "2"}, ["forgotten"]),
}
"""A request to each incident, by the beginning of its name, and the rules that take it, time after time."""


@pytest.mark.parametrize("begin", EXPLAINED)
def test_an_incident_is_explained_as_it_is_meant(begin: str) -> None:
    (name,) = (name for name in INCIDENTS if name.startswith(begin))
    fields, rules = EXPLAINED[begin]
    world = World(name)
    turns = list(explain.explain(world.engine.tenants, world.request(**fields), len(rules)))
    fired = [next((each.rule for each in turn.verdicts if each.outcome == "fired"), "") for turn in turns]
    if rules is DRAWN:  # an outcome that lets the honest answer pass may count as fired, or not
        assert {"drawn"} <= set(fired) <= {"drawn", ""}
    else:
        assert fired == rules


def test_every_incident_is_explained() -> None:
    assert all(sum(name.startswith(begin) for begin in EXPLAINED) == 1 for name in INCIDENTS)


# One by one


@plays("page 3 repeats the last four rows of page 2 and total shrinks by four")
def test_page_3_begins_with_the_end_of_page_2(world: World) -> None:
    pages = [world.answer(pageNum=number, pageSize="10") for number in ("1", "2", "3", "4")]
    second, third = ([record["callId"] for record in page["recordList"]] for page in pages[1:3])
    assert third[:4] == second[6:]
    assert [page["total"] for page in pages] == [40, 40, 36, 36]


@plays("one answer of 200 is truncated for pageSize 100 only")
def test_one_answer_of_200_breaks_off(world: World) -> None:
    for size in ("100", "50"):
        broken = 0
        for _ in range(200):
            try:
                world.answer(pageSize=size)
            except ValueError:
                broken += 1
        assert broken == (size == "100")


@plays("the first query after each token renewal gets 900001 once")
def test_each_new_token_is_refused_once(world: World) -> None:
    for token in (world.token()["authToken"], TOKEN):
        assert [world.answer(authToken=token)["errorCode"] for _ in range(3)] == [900001, 0, 0]


@plays("a new record appears between page 1 and page 2")
def test_page_2_begins_with_the_last_of_page_1(world: World) -> None:
    first = world.answer(pageNum="1", pageSize="10")
    second = world.answer(pageNum="2", pageSize="10")
    assert second["recordList"][0] == first["recordList"][-1]
    assert (first["total"], second["total"]) == (40, 41)


@plays("HTTP 200 with an empty body")
def test_a_good_status_has_no_body(world: World) -> None:
    exchange = world.ask()
    assert (status(exchange), octets(exchange.script, "body")) == ("200", b"")
    assert header(exchange.script, "Content-Length") == "0"


@plays("HTTP 302 to a login page")
def test_a_query_is_sent_to_a_login_page(world: World) -> None:
    exchange = world.ask()
    assert (status(exchange), header(exchange.script, "Location")) == ("302", "https://sso.example/login")
    assert world.token()["errorCode"] == 0


@plays("two records with the same callId")
def test_two_records_have_one_call_id(world: World) -> None:
    first, second, *others = world.answer()["recordList"]
    assert first["callId"] == second["callId"]
    assert first["startTime"] != second["startTime"]
    assert len({record["callId"] for record in others}) == 38


@plays("fields at their documented length, and one character beyond")
def test_a_field_is_as_long_as_the_table_says_or_longer(world: World) -> None:
    assert [len(world.calls(userMobile=f"1800000000{n}")[0]) for n in (1, 2)] == [64, 65]


@plays("errors depend on the prefix of callId")
def test_calls_of_one_prefix_fail(world: World) -> None:
    assert world.answer(callId="1618-a")["errorCode"] == 10000001
    assert world.answer(callId="1718-a")["errorCode"] == 0


@plays("another behaviour for each token")
def test_one_token_is_served_and_the_other_is_not(world: World) -> None:
    assert [status(world.ask(authToken=token)) for token in (TOKEN, "f" * 32)] == ["200", "503"]


@plays("when user A has failed, user B fails too")
def test_a_failure_spreads(world: World) -> None:
    first, second = "18000000001", "18000000002"
    found = [status(world.ask(userMobile=user)) for user in (second, first, second, second, first)]
    assert found == ["200", "500", "500", "500", "200"]


@plays("100 ms for gettoken, 2 s for deep pages, none for page 1")
def test_each_kind_of_request_has_its_delay(world: World) -> None:
    assert delay(world.ask(**A_TOKEN)) == 0.1
    assert [delay(world.ask(pageNum=number)) for number in ("1", "2", "9", "10", "25")] == [0, 2, 2, 2, 2]


@plays("every failure of a list by weight, the same on each run")
def test_what_fails_is_drawn_and_the_same_again(world: World) -> None:
    def walk(world: World) -> list[Any]:
        return [world.ask(pageSize="5").script for _ in range(60)]

    found = walk(world)
    assert found == walk(World("every failure of a list by weight, the same on each run"))
    resets = [script for script in found if not octets(script, "head")]
    down = [script for script in found if octets(script, "head").startswith(b"HTTP/1.1 503")]
    errors = [script for script in found if b"10000001" in octets(script, "body")]
    assert min(len(resets), len(down), len(errors)) >= 1
    assert 20 <= len(found) - len(resets) - len(down) - len(errors) <= 50


@plays("the first query of the day is slow for each user")
def test_the_first_query_of_each_user_is_slow(world: World) -> None:
    users = ["18000000001", "18000000001", "18000000002", "18000000002"]
    for _day in range(2):
        assert [delay(world.ask(userMobile=user)) for user in users] == [3, 0, 3, 0]
        world.clock.move(12 * 3600)  # noon to midnight
    assert [delay(world.ask(userMobile=user)) for user in users] == [0, 0, 0, 0]


@plays("401 with a WWW-Authenticate header in place of 900001")
def test_a_token_that_is_missing_gets_401(world: World) -> None:
    exchange = world.ask(authToken="")
    assert (status(exchange), header(exchange.script, "WWW-Authenticate")) == ("401", "Bearer")
    assert status(world.ask()) == "200"


@plays("an empty first answer, and the records three seconds later")
def test_the_records_come_three_seconds_later(world: World) -> None:
    first = world.answer()
    world.clock.move(3)
    second = world.answer()
    assert (first["total"], first["recordList"]) == (0, [])
    assert (second["total"], len(second["recordList"])) == (40, 40)


@plays("null lists, null fields, missing fields, new fields, other types")
def test_every_record_has_drifted(world: World) -> None:
    for record in world.answer()["recordList"]:
        assert (record["recordDetials"], record["calledNumber"], record["mood"]) == (None, None, "calm")
        assert "logId" not in record
        assert record["startTime"] == "1768392000000"


@plays("a callId is found for another user's session")
def test_the_record_that_is_found_shows_another_number(world: World) -> None:
    (record,) = world.answer(callId="c-of-another")["recordList"]
    assert record["callSorId"] == "18000000002"


@plays("the longest legal answer")
def test_100_records_of_40_turns_come_in_one_answer(world: World) -> None:
    records = world.answer(pageSize="100")["recordList"]
    assert [len(record["recordDetials"]) for record in records] == [40] * 100
    assert len({record["callId"] for record in records}) == 100
    assert records[99]["recordDetials"][39]["userSaying"] == "我想查询本月的话费"


@plays("a day in which clocks change, in local time")
def test_the_day_has_25_hours(world: World) -> None:
    day = {"beginTime": "2025-10-26 00:00:00", "endTime": "2025-10-26 23:59:59"}
    assert world.calls(**day) == ["at-23-30", "at-02-30-winter", "at-02-30-summer", "at-00-30"]


@plays("the load balancer answers 418 to clients of one User-Agent")
def test_clients_of_one_kind_are_turned_away(world: World) -> None:
    agents = ({"User-Agent": "okhttp/4.12"}, {"User-Agent": "curl/8"}, {})
    assert [status(world.ask(headers=each)) for each in agents] == ["418", "200", "200"]


@plays("the vendor's clock is seven minutes ahead")
def test_sessions_are_of_the_future_and_tokens_end_early(world: World) -> None:
    noon = "2026-01-15 12:00:00"
    world.move(7 * 60_000)
    assert (world.calls(), world.calls(endTime=noon)) == (["of-the-future"], [])
    token = world.token()
    assert token["expireTime"] == 3600
    codes = []
    for minutes in (52, 2):
        world.move(minutes * 60_000)
        codes.append(world.answer(authToken=token["authToken"])["errorCode"])
    assert codes == [0, 900001]
