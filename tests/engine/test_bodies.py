"""The bodies of an exchange are made again, byte for byte; where that is not possible, the answer says so."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from gallery_job import remembered
from oifde_simulator import resources
from oifde_simulator.bounded_cache import measured
from oifde_simulator.clock import ClockSetting, InitialClock
from oifde_simulator.engine.bodies import LARGEST_SOUND, BodyMaker
from oifde_simulator.engine.changes.body_changes import LONGEST_VALUE, MOST_CHANGES, body_changes
from oifde_simulator.engine.replay import ON_DISK
from oifde_simulator.immediate import immediate
from oifde_simulator.model.decision import MOST_ACTIONS, NOT_KEPT
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.population import generator
from oifde_simulator.population.recordings.folder import FileOctets
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import Scenario
from oifde_simulator.stepwise import complete
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.wire.octets import whole

NOON = 1_768_478_400_000
HEADERS = {"Content-Type": "application/json; charset=UTF-8"}
USER = "18000000001"
FEW = {
    "good-day", "outage", "token-revoked", "slow", "flaky", "magic", "total-changes", "field-renamed", "gbk",
    "broken-gzip", "truncated-json", "recording-cut", "huge-field", "paging",
}  # fmt: skip
"""Scenarios whose bodies everyday runs make again: some of each group."""
BUNDLED = [
    pytest.param(path.stem, marks=() if path.stem in FEW else pytest.mark.slow(seconds=0.1))
    for path in loader.find([resources.scenarios()])
]
DAY = 86_400_000


def bundled(name: str) -> Scenario:
    return replace(loader.load(resources.scenarios() / f"{name}.yaml"), clock=InitialClock(NOON))


def scenario(rules: str = "[]", more: str = "") -> Scenario:
    text = f"""
        tenant: {{id: acme, tokens: ["{TOKEN}"]}}
        sessions: {{users: {{"{USER}": 40}}}}
        clock: "2026-01-15T12:00:00Z"
        rules: {rules}
        {more}"""
    return loader.loads(text.encode(), "acme.yaml", "acme")


def query(tenant: str = "acme", token: str = TOKEN, **fields: Any) -> Request:
    body = {"tenantId": tenant, "authToken": token, "userMobile": USER} | fields
    return Request("POST", QUERY, HEADERS, json.dumps(body).encode())


def gettoken(tenant: str = "acme", secret: str = "secret") -> Request:
    body = json.dumps({"appKey": tenant, "appSecret": secret}).encode()
    return Request("POST", GETTOKEN, HEADERS, body)


def download(file_name: str) -> Request:
    body = json.dumps({"request": {"version": "2.0"}, "msgBody": {"fileName": file_name}}).encode()
    headers = {**HEADERS, "Authorization": "auth-v2/acme/2026-01-01T00:00:00Z/content-type/x"}
    return Request("POST", BY_NAME["downloadOiapRecord"].path, headers, body)


def maker(engine: Engine, entry: Entry, *credentials: str) -> BodyMaker:
    try:
        tenant = immediate(engine.tenants.named(entry.tenant)) if entry.tenant else None
    except NotServed:
        tenant = None
    return BodyMaker(entry, tenant, engine.journal, credentials)


def bodies(engine: Engine, number: int = -1, *credentials: str) -> dict[str, Any]:
    """Make the bodies of an entry by its number, the newest where it is left out."""
    entry = engine.entries()[number - 1 if number > 0 else number]
    return complete(maker(engine, entry, *credentials).make()).as_json()


def octets(body: Mapping[str, Any]) -> bytes:
    return body["text"].encode() if "text" in body else base64.b64decode(body["base64"])


def assert_is(body: Mapping[str, Any], response: Response) -> None:
    """Check that a body is that of a response."""
    assert (body["status"], tuple(map(tuple, body["headers"]))) == (response.status, response.headers)
    assert (octets(body), body["bytes"]) == (whole([response.body]), len(response.body))
    assert body["whole"]


def assert_exact(engine: Engine, exchange: Exchange, number: int = -1) -> dict[str, Any]:
    found = bodies(engine, number)
    assert (found["whole"], found["why"]) == (True, "")
    assert_is(found["sent"], exchange.response)
    assert_is(found["honest"], exchange.honest.response)
    return found


# The whole gallery


@pytest.fixture(scope="module")
def _shared_histories() -> Iterator[None]:
    """Make each history once, though many engines ask for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generator, "history", remembered(generator.history))
        yield


