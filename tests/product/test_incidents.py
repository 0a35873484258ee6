"""Incidents that testers write as scenarios: each is short, is explained as meant, and happens as told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.cli import main
from oifde_simulator.engine import explain
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.wire.script import Wait, header, octets
from playing import NOON, MovableClock

USERS = 'sessions: {users: {"18000000001": 40, "18000000002": 40}}\n'
ONE_SESSION = """
sessions:
  records:
    - {callSorId: "18000000001", calledNumber: "955500001", startTime: 1768392000000, callId: 1618-a}
"""
INCIDENTS = {
    "page 3 repeats the last four rows of page 2 and total shrinks by four": USERS + """
rules:
  - name: shrinks
    match: {request: {pageNum: {enum: ["3", "4"]}}, response: {errorCode: 0}}
    rows: {repeat: 4, total: -4}
""",
    "one answer of 200 is truncated for pageSize 100 only": ONE_SESSION + """
rules:
  - {name: one-of-200, match: {request: {pageSize: "100"}}, every: 200, faults: [truncated-json]}
""",
    "the first query after each token renewal gets 900001 once": ONE_SESSION + """
rules:
  - name: renewed
    match: {endpoint: queryRecordHistory, response: {errorCode: 0}}
    per: [authToken]
    times: 1
    respond: {error: token-expired}
""",
    "a new record appears between page 1 and page 2": USERS + """
rules:
  - {name: one-more, match: {request: {pageNum: "2"}, response: {errorCode: 0}}, rows: {shift: 1}}
""",
    "HTTP 200 with an empty body": USERS + """
rules:
  - {name: empty, match: {endpoint: queryRecordHistory}, respond: {status: 200}}
""",
    "HTTP 302 to a login page": USERS + """
rules:
  - {name: login, match: {endpoint: queryRecordHistory},
     respond: {status: 302, headers: {Location: "https://sso.example/login"}}}
""",
    "two records with the same callId": USERS + """
rules:
  - name: twins
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 2}}}
    patch: [{op: copy, from: /recordList/0/callId, path: /recordList/1/callId}]
""",
    "fields at their documented length, and one character beyond": USERS + """
rules:
  - name: at-the-limit
    match: {request: {userMobile: "18000000001"}, response: {total: {minimum: 1}}}
    patch: [{op: fill, path: /recordList/0/callId, bytes: 64}]
  - name: beyond
    match: {request: {userMobile: "18000000002"}, response: {total: {minimum: 1}}}
    patch: [{op: fill, path: /recordList/0/callId, bytes: 65}]
""",
    "errors depend on the prefix of callId": ONE_SESSION + """
rules:
  - {name: old-calls, match: {request: {callId: {pattern: "^1618"}}}, respond: {error: internal-error}}
""",
    "another behaviour for each token": """
tenant: {tokens: ["0dbe11892be840cf983453ea70b505de", "ffffffffffffffffffffffffffffffff"]}
rules:
  - name: old-token
    match: {request: {authToken: "ffffffffffffffffffffffffffffffff"}}
    respond: {status: 503}
""",
    "when user A has failed, user B fails too": USERS + """
rules:
  - name: a-fails
    match: {request: {userMobile: "18000000001"}}
    state: {is: start, becomes: spread}
    respond: {status: 500}
  - name: b-fails
    match: {request: {userMobile: "18000000002"}}
    state: {is: spread}
    respond: {status: 500}
""",
    "100 ms for gettoken, 2 s for deep pages, none for page 1": USERS + """
rules:
  - {name: token, match: {endpoint: gettoken}, faults: [{latency: 100ms}]}
  - {name: deep, match: {request: {pageNum: {pattern: "^([2-9]|[1-9][0-9]+)$"}}}, faults: [{latency: 2s}]}
""",
    "every failure of a list by weight, the same on each run": USERS + """
rules:
  - name: drawn
    match: {endpoint: queryRecordHistory}
    one_of:
      - {weight: 6}
      - {weight: 2, respond: {status: 503}}
      - {weight: 1, respond: {error: internal-error}}
      - {weight: 1, faults: [reset]}
""",
    "the first query of the day is slow for each user": USERS + """
rules:
  - name: cold-cache
    match: {endpoint: queryRecordHistory}
    per: [userMobile]
    times: 1
    faults: [{latency: 3s}]
""",
    "401 with a WWW-Authenticate header in place of 900001": USERS + """
rules:
  - name: unauthorized
    match: {response: {errorCode: 900001}}
    respond: {status: 401, headers: {WWW-Authenticate: Bearer}}
""",
    "an empty first answer, and the records three seconds later": USERS + """
rules:
  - name: not-yet
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 1}}}
    window: {from: 0s, until: 3s}
    patch:
      - {op: replace, path: /recordList, value: []}
      - {op: replace, path: /total, value: 0}
""",
    "null lists, null fields, missing fields, new fields, other types": USERS + """
