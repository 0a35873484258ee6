"""Answers that echo the request: values, their types and forms, their bounds, and what is told of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from conftest import GETTOKEN, QUERY, TOKEN
from engines import Engine
from oifde_simulator.cli.explain.explanation_text import format_explanation
from oifde_simulator.engine.explain import as_json
from oifde_simulator.engine.explain import explain as explained
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import Request, Response
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.rules.action import ActionContext
from oifde_simulator.rules.answers.respond import Respond
from oifde_simulator.rules.templates import filling
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

USER = "18000000001"
NOON = 1_768_478_400_000
FIELDS = {"tenantId": "acme", "authToken": TOKEN, "userMobile": USER, "callId": 'a"b<é'}


def scenario(*rules: Any) -> Any:
    value = {
        "tenant": {"id": "acme", "tokens": [TOKEN]},
        "sessions": {"users": {USER: 40}},
        "clock": "2026-01-15T12:00:00Z",
        "rules": [{"name": f"r{place}", **rule} for place, rule in enumerate(rules)],
    }
    return loader.from_json(value, "acme.yaml", "acme")


def query(headers: Mapping[str, str] | None = None, **fields: Any) -> Request:
    body = {name: value for name, value in (FIELDS | fields).items() if value is not None}
    given = {"Content-Type": "application/json; charset=UTF-8", "X-Trace": "t-1", **(headers or {})}
    return Request("POST", QUERY, CIMultiDict(given), json.dumps(body).encode())


def asked(rule: Any, *requests: Request) -> list[Exchange]:
    engine = Engine({"acme": scenario(rule)})
    return [engine.handle(request) for request in requests or (query(),)]


def body_of(respond: Any, request: Request | None = None) -> bytes:
    (exchange,) = asked({"respond": respond}, request or query())
    assert exchange.rule == "r0"
    assert isinstance(exchange.response.body, bytes)
    return exchange.response.body


def context(**document: Any) -> ActionContext:
    answer = Answer(Response(200, b""), {})
    return ActionContext(answer, lambda problem: answer, KeyedRandom(b""), 0, document=document)


# the text: what stands there in a text, and in JSON where it stands alone
VALUES: dict[str, tuple[str, Any]] = {
    "{{ request.callId }}": ('a"b<é', 'a"b<é'),
    "{{ request.callId | json }}": ('"a\\"b<é"', '"a\\"b<é"'),
    "{{ request.callId | upper }}": ('A"B<É', 'A"B<É'),
    "{{ request.callId | upper | json }}": ('"A\\"B<É"', '"A\\"B<É"'),
    "{{ headers.x-trace }}": ("t-1", "t-1"),
    "{{ headers.X-None }}": ("", None),
    "{{ headers.X-None | default: 'none' }}": ("none", "none"),
    "{{ headers.X-None | default: 7 }}": ("7", 7),
    "{{ headers.X-None | default: false | upper }}": ("FALSE", "FALSE"),
    "{{ headers.X-None | upper | default: 'x' }}": ("x", "x"),
    "{{ headers.X-None | json }}": ("null", "null"),
    "{{ request.pageNum | default: '1' }}": ("1", "1"),
    "{{ honest.total }}": ("0", 0),
    "{{ honest.total | json }}": ("0", "0"),
    "{{ honest.errorMsg }}": ("Success", "Success"),
    "{{ honest.status }}": ("200", 200),
    "{{ now }}": (str(NOON), NOON),
    "{{ count }}": ("1", 1),
    '{{ "{{" }}': ("{{", "{{"),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.items(), ids=VALUES)
def test_a_placeholder_is_text_in_a_text_and_keeps_its_type_alone_in_json(
    text: str, expected: tuple[str, Any]
) -> None:
    plain, typed = expected
    assert body_of({"body": f"<{text}>"}).decode() == f"<{plain}>"
    assert json.loads(body_of({"json": {"a": [text, f"<{text}>"]}})) == {"a": [typed, f"<{plain}>"]}


@pytest.mark.parametrize(
    "value", [None, True, 7, 1.5, "", "7", ["x", {"y": None}], {"a": 1}], ids=lambda value: json.dumps(value)
)
def test_a_value_of_any_type_is_echoed_as_it_is(value: Any) -> None:
    request = query(callId=value)
    request.body = json.dumps(FIELDS | {"callId": value}).encode()
    rule = {"respond": {"json": {"whole": "{{request.callId}}", "text": "-{{request.callId}}"}}}
    (exchange,) = asked(rule, request)
    text = (
        "" if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    )
    assert json.loads(exchange.response.body[:]) == {"whole": value, "text": f"-{text}"}


def test_a_vendor_error_and_headers_echo_too() -> None:
    respond = {
        "errorCode": 900004,
        "errorMsg": "callId {{ request.callId }} is unknown",
        "headers": {"X-Trace": "{{ headers.X-Trace }}/{{ count }}", "X-Other": "{{ '{{' }}"},
    }
    (exchange,) = asked({"respond": respond})
    assert json.loads(exchange.response.body[:])["errorMsg"] == 'callId a"b<é is unknown'
    headers = dict(exchange.response.headers)
    assert (headers["X-Trace"], headers["X-Other"]) == ("t-1/1", "{{")


def test_a_header_stays_one_line_of_ascii_whatever_is_echoed() -> None:
    request = query(callId="a\r\nSet-Cookie: x\0é\U0001f600")
    (exchange,) = asked({"respond": {"status": 503, "headers": {"X-Echo": "{{request.callId}}"}}}, request)
    assert dict(exchange.response.headers)["X-Echo"] == "a%0D%0ASet-Cookie: x%00%C3%A9%F0%9F%98%80"


def test_a_header_of_a_respond_replaces_the_one_of_the_answer_as_without_placeholders() -> None:
    respond = {"json": 1, "headers": {"content-type": "text/{{ headers.X-Trace }}"}}
    (exchange,) = asked({"respond": respond})
    assert [value for name, value in exchange.response.headers if name.lower() == "content-type"] == [
        "text/t-1"
    ]


def test_a_patch_writes_values_with_their_types_at_any_depth() -> None:
    operations = [
        {"op": "replace", "path": "/total", "value": "{{ count }}"},
        {"op": "add", "path": "/recordList/*/asked", "value": {"by": ["{{ request.userMobile }}", 1]}},
        {"op": "add", "path": "/at", "value": "at {{ now }}"},
    ]
    first, second = asked({"patch": operations}, query(callId=None), query(callId=None))
    made = json.loads(second.response.body[:])
    assert json.loads(first.response.body[:])["total"] == 1
    assert (made["total"], made["at"]) == (2, f"at {NOON}")
    assert {json.dumps(record["asked"]) for record in made["recordList"]} == {json.dumps({"by": [USER, 1]})}


def test_a_test_compares_with_the_request() -> None:
    operations = [
        {"op": "test", "path": "/errorMsg", "value": "{{ request.callId }}"},
        {"op": "remove", "path": "/total"},
    ]
    fits, other = asked({"patch": operations}, query(callId="Success"), query())
    assert (fits.rule, other.rule) == ("r0", "")
    assert "the value is another one" in other.notes[0]


def test_a_count_is_that_of_the_rule_s_value() -> None:
    rule = {"per": ["userMobile"], "after": 1, "respond": {"body": "{{count}}"}}
    exchanges = asked(rule, *(query(userMobile=user) for user in ("1", "1", "2", "1", "2")))
    assert [exchange.response.body[:] for exchange in exchanges if exchange.rule] == [b"2", b"3", b"2"]


def test_a_missing_value_is_noted_once_and_a_default_is_not() -> None:
    respond = {"body": "{{request.ctiCallId}}{{ request.ctiCallId }}{{request.pageNum | default: 1}}"}
    (exchange,) = asked({"respond": respond})
    assert exchange.response.body == b"1"
    assert exchange.notes == (
        "r0: respond: {{request.ctiCallId}} is missing, so nothing stands there",
        "r0: respond: {{ request.ctiCallId }} is missing, so nothing stands there",
    )


def test_a_request_that_cannot_be_read_has_no_fields() -> None:
    request = Request("POST", QUERY, CIMultiDict({"X-Trace": "t"}), b"{")
    engine = Engine({"acme": scenario({"respond": {"body": "{{request.callId}}-{{headers.X-Trace}}"}})},
                    tenantless="acme")  # fmt: skip
    exchange = engine.handle(request)
    assert exchange.response.body == b"-t"


def test_the_token_that_is_issued_can_be_echoed() -> None:
    body = json.dumps({"appKey": "acme", "appSecret": "secret"}).encode()
    request = Request("POST", GETTOKEN, CIMultiDict({"Content-Type": "application/json"}), body)
    (exchange,) = asked({"respond": {"json": {"t": "{{honest.authToken}}"}}}, request)
    assert json.loads(exchange.response.body[:]) == {"t": exchange.honest.fields["authToken"]}


def test_the_same_requests_get_the_same_bytes() -> None:
    rule = {"respond": {"json": {"a": "{{count}}", "b": "{{now}}", "c": "{{request.callId}}"}}}
    requests = [query(), query(callId="z")]
    assert [each.script for each in asked(rule, *requests)] == [
        each.script for each in asked(rule, *requests)
    ]


def test_two_requests_with_one_honest_answer_are_judged_apart() -> None:
    patch = [{"op": "replace", "path": "/errorMsg", "value": "{{ request.callId }}"}]
    same, other = query(callId="Success"), query(callId="x")
    exchanges = asked({"patch": patch}, same, other, same)
    assert [exchange.rule for exchange in exchanges] == ["", "r0", ""]


def test_a_turn_whose_count_is_what_stands_there_is_spent() -> None:
    rules = [{"patch": [{"op": "replace", "path": "/total", "value": "{{ count }}"}]}]
    engine = Engine({"acme": scenario(*rules)})
    requests = [query(callId=None, userMobile=USER, pageSize="100")] * 41
    exchanges = [engine.handle(request) for request in requests]
    total = exchanges[0].honest.fields["total"]
    assert [place + 1 for place, each in enumerate(exchanges) if not each.rule] == [total]
    spent = exchanges[total - 1]
    assert (spent.turn, [why for _, why, _ in spent.held_back]) == (
        "r0", ["spent its turn, and changes nothing here"],
    )  # fmt: skip


# Bounds


@pytest.mark.slow(seconds=3)
def test_filters_are_bounded_before_the_answer_is_made() -> None:
    many = " | json" * 60  # each doubles the quotation marks: 2^60 of them
    (refused,) = asked({"respond": {"body": f"{{{{ request.callId{many} }}}}"}})
    assert refused.notes == ("r0: respond: the answer would be longer than 64 MiB",)


def test_an_answer_that_would_be_too_long_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "LARGEST", 1000)
    engine = Engine(
        {"acme": scenario({"respond": {"body": "{{request.callId}}" * 10}}, {"faults": ["reset"]})}
    )
    assert engine.handle(query(callId="x" * 100)).rule == "r0"
    refused = engine.handle(query(callId="x" * 101))
    assert (refused.rule, refused.notes) == ("r1", ("r0: respond: the answer would be longer than 64 MiB",))


def test_a_long_value_is_written_only_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "LARGEST", 1000)
    given = context(callId="x" * 300)
    with pytest.raises(filling.NotApplicable):
        Respond.of({"json": ["{{request.callId}}"] * 1000}).reshape(Response(200, b""), given)
    assert len(given.inserted) == 3


def test_a_header_that_would_be_too_long_is_not_made() -> None:
    rule = {"respond": {"status": 503, "headers": {"X-Echo": "{{request.callId}}"}}}
    short, long = asked(rule, query(callId="x" * 8192), query(callId="x" * 8193))
    assert (short.rule, long.rule) == ("r0", "")
    assert long.notes == ("r0: respond: a header would be longer than 8 KiB",)


@pytest.mark.parametrize("value", [["\ud800"], 2**70, float, [[[]]] * 2], ids=["half", "huge", "odd", "deep"])
def test_a_value_that_json_cannot_hold_is_refused(value: Any) -> None:
    if isinstance(value, list) and value[0] == [[]]:
        for _ in range(400):
            value = [value]
    for respond in (
        {"json": ["{{request.x}}"]},
        {"body": "{{request.x|upper}}"},
        {"body": "{{request.x|json}}"},
    ):
        with pytest.raises(filling.NotApplicable, match="a value that no answer can hold"):
            Respond.of(respond).reshape(Response(200, b""), context(x=value))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3),
)


@given(JSON, st.text(st.characters(codec="latin-1"), max_size=20))
def test_any_value_inside_json_leaves_valid_json(value: Any, header: str) -> None:
    respond = Respond.of({"json": {"a": "{{request.x}}", "b": "<{{request.x|json}}{{headers.h}}>"}})
    exchange = replace(context(x=value), headers={"h": header})
    made = json.loads(respond.reshape(Response(200, b""), exchange).body[:])
    assert made["a"] == value
    assert made["b"].startswith("<")
    assert made["b"].endswith(f"{header}>")


# What is told


def test_explain_says_what_placeholders_have_become() -> None:
    rule = {"respond": {"body": "{{request.callId}} {{count}} {{count}}"}}
    world = Tenants({"acme": scenario(rule)}, seed="0", error_status=200)
    first, second = explained(world, query(callId="c"), 2)
    told = [(each.placeholder, each.text) for each in first.exchange.inserted]
    assert told == [("{{request.callId}}", "c"), ("{{count}}", "1"), ("{{count}}", "1")]
    assert as_json(second)["placeholders"][1] == {"placeholder": "{{count}}", "text": "2"}


def test_explain_tells_people_each_placeholder_once_and_what_is_missing() -> None:
    rule = {"respond": {"body": "{{request.callId}} {{count}} {{count}} {{headers.X-None}}"}}
    world = Tenants({"acme": scenario(rule)}, seed="0", error_status=200)
    (one,) = explained(world, query(callId="c"))
    lines = [line.strip() for line in format_explanation(one, "").splitlines()]
    assert [line for line in lines if "{{" in line] == [
        '{{request.callId}} is "c"', '{{count}} is "1"', "{{headers.X-None}} is missing",
    ]  # fmt: skip


def test_explain_says_that_a_swallowed_request_gets_nothing() -> None:
    world = Tenants({"acme": scenario({"faults": ["swallow"]})}, seed="0", error_status=200)
    (one,) = explained(world, query())
    assert "nothing: no byte is sent, and the connection stays open" in format_explanation(one, "")


# the rule: (place, words of the message)
WRONG: dict[str, tuple[Any, str, str]] = {
    "a field that no request has": (
        {"respond": {"body": "{{ request.calId }}"}}, "respond.body", 'did you mean "callId"?',
    ),
    "a field of another operation": (
        {"match": {"endpoint": "gettoken"}, "respond": {"body": "{{ request.callId }}"}},
        "respond.body", "known here: ",
    ),
    "a field of the answer": (
        {"respond": {"body": "{{ request.total }}"}}, "respond.body", "write {{ honest.total }}",
    ),
    "the records": (
        {"respond": {"body": "{{ honest.recordList }}"}}, "respond.body", "no field of this answer is called",
    ),
    "deep in JSON": (
        {"respond": {"json": {"a": [{"b": "{{ x }}"}]}}}, "respond.json.a[0].b", 'no placeholder "x"',
    ),
    "a header": (
        {"respond": {"status": 503, "headers": {"X-A": "{{ x }}"}}}, "respond.headers.X-A", "no placeholder",
    ),
    "a message": (
        {"respond": {"errorCode": 5, "errorMsg": "{{"}}, "respond.errorMsg", "is never closed",
    ),
    "a patch": (
        {"patch": [{"op": "add", "path": "/a", "value": {"b": "{{ nwo }}"}}]}, "patch[0].value.b",
        'did you mean "now"?',
    ),
    "a strict patch": (
        {"patch": {"strict": True, "operations": [{"op": "add", "path": "/a", "value": "{{}}"}]}},
        "patch.operations[0].value", "is empty",
    ),
    "an outcome": (
        {"one_of": [{}, {"respond": {"body": "{{ x }}"}}]}, "one_of[1].respond.body", "no placeholder",
    ),
    "too many": ({"respond": {"body": "{{now}}" * 1001}}, "respond", "has 1,001 placeholders"),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "place", "words"), WRONG.values(), ids=WRONG)
def test_check_tells_a_placeholder_that_is_none_with_place_and_fix(rule: Any, place: str, words: str) -> None:
    with pytest.raises(loader.ScenarioErrors) as caught:
        scenario(rule)
    (message,) = str(caught.value).splitlines()
    assert message.startswith(f"acme.yaml: rules[0].{place}: ")
    assert words in message


def test_braces_where_no_placeholder_stands_are_warned_of() -> None:
    value = {
        "settings": {"response_headers": {"X-A": "{{ now }}"}},
        "rules": [{"respond": {"json": {"{{ now }}": 1}}}],
    }
    first, second = loader.from_json(value, "f.yaml", "f").warnings
    assert 'settings.response_headers.X-A: "{{ now }}" is sent as it stands' in first
    assert "placeholders stand in values, not in names" in second


def test_a_placeholder_may_be_of_any_type_to_the_check_of_a_patch() -> None:
    operations = [
        {"op": "test", "path": "/total", "value": "{{ request.pageNum }}"},
        {"op": "replace", "path": "/recordList", "value": "{{ request.callId }}"},
        {"op": "add", "path": "/recordList/x", "value": 1},
    ]
    assert not scenario({"patch": operations}).warnings


@pytest.mark.parametrize("place", [["headers"], ["respond", "headers"]], ids="".join)
@pytest.mark.parametrize("date", ["{http_date: 30s}", '{"http_date": 30s }', " { 'http_date' : 30s}"])
def test_a_date_of_http_in_quotes_is_warned_of(place: list[str], date: str) -> None:
    outcome: dict[str, Any] = {"headers": {"Retry-After": date}}
    (told,) = scenario(outcome if place == ["headers"] else {"respond": {"status": 503} | outcome}).warnings
    assert told.startswith(f"acme.yaml: rules[0].{'.'.join(place)}.Retry-After: is sent as it stands")
    assert "take the quotes away: {http_date: 30s" in told


def test_another_text_in_braces_is_no_date() -> None:
    assert not scenario({"headers": {"X-A": "{http_date}", "X-B": "{date: 30s}"}}).warnings