def requests(tenant: str) -> list[Request]:
    """List the queries to a scenario: several users, several pages, some again."""
    generate = bundled(tenant).generate
    users = generate.users if generate else {}
    return [
        query(tenant, userMobile=user, pageNum=number, pageSize="10")
        for user in users
        for number in ("1", "2", "2")
    ]


def move_on(engine: Engine, tenant: str) -> None:
    """Count more, end tokens, and move the clock."""
    for asked in (*requests(tenant)[:1], gettoken(tenant), gettoken(tenant, "wrong")):
        engine.handle(asked)
    version = engine.tenant(tenant).read.version
    immediate(engine.state.tenants.set_clock(tenant, ClockSetting(NOON + 40 * DAY), version))


@pytest.mark.usefixtures("_shared_histories")
@pytest.mark.parametrize("name", BUNDLED)
def test_bodies_are_what_was_decided_for_every_scenario_of_the_gallery(name: str) -> None:
    engine = Engine({name: bundled(name)})
    exchanges = [engine.handle(asked) for asked in requests(name)]
    move_on(engine, name)
    for number, exchange in enumerate(exchanges, 1):
        assert_exact(engine, exchange, number)


@pytest.mark.usefixtures("_shared_histories")
@pytest.mark.parametrize("name", BUNDLED)
def test_the_honest_body_is_that_of_the_tenant_without_rules(name: str) -> None:
    spoiled, honest = (Engine({name: each}) for each in (bundled(name), replace(bundled(name), rules=())))
    for asked in requests(name)[:2]:
        plain = honest.handle(asked)
        spoiled.handle(asked)
        made = bodies(spoiled)["honest"]
        code = orjson.loads(octets(made)).get("errorCode")
        if code in (900001, 900002):  # a rule has ended the token before
            continue
        assert_is(made, plain.response)


def test_a_body_that_a_rule_drew_comes_out_as_drawn() -> None:
    outcomes = "[{weight: 1, rows: {shuffle: true}}, {weight: 1, rows: {total: 7}}, {weight: 1}]"
    rules = (
        f"[{{name: drawn, per: [authToken], match: {{endpoint: queryRecordHistory}}, one_of: {outcomes}}}]"
    )
    engine = Engine({"acme": scenario(rules)})
    exchanges = [engine.handle(query(pageSize="20")) for _ in range(12)]
    assert len({whole([each.response.body]) for each in exchanges}) >= 3
    for number, exchange in enumerate(exchanges, 1):
        assert_exact(engine, exchange, number)


# What has changed since

TOTAL = (
    "[{name: nine, match: {endpoint: queryRecordHistory}, patch: [{op: replace, path: /total, value: 9}]}]"
)
BEGINNING = '{"errorCode":0,"errorMsg":"Success","total":40'


def assert_kept(found: Mapping[str, Any], exchange: Exchange, why: str) -> None:
    """Check that the kept beginning is shown, and why."""
    sent, size = exchange.response.body, len(exchange.response.body)
    assert (found["whole"], found["sent"]["whole"]) == (False, False)
    assert why in found["why"]
    text = found["sent"]["text"].encode()
    assert text == sent[: len(text)]
    assert (len(text), found["sent"]["bytes"]) == (2048, size)
    assert found["changes"] == []


def test_after_another_scenario_the_kept_beginning_is_shown() -> None:
    engine = Engine({"acme": scenario(TOTAL)})
    exchange = engine.handle(query())
    engine.change("acme", scenario())
    found = bodies(engine)
    assert_kept(found, exchange, "the tenant's scenario was changed, replaced or reset since")
    assert found["honest"]["text"] == BEGINNING
    assert found["honest"]["bytes"] == len(exchange.honest.response.body)


def test_after_a_reset_the_kept_beginning_is_shown() -> None:
    engine = Engine({"acme": scenario()})
    exchange = engine.handle(query())
    immediate(engine.admin.reset("acme"))
    assert_kept(bodies(engine), exchange, "reset since")


def test_after_a_reload_the_kept_beginning_is_shown() -> None:
    engine = Engine({"acme": scenario()})
    exchange = engine.handle(query())
    world = engine.tenants.worlds.prepared("acme", other := scenario(TOTAL))
    immediate(engine.tenants.reloader.put("acme", other, world))
    assert_kept(bodies(engine), exchange, "changed, replaced or reset since")


def test_of_a_tenant_that_is_gone_the_kept_beginning_is_shown() -> None:
    engine = Engine({"acme": scenario()})
    exchange = engine.handle(query())
    immediate(engine.admin.delete("acme"))
    assert_kept(bodies(engine), exchange, "changed, replaced or reset since")