rules:
  - name: drift
    match: {endpoint: queryRecordHistory, response: {total: {minimum: 1}}}
    patch:
      - {op: replace, path: /recordList/*/recordDetials, value: null}
      - {op: replace, path: /recordList/*/calledNumber, value: null}
      - {op: remove, path: /recordList/*/logId}
      - {op: add, path: /recordList/*/mood, value: calm}
      - {op: replace, path: /recordList/*/startTime, value: "1768392000000"}
""",
    "a callId is found for another user's session": """
sessions:
  records:
    - {userMobile: "18000000001", callSorId: "18000000002", calledNumber: "955500001",
       startTime: 1768392000000, callId: c-of-another}
""",
    "the longest legal answer": """
sessions:
  records:
    - &call
      callSorId: "18000000001"
      calledNumber: "955500001"
      startTime: 1768392000000
      recordDetials: [%s]
""",
    "a day in which clocks change, in local time": """
settings: {time_zone: Europe/Berlin}
sessions:
  records:
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761431400000, callId: at-00-30}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761438600000, callId: at-02-30-summer}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761442200000, callId: at-02-30-winter}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761517800000, callId: at-23-30}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1761521400000, callId: next-day}
""",
    "the load balancer answers 418 to clients of one User-Agent": USERS + """
rules:
  - {name: teapot, match: {headers: {User-Agent: {pattern: "^okhttp/"}}}, respond: {status: 418}}
""",
    "the vendor's clock is seven minutes ahead": """
tenant: {token_lifetime: 53m}
sessions:
  records:
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1768478700000, callId: of-the-future}
rules:
  - {name: an-hour, match: {endpoint: gettoken, response: {errorCode: 0}},
     patch: [{op: replace, path: /expireTime, value: 3600}]}
""",
}  # fmt: skip
TURN = '{interNo: "1", userSaying: 我想查询本月的话费, systemReply: 您本月的话费是一百元}'


def text(name: str) -> str:
    """Write an incident as a file; the longest answer is made of anchors and aliases."""
    found = INCIDENTS[name].lstrip("\n")
    if name != "the longest legal answer":
        return found
    return found % ", ".join([f"&turn {TURN}", *["*turn"] * 39]) + "    - *call\n" * 99


class World:
    """The tenant of an incident, and a client of it."""

    def __init__(self, name: str) -> None:
        self.clock = MovableClock(NOON)
        self.source = text(name)
        self.scenario = loader.loads(self._with_token().encode(), "acme.yaml", "acme")
        self.engine = Engine({"acme": self.scenario}, clock=self.clock)

    def _with_token(self) -> str:
        given = f'tenant: {{tokens: ["{TOKEN}"'
        if "tokens:" in self.source:
            return self.source
        if "tenant: {" in self.source:
            return self.source.replace("tenant: {", f"{given}], ", 1)
        return f"{given}]}}\n{self.source}"

    def request(self, path: str = QUERY, headers: Mapping[str, str] | None = None, **fields: str) -> Request:
        """Make a request: a query of the first user unless other fields are given."""
        query = {"tenantId": "acme", "authToken": TOKEN, "userMobile": "18000000001", **fields}
        body = fields if path == GETTOKEN else {name: value for name, value in query.items() if value}
        json_type = {"Content-Type": "application/json; charset=UTF-8"}
        return Request("POST", path, {**json_type, **(headers or {})}, json.dumps(body).encode())

    def ask(self, **fields: Any) -> Exchange:
        """Send a request."""
        return self.engine.handle(self.request(**fields))

    def answer(self, **fields: Any) -> Any:
        """Send a request, and decode what leaves."""
        return json.loads(octets(self.ask(**fields).script, "body"))

    def calls(self, **fields: Any) -> list[str]:
        """List the callIds of a page."""
        return [record["callId"] for record in self.answer(**fields)["recordList"]]

    def move(self, milliseconds: int) -> None:
        """Move the tenant's own clock; the client's stays where it is."""
        change = self.engine.admin.change_clock
        immediate(change("acme", lambda setting, day: setting.advanced(milliseconds, day)))

    def token(self) -> Any:
        """Ask gettoken."""
        return self.answer(path=GETTOKEN, appKey="acme", appSecret="secret")


def status(exchange: Exchange) -> str:
    return octets(exchange.script, "head").split(b" ", 2)[1].decode()


def delay(exchange: Exchange) -> float:
    return sum(action.seconds for action in exchange.script if isinstance(action, Wait))


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


PLAYED: set[str] = set()


def plays(name: str) -> pytest.MarkDecorator:
    """Test an incident; its world is the fixture `world`."""
    assert name in INCIDENTS
    PLAYED.add(name)
    return pytest.mark.parametrize("world", [name], indirect=True, ids=[""])


# All of them


def test_each_incident_has_a_test() -> None:
    assert set(INCIDENTS) == PLAYED


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
    "another behaviour": ({"authToken": "f" * 32}, ["old-token"]),
    "when user A": ({}, ["a-fails", ""]),
    "100 ms": ({"pageNum": "12"}, ["deep"]),
    "every failure": ({}, DRAWN),
    "the first query of the day": ({}, ["cold-cache", ""]),
    "401": ({"authToken": ""}, ["unauthorized"]),
    "an empty first": ({}, ["not-yet"]),
    "null lists": ({}, ["drift"]),
    "a callId is found": ({"callId": "c-of-another"}, [""]),
    "the longest": ({}, [""]),
    "a day in which": ({}, [""]),
    "the load balancer": ({"headers": {"User-Agent": "okhttp/4.12"}}, ["teapot"]),
    "the vendor's clock": (A_TOKEN, ["an-hour"]),
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
    assert [delay(world.ask(userMobile=user)) for user in users] == [3, 0, 3, 0]


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
