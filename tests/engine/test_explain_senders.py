"""`explain` with senders: a request file says who asks and how many are in flight, as a server sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import TOKEN
from oifde_simulator.cli import main

USER = "18000000001"
HEAD = f'tenant: {{tokens: ["{TOKEN}"]}}\nclock: "2026-01-01T00:00:00Z"\n'
RULES = """rules:
  - {name: first, match: {connection: {requests: 1}}, respond: {status: 501}}
  - {name: net, match: {client: 10.0.0.0/8}, respond: {status: 502}}
  - {name: busy, over: {in_flight: 2}, respond: {status: 503}}
  - {name: users, after: {distinct: userMobile, count: 2}, per: [headers.X-Trace], respond: {status: 504}}
"""


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Explain requests by a scenario; the text, or what is printed for machines."""

    def run(requests: Any, *options: str, rules: str = RULES) -> Any:
        (tmp_path / "acme.yaml").write_text(HEAD + rules)
        (tmp_path / "asked.json").write_text(json.dumps(requests))
        code = main(["explain", str(tmp_path / "acme.yaml"), str(tmp_path / "asked.json"), *options])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        if code:
            return captured.err
        return json.loads(captured.out) if "--json" in options else captured.out

    return run


def asked(user: str = USER, **more: Any) -> dict[str, Any]:
    return {"body": {"userMobile": user}} | more


def fired(turns: list[dict[str, Any]]) -> list[str | None]:
    return [turn["rule"] for turn in turns]


def reasons(turn: dict[str, Any]) -> dict[str, list[str]]:
    return {each["rule"]: each["reasons"] for each in turn["rules"]}


def test_requests_of_a_connection_are_counted(explain: Any) -> None:
    requests = [asked(connection=each) for each in (1, 1, 2, {"number": 2, "requests": 1}, {"requests": 7})]
    turns = explain(requests, "--json")
    assert fired(turns) == ["first", None, "first", "first", None]
    assert reasons(turns[1])["first"] == ["connection.requests: expected 1, found 2"]
    assert [turn["request"]["connection"] for turn in turns] == [
        {"number": 1}, {"number": 1}, {"number": 2},
        {"number": 2, "requests": 1}, {"number": 1, "requests": 7},
    ]  # fmt: skip


def test_an_address_fits_its_networks(explain: Any) -> None:
    turns = explain([asked(client=each) for each in ("10.0.0.7", "::ffff:10.0.0.7", "11.0.0.7")], "--json")
    assert fired(turns) == ["net", "net", None]
    assert reasons(turns[2])["net"] == ["client: expected 10.0.0.0/8, found 11.0.0.7"]


def test_a_sender_that_the_file_does_not_name_is_told_not_to_be_known(explain: Any) -> None:
    found = reasons(explain(asked(), "--json")["turns"][0])
    assert found["first"] == ["connection.requests: expected 1, found none that is known"]
    assert found["net"] == ["client: expected 10.0.0.0/8, found none that is known"]


WRITE = "in the request file write"
CONNECTION = (
    f'no connection is known, and rule first asks for it; {WRITE} {{"connection": 1, "body": {{...}}}}'
)
CLIENT = f'no client is known, and rule net asks for it; {WRITE} {{"client": "10.0.0.7", "body": {{...}}}}'


@pytest.mark.parametrize("requests", [asked(), [asked(), asked()], {"userMobile": USER, "connection": 1}])
def test_it_is_told_how_a_file_gives_a_sender_that_rules_ask_for(explain: Any, requests: Any) -> None:
    lines = explain(requests).splitlines()
    assert lines.count(CONNECTION) == lines.count(CLIENT) == 1


@pytest.mark.parametrize("given", [asked(connection=1), [asked(), asked(connection=2)]])
def test_a_sender_that_the_file_gives_is_not_asked_for(explain: Any, given: Any) -> None:
    text = explain(given)
    assert "no connection is known" not in text
    assert CLIENT in text


COUNTED = {
    "per": ("per: [connection], times: 1", "no connection is known, and rule r asks for it"),
    "distinct": ("after: {distinct: client, count: 1}", "no client is known, and rule r asks for it"),
}


