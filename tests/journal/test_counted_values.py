"""Reasons of rules that were held back name the values for which they were counted, without credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.cli.explain import request_file
from oifde_simulator.engine import explain as explanation
from oifde_simulator.journal.redaction.redactor import PREFIX
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader

SECRET = 'hush-hush/+"x, y'
USER = "18000000001"


def engine(*rules: dict[str, Any]) -> Engine:
    scenario = {"tenant": {"secret": SECRET, "tokens": [TOKEN]}, "clock": "2026-01-01T00:00:00Z"}
    return Engine({"acme": loader.from_json({**scenario, "rules": list(rules)}, "acme", "acme")})


def asked(engine: Engine, body: dict[str, Any], path: str = QUERY) -> Entry:
    engine.handle(Request("POST", path, {}, json.dumps(body).encode()))
    return engine.entries()[-1]


def query(**fields: Any) -> dict[str, Any]:
    return {"tenantId": "acme", "authToken": TOKEN, "userMobile": USER} | fields


def rule(**when: Any) -> dict[str, Any]:
    return {"name": "mine", "respond": {"status": 503}} | when


REASONS: dict[str, tuple[dict[str, Any], str]] = {
    "after": ({"after": 2}, "after: match 1 of the first 2"),
    "every": ({"every": 3}, "every: match 1 of each 3"),
    "over": ({"over": {"limit": 2, "window": "1s"}}, "over: 1 of 2 in this window"),
    "over that slides": (
        {"over": {"limit": 2, "window": "1s", "slide": True}},
        "over: 1 of 2 in the last 1000 ms",
    ),
    "state": ({"state": {"is": "down", "becomes": "up"}}, "state: is start, not down"),
    "probability": ({"probability": 0}, "probability: 0 was drawn against"),
}


@pytest.mark.parametrize(("when", "reason"), REASONS.values(), ids=REASONS)
def test_each_reason_names_the_value_that_was_counted(when: dict[str, Any], reason: str) -> None:
    one = asked(engine(rule(per=["userMobile"], **when)), query())
    assert one.held_back == (("mine", f"{reason} for userMobile={USER}"),)
    two = asked(engine(rule(per=["userMobile", "pageNum"], **when)), query(pageNum="2"))
    assert two.held_back == (("mine", f"{reason} for userMobile={USER}, pageNum=2"),)
    assert asked(engine(rule(**when)), query()).held_back == (("mine", reason),)


def test_a_rule_that_has_fired_as_often_as_it_may_names_for_whom() -> None:
    world = engine(rule(times=1, per=["userMobile"]))
    first, second = asked(world, query()), asked(world, query())
    assert (first.rule, first.held_back) == ("mine", ())
    assert second.held_back == (("mine", f"times: has fired 1 of 1 for userMobile={USER}"),)


def test_a_window_that_is_closed_counts_for_nobody() -> None:
    entry = asked(engine(rule(window={"from": "1s"}, per=["userMobile"])), query())
    assert entry.held_back == (("mine", "window: opens in 1 s"),)


VALUES: dict[str, tuple[Any, str]] = {
    "absent": (..., "callId=(absent)"),
    "empty": ("", 'callId=""'),
    "plain": ("180****9999", "callId=180****9999"),
    "with blanks": ("a b", 'callId="a b"'),
    "with another": ("a, userMobile=1", 'callId="a, userMobile=1"'),
    "like a word of ours": ("(absent)", 'callId="(absent)"'),
    "unprintable": ("a\x1b[31m\n", r'callId="a\u001b[31m\n"'),
    "long": ("9" * 1000, f"callId={'9' * 39}…"),
    "a number": (7, "callId=(a number)"),
    "nothing": (None, "callId=(null)"),
    "a list": ([TOKEN], "callId=(a list)"),
}


@pytest.mark.parametrize(("value", "shown"), VALUES.values(), ids=VALUES)
def test_a_value_is_shown_short_and_in_one_way_only(value: Any, shown: str) -> None:
    body = query() if value is ... else query(callId=value)
    entry = asked(engine(rule(after=1, per=["callId"])), body)
    assert entry.held_back == (("mine", f"after: match 1 of the first 1 for {shown}"),)


def test_a_field_that_the_journal_does_not_keep_is_not_shown() -> None:
    many = {f"x{number:04}": "9" * 100 for number in range(1000)}
    entry = asked(engine(rule(after=1, per=["callId"])), {**many, **query(callId="7")})
    assert entry.held_back[0][1].endswith(" for callId=(not kept)")


def test_a_token_or_a_secret_is_shown_as_its_fingerprint() -> None:
    world = engine(rule(after=9, per=["authToken", "appSecret", "userMobile"]))
    for body, path in ((query(), QUERY), ({"appKey": "acme", "appSecret": SECRET}, GETTOKEN)):
        entry = asked(world, body, path)
        assert PREFIX in entry.held_back[0][1]
        assert TOKEN not in repr(entry)
        assert "hush-hush" not in repr(entry)
    assert entry.held_back[0][1].startswith("after: match 1 of the first 9 for authToken=(absent), ")


@given(st.text(min_size=1, max_size=60), st.sampled_from(["", "x", "x" * 30]))
def test_no_reason_shows_a_credential_wherever_it_stands(token: str, before: str) -> None:
    world = engine(rule(after=9, per=["authToken", "userMobile"]))
    entry = asked(world, query(authToken=token, userMobile=before + token))
    named = entry.held_back[0][1].partition(" for authToken=")[2].partition(",")[0]
    assert named.startswith(PREFIX)
    if len(token) >= 16:
        assert token[:8] not in entry.held_back[0][1] or token[:8] in before + "0123456789abcdef"


def test_explain_says_what_the_journal_says() -> None:
    rules = rule(after=2, per=["userMobile", "authToken"])
    entry = asked(engine(rules), query())
    world = engine(rules).tenants
    (turn,) = explanation.explain(world, request_file.parse(query(), world, "acme").request())
    assert [(each.rule, *each.reasons) for each in turn.verdicts] == list(entry.held_back)


def test_reasons_are_charged() -> None:
    short = asked(engine(rule(after=1)), query())
    long = asked(engine(rule(after=1, per=["userMobile"])), query())
    assert long.charge - short.charge == len(f" for userMobile={USER}")