def add(engine: Engine, **rule: Any) -> None:
    given = {"name": "late", "match": {"endpoint": "queryRecordHistory"}, **rule}
    immediate(engine.admin.add_rules(engine.tenant("acme"), [given], [None]))


def test_of_an_added_rule_that_was_removed_the_honest_body_is_whole() -> None:
    engine = Engine({"acme": scenario()})
    add(engine, patch=[{"op": "replace", "path": "/total", "value": 9}])
    exchange = engine.handle(query())
    assert_exact(engine, exchange)
    immediate(engine.admin.remove_added_rules(engine.tenant("acme")))
    found = bodies(engine)
    assert_kept(found, exchange, "the rule late was removed or changed since")
    assert_is(found["honest"], exchange.honest.response)


def test_another_rule_of_the_same_name_is_not_taken_for_the_one_that_fired() -> None:
    engine = Engine({"acme": scenario()})
    add(engine, patch=[{"op": "replace", "path": "/total", "value": 9}])
    exchange = engine.handle(query())
    immediate(engine.admin.remove_added_rules(engine.tenant("acme")))
    add(engine, patch=[{"op": "replace", "path": "/total", "value": 8}])
    assert_kept(bodies(engine), exchange, "the rule late was removed or changed since")


def test_rules_that_come_and_go_beside_it_change_nothing() -> None:
    engine = Engine({"acme": scenario(TOTAL)})
    exchange = engine.handle(query())
    add(engine, respond={"status": 503})
    assert_exact(engine, exchange)
    immediate(engine.admin.remove_added_rules(engine.tenant("acme")))
    assert_exact(engine, exchange)


@pytest.mark.parametrize("rules", ["[]", TOTAL], ids=["honest", "spoiled"])
def test_of_a_request_that_is_too_large_the_kept_beginning_is_shown(rules: str) -> None:
    engine = Engine({"acme": scenario(rules)})
    exchange = engine.handle(query(padding="x" * 3000))
    assert_kept(bodies(engine), exchange, "the request was too large to be kept, 3,1")


def test_a_large_request_of_white_space_is_kept_whole() -> None:
    engine = Engine({"acme": scenario()})
    asked = query()
    asked.body = asked.body.replace(b",", b"," + b" " * 2000)
    assert_exact(engine, engine.handle(asked))


def test_a_body_that_is_kept_whole_needs_nothing_else() -> None:
    engine = Engine({"acme": scenario("[{name: down, respond: {status: 503, body: down}}]")})
    exchange = engine.handle(query(pageNum="0"))
    immediate(engine.admin.delete("acme"))
    assert_exact(engine, exchange)


def test_what_comes_out_otherwise_is_not_told_as_what_was_sent() -> None:
    engine = Engine({"acme": scenario()})
    exchange = engine.handle(query())
    (entry,) = engine.entries()
    other = entry._replace(at=entry.at - 30 * DAY)
    found = complete(maker(engine, other).make()).as_json()
    assert_kept(found, exchange, "it comes out otherwise now")


def test_an_exchange_whose_decision_is_not_on_record_says_so() -> None:
    engine = Engine({"acme": scenario()})
    exchange = engine.handle(query())
    (entry,) = engine.entries()
    unknown = entry._replace(decision=NOT_KEPT)
    assert_kept(complete(maker(engine, unknown).make()).as_json(), exchange, "not on record")
    assert unknown.whole()["script"] == []


# Kinds of answers


@pytest.mark.parametrize(
    "asked",
    [
        query(pageNum="0"), query(token="f" * 32), query(unknown="x"), query("nobody"), gettoken(secret="no"),
        Request("GET", "/nowhere", {}), Request("GET", QUERY, {}), Request("POST", QUERY, HEADERS, b"{"),
        Request("POST", QUERY, HEADERS, b"\xff"), Request("POST", QUERY, {}, b"", "too slow", 408),
    ],
    ids=["field", "token", "unknown", "tenant", "secret", "path", "method", "json", "utf8", "unread"],
)  # fmt: skip
def test_refusals_are_whole(asked: Request) -> None:
    engine = Engine({"acme": scenario()})
    assert_exact(engine, engine.handle(asked))


def test_an_empty_page_is_whole() -> None:
    engine = Engine({"acme": scenario("[{name: late, faults: [{latency: 10ms}]}]")})
    assert_exact(engine, engine.handle(query(pageNum="99")))


@pytest.mark.parametrize("body", ["down", "x" * 5000], ids=["short", "long"])
def test_an_answer_in_the_place_of_a_refusal_is_whole(body: str) -> None:
    respond = f"match: {{response: {{errorCode: 900002}}}}, respond: {{status: 500, body: {body}}}"
    rules = f"[{{name: down, {respond}}}]"
    engine = Engine({"acme": scenario(rules)})
    assert_exact(engine, engine.handle(query(token="f" * 32)))