@pytest.mark.parametrize(("keys", "line"), COUNTED.values(), ids=COUNTED.keys())
def test_a_sender_that_rules_count_by_is_asked_for(explain: Any, keys: str, line: str) -> None:
    rules = f"rules:\n  - {{name: r, {keys}, respond: {{status: 503}}}}\n"
    assert line in explain(asked(), rules=rules)


def test_few_of_the_rules_that_ask_are_named(explain: Any) -> None:
    each = "  - {{name: r{0}, per: [client], times: 1, respond: {{status: 503}}}}\n"
    rules = "rules:\n" + "".join(each.format(number) for number in range(5))
    assert "and rules r0, r1, r2 and 2 more ask for it" in explain(asked(), rules=rules)


def test_nothing_is_said_of_senders_where_no_rule_asks(explain: Any) -> None:
    rules = "rules:\n  - {name: r, per: [userMobile], times: 1, respond: {status: 503}}\n"
    assert "is known" not in explain(asked(), rules=rules)


def test_machines_get_no_advice(explain: Any) -> None:
    assert "turns" in explain(asked(), "--json")


def test_one_request_is_in_flight_unless_the_file_says_more(explain: Any) -> None:
    turns = explain([asked(), asked(), asked(in_flight=2), asked(in_flight=3), asked()], "--json")
    assert fired(turns) == [None, None, None, "busy", None]
    assert [reasons(turn).get("busy") for turn in turns[:3]] == [
        ["over: 1 of 2 in flight"], ["over: 1 of 2 in flight"], ["over: 2 of 2 in flight"],
    ]  # fmt: skip


def test_a_request_that_is_sent_often_is_in_flight_with_itself(explain: Any) -> None:
    assert fired(explain(asked(in_flight=4), "--json", "--repeat", "4")["turns"]) == [
        None,
        None,
        "busy",
        "busy",
    ]


def test_the_third_user_is_told(explain: Any) -> None:
    turns = explain([asked(user) for user in ("1", "2", "1", "3", "1")], "--json")
    assert fired(turns) == [None, None, None, "users", "users"]
    assert reasons(turns[2])["users"] == [
        "after: 2 distinct userMobile of the first 2 for headers.X-Trace=(absent)"
    ]


def test_people_are_told_who_sends_a_request(explain: Any) -> None:
    text = explain([asked(client="10.0.0.7", connection={"number": 2, "requests": 4}, in_flight=3), asked()])
    assert "sent by 10.0.0.7 over connection 2, request 4 of it with up to 3 in flight" in text
    assert text.count("sent by") == 1


WRONG: dict[str, tuple[Any, str]] = {
    "no address": (asked(client="acme"), 'expected client as an IP address such as "10.0.0.7", found "acme"'),
    "leading zeros": (asked(client="010.0.0.7"), 'found "010.0.0.7"; some readers take a leading zero'),
    "a port": (asked(client="10.0.0.7:80"), "; leave the port out: 10.0.0.7"),
    "localhost": (asked(client="localhost"), "names are not looked up: write the address"),
    "a network": (asked(client="10.0.0.0/8"), "expected client as an IP address"),
    "a number": (asked(client=7), "expected client as an IP address"),
    "a connection 0": (asked(connection=0), "expected connection as a whole number from 1 to"),
    "true": (asked(connection=True), "expected connection as a whole number from 1 to 1000000, found true"),
    "a text": (asked(connection="1"), 'found "1"; take the quotes away: 1'),
    "an unknown key": (asked(connection={"request": 1}), 'connection: unknown key "request"; did you mean'),
    "request 0": (asked(connection={"requests": 0}), "expected connection.requests as a whole number from 1"),
    "none in flight": (asked(in_flight=0), "expected in_flight as a whole number from 1"),
    "too many in flight": (asked(in_flight=10**30), "expected in_flight as a whole number from 1 to 1000000"),
}


@pytest.mark.parametrize(("request_", "message"), WRONG.values(), ids=WRONG)
def test_a_sender_that_is_none_is_told(explain: Any, request_: Any, message: str) -> None:
    told = explain(request_)
    assert message in told
    assert "[1]" in explain([asked(), request_])


def test_fields_of_a_body_that_are_called_so_stay_in_the_body(explain: Any) -> None:
    turn = explain({"userMobile": USER, "client": "10.0.0.7", "connection": 1}, "--json")
    assert turn["body"]["client"] == "10.0.0.7"
    assert turn["turns"][0]["rule"] is None
