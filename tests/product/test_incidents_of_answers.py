"""Incidents of what an answer holds: echoes, codings, sizes, headers."""

from __future__ import annotations

import gzip
import json

import pytest

from incidents import World, plays, status
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.wire.script import header, octets


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


def body(exchange: Exchange) -> bytes:
    return octets(exchange.script, "body")


@plays("after 1,000 requests of one token: 429, and Retry-After is a date 30 s from now")
def test_retry_after_is_a_date(world: World) -> None:
    token = world.token()["authToken"]
    found = [world.ask(authToken=token, pageSize="5") for _ in range(1001)]
    assert {status(each) for each in found[:1000]} == {"200"}
    assert status(found[1000]) == "429"
    assert header(found[1000].script, "Retry-After") == "Thu, 15 Jan 2026 12:00:30 GMT"
    assert status(world.ask(pageSize="5")) == "200"


@plays("recordDetials has 5,000 turns")
def test_a_dialogue_is_very_long(world: World) -> None:
    (record,) = world.answer()["recordList"]
    assert len(record["recordDetials"]) == 5000
    assert {turn["userSaying"] for turn in record["recordDetials"]} == {"我想查询本月的话费"}


@plays("the answer is good gzip though nobody asked")
def test_a_good_answer_is_packed(world: World) -> None:
    exchange = world.ask()
    assert header(exchange.script, "Content-Encoding") == "gzip"
    assert header(exchange.script, "Content-Length") == str(len(body(exchange)))
    assert gzip.decompress(body(exchange)) == exchange.honest.response.body


@plays("times in seconds, in generated sessions too")
def test_times_are_in_seconds(world: World) -> None:
    exchange = world.ask()
    honest = json.loads(bytes(exchange.honest.response.body))
    for record, good in zip(json.loads(body(exchange))["recordList"], honest["recordList"], strict=True):
        assert record["startTime"] == good["startTime"] // 1000


@plays("the answer is in GBK, with and without saying so")
def test_an_answer_is_in_gbk(world: World) -> None:
    said, unsaid = world.ask(pageSize="5"), world.ask(pageSize="10")
    assert header(said.script, "Content-Type") == "application/json; charset=GBK"
    assert header(unsaid.script, "Content-Type") == "application/json; charset=UTF-8"
    for exchange in (said, unsaid):
        assert "我想查询本月的话费" in body(exchange).decode("gbk")
        with pytest.raises(UnicodeDecodeError):
            body(exchange).decode()


@plays("the words of an error echo the callId that was asked for")
def test_an_error_names_the_call(world: World) -> None:
    assert world.answer(callId="16-a")["errorMsg"] == "no call 16-a (trace none)"
    assert world.answer(callId='"\\', headers={"x-trace": "t-1"})["errorMsg"] == 'no call "\\ (trace t-1)'


@plays("the page number comes back in a field of the vendor's")
def test_the_answer_is_worked_out_from_the_request(world: World) -> None:
    answer = world.answer(pageNum="2", pageSize="10")
    assert (answer["page"], answer["found"]) == ("2", {"of": 40})