def test_a_recording_is_made_again_as_far_as_it_is_shown() -> None:
    engine = Engine({"acme": scenario()})
    record = json.loads(engine.handle(query()).response.body)["recordList"][0]
    name = json.loads(record["businessInfoStr"])["recordFileName"]
    exchange = engine.handle(download(name))
    assert exchange.honest.fields["bytes"] > LARGEST_SOUND
    sent = bodies(engine)["sent"]
    assert octets(sent) == exchange.response.body[:LARGEST_SOUND]
    assert (sent["bytes"], sent["whole"]) == (len(exchange.response.body), False)


def test_a_recording_on_a_disk_is_not_read_by_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "x.wav").write_bytes(b"RIFF" * 100)
    record = {
        "callSorId": USER, "calledNumber": "1", "callId": "1" * 37, "startTime": NOON - 90_000,
        "endTime": NOON - 30_000,
        "businessInfoStr": json.dumps({"recordFileName": "Y:/39/odfsrecord/20260115/x.wav"}),
    }  # fmt: skip
    rule = "{name: odd, match: {endpoint: downloadOiapRecord}, faults: [bom]}"
    (tmp_path / "acme.yaml").write_text(
        f'clock: "2026-01-15T12:00:00Z"\nrecordings: {{folder: own}}\n'
        f"sessions: {{records: [{json.dumps(record)}]}}\nrules: [{rule}]\n"
    )
    engine = Engine({"acme": loader.load(tmp_path / "acme.yaml")})
    assert engine.handle(download("Y:/39/odfsrecord/20260115/x.wav")).rule == "odd"
    monkeypatch.setattr(FileOctets, "read", None)
    found = bodies(engine)
    assert (found["whole"], found["sent"]["text"]) == (False, "")
    assert ON_DISK in found["why"]


# Credentials


def test_an_issued_token_is_redacted_as_in_the_journal() -> None:
    engine = Engine({"acme": scenario()})
    token = engine.handle(gettoken()).honest.fields["authToken"]
    found = bodies(engine)
    assert token not in json.dumps(found)
    (entry,) = engine.entries()
    assert json.loads(found["sent"]["text"])["authToken"] == entry.honest["authToken"]
    assert found["whole"]


def test_an_issued_token_is_redacted_in_a_long_answer_that_is_made_again() -> None:
    patch = """[{op: add, path: /note, value: x}, {op: fill, path: /note, bytes: 5000},
        {op: copy, from: /authToken, path: /again}]"""
    engine = Engine({"acme": scenario(f"[{{name: long, match: {{endpoint: gettoken}}, patch: {patch}}}]")})
    engine.handle(gettoken())
    exchange = engine.handle(gettoken())
    token = exchange.honest.fields["authToken"]
    found = bodies(engine)
    assert found["whole"], found["why"]
    assert token not in json.dumps(found)
    sent = json.loads(found["sent"]["text"])
    assert sent["again"] == sent["authToken"] == engine.entries()[-1].honest["authToken"]
    assert {each["path"] for each in found["changes"]} == {"/note", "/again"}


def test_the_credentials_of_a_tenant_are_redacted_wherever_they_stand() -> None:
    record = '{callSorId: "7", calledNumber: "1", startTime: 1766000000000, callData: "KEY"}'
    records = ", ".join([record] * 9 + [record.replace("KEY", TOKEN)])
    text = f"""
        tenant: {{id: acme, tokens: ["{TOKEN}", other]}}
        sessions: {{records: [{records}]}}"""
    engine = Engine({"acme": loader.loads(text.encode(), "acme.yaml", "acme")})
    engine.handle(query(token="other", userMobile="7"))
    found = bodies(engine, -1, TOKEN)
    assert found["whole"]
    assert TOKEN not in json.dumps(found)


def test_a_credential_that_a_rule_writes_is_redacted_behind_the_kept_beginning_too() -> None:
    patch = "[{op: add, path: /recordList/9/callData, value: 'password=hunter2-hunter2'}]"
    engine = Engine({"acme": scenario(f"[{{name: leak, patch: {patch}}}]")})
    engine.handle(query())
    found = bodies(engine)
    assert found["whole"]
    assert "hunter2" not in json.dumps(found)


# Differences


def test_the_changes_are_told_field_by_field() -> None:
    engine = Engine({"acme": scenario(TOTAL)})
    engine.handle(query())
    found = bodies(engine)
    assert (found["changes"], found["moreChanges"]) == ([{"path": "/total", "honest": 40, "sent": 9}], 0)


def changes(honest: Any, sent: Any) -> Any:
    return complete(body_changes(orjson.dumps(honest), orjson.dumps(sent)))


def test_a_value_that_is_not_there_has_no_member() -> None:
    found = changes({"a": 1, "b~/": [1, 2]}, {"b~/": [1, 2, 3], "c": None})
    assert found.told == [
        {"path": "/a", "honest": 1},
        {"path": "/b~0~1/2", "sent": 3},
        {"path": "/c", "sent": None},
    ]


def test_an_element_that_is_missing_moves_no_other() -> None:
    assert changes([1, 2, 3, 4], [1, 3, 4]).told == [{"path": "/1", "honest": 2}]
    assert changes([1, 3, 4], [1, 2, 3, 4]).told == [{"path": "/1", "sent": 2}]


def test_changes_and_their_values_are_bounded() -> None:
    many = changes(list(range(MOST_CHANGES + 5)), [-1] * (MOST_CHANGES + 5))
    assert (len(many.told), many.more) == (MOST_CHANGES, 5)
    (long,) = changes({"a": "x" * 5000}, {"a": [1] * 5000}).told
    assert (long["cut"], len(long["honest"]), len(long["sent"])) == (True, LONGEST_VALUE, LONGEST_VALUE)


def test_values_of_other_types_differ() -> None:
    assert len(changes([1, True, 0], [1.0, 1, False]).told) == 3


@pytest.mark.parametrize(
    ("honest", "sent", "change"),
    [
        (b'{"total":40}', b"", {"honest": {"total": 40}}),
        (b"", b"<html>", {"sent": "<html>"}),
        (b"{}", b"<html>", {"honest": {}, "sent": "<html>"}),
        (b"RIFF\xff", b"RIFF\xfe", {"honest": "UklGRv8=", "sent": "UklGRv4="}),
    ],
)
def test_bodies_of_which_one_is_no_json_differ_as_a_whole(
    honest: bytes, sent: bytes, change: dict[str, Any]
) -> None:
    assert complete(body_changes(honest, sent)) == ([{"path": "", **change}], 0)


# The timeline


def script(rules: str, asked: Request | None = None) -> tuple[Exchange, dict[str, Any]]:
    engine = Engine({"acme": scenario(rules)})
    exchange = engine.handle(asked or query())
    return exchange, engine.entries()[-1].whole()


def test_an_honest_answer_is_sent_at_once() -> None:
    exchange, told = script("[]")
    sizes = [len(action.octets) for action in exchange.script]  # type: ignore[union-attr]
    assert told["script"] == [{"at": 0.0, "do": "send", "bytes": size} for size in sizes]
    assert told["moreActions"] == 0


def test_waits_and_ends_are_told_with_their_time() -> None:
    exchange, told = script("[{name: late, faults: [{latency: 300ms}, {cut: {bytes: 40}}]}]")
    head = len(exchange.script[1].octets)  # type: ignore[union-attr]
    assert told["script"] == [
        {"at": 0.0, "do": "wait", "seconds": 0.3},
        {"at": 0.3, "do": "send", "bytes": head},
        {"at": 0.3, "do": "send", "bytes": 40},
        {"at": 0.3, "do": "close"},
    ]


def test_of_a_long_script_the_first_actions_are_told() -> None:
    exchange, told = script("[{name: slow, faults: [{dribble: {chunks: 100, over: 1s}}]}]")
    assert len(told["script"]) == MOST_ACTIONS
    assert len(told["script"]) + told["moreActions"] == len(exchange.script)


def test_a_rule_without_faults_is_sent_at_once() -> None:
    exchange, told = script("[{name: down, respond: {status: 503}}]")
    (head,) = exchange.script
    assert told["script"] == [{"at": 0.0, "do": "send", "bytes": len(head.octets)}]  # type: ignore[union-attr]


# What it costs


def test_honest_exchanges_share_one_decision() -> None:
    engine = Engine({"acme": scenario()})
    for _ in range(3):
        engine.handle(query())
    assert len({id(entry.decision) for entry in engine.entries()}) == 1
    assert engine.entries()[0].decision.charge == 0


def test_what_is_kept_of_a_rule_is_charged() -> None:
    engine = Engine({"acme": scenario("[{name: slow, faults: [{dribble: {chunks: 100, over: 1s}}]}]")})
    engine.handle(query())
    (entry,) = engine.entries()
    shared = measured(entry.decision.definition, entry.decision.honest_headers)
    taken = measured(tuple(entry.decision)) - shared
    assert taken <= entry.decision.charge <= 2000
