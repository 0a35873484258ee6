"""A rule whose requests an earlier one takes is warned of, and only such a rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import GETTOKEN, QUERY, TOKEN
from examples import examples
from oifde_simulator.engine import explain as explanation
from oifde_simulator.model.http import Request
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.lint.warnings import certainty, shadowing
from oifde_simulator.tenants import Tenants

DOWN = "respond: {status: 503}"
QUERIES = "match: {endpoint: queryRecordHistory}"
USER = 'match: {request: {userMobile: "1"}}'


def warned(*rules: str) -> list[str]:
    source = "rules:\n" + "".join(f"  - {rule}\n" for rule in rules)
    return list(loader.loads(source.encode(), "acme.yaml", "acme").warnings)


SHADOWED = {
    "an address in a network": (
        f"{{name: all, match: {{client: 10.0.0.0/8}}, {DOWN}}}",
        "match: {client: [10.0.0.7, 10.1.0.0/16]}",
        "can never fire: all in line 2 takes all that it is about",
    ),
    "an address that is mapped": (
        f"{{name: all, match: {{client: 10.0.0.7}}, {DOWN}}}",
        'match: {client: "::ffff:10.0.0.7", endpoint: gettoken}',
        "can never fire: all in line 2",
    ),
    "one request of those behind the first": (
        f"{{name: all, match: {{connection: {{requests: {{minimum: 2}}}}}}, {DOWN}}}",
        "match: {connection: {requests: 3}, client: 10.0.0.7}",
        "takes all that it is about",
    ),
    "what is counted, behind what is not": (
        f"{{name: all, {DOWN}}}",
        "over: {in_flight: 5}",
        "can never fire: all in line 2 takes every request before it",
    ),
    "distinct values, behind what is not": (
        f"{{name: all, {DOWN}}}",
        "after: {distinct: client, count: 2}",
        "can never fire: all in line 2 takes every request before it",
    ),
    "a field that only queries have": (
        f"{{name: all, {QUERIES}, {DOWN}}}",
        USER,
        "takes all requests of queryRecordHistory before it, and no others have userMobile",
    ),
    "two such fields": (
        f"{{name: all, {QUERIES}, {DOWN}}}",
        'match: {request: {userMobile: "1", pageNum: true}}',
        "and no others have userMobile and pageNum",
    ),
    "a field of the other endpoint": (
        f"{{name: all, match: {{endpoint: gettoken}}, {DOWN}}}",
        'match: {request: {appKey: "acme"}}',
        "takes all requests of gettoken before it",
    ),
    "a field of the answer": (
        f"{{name: all, {QUERIES}, {DOWN}}}",
        "match: {response: {total: {minimum: 1}}}",
        "and no others have total",
    ),
    "a header beside it": (
        f"{{name: all, match: {{endpoint: queryRecordHistory, headers: {{X: a}}}}, {DOWN}}}",
        'match: {headers: {X: a}, request: {userMobile: "1"}}',
        "can never fire: all in line 2 takes",
    ),
    "bounds within bounds": (
        f"{{name: all, match: {{response: {{total: {{minimum: 1}}}}}}, {DOWN}}}",
        "match: {response: {total: {minimum: 5, maximum: 9}}}",
        "takes all that it is about",
    ),
    "the same pattern and more": (
        f'{{name: all, match: {{request: {{callId: {{pattern: "^1"}}}}}}, {DOWN}}}',
        'match: {request: {callId: {pattern: "^1", maxLength: 9}}}',
        "takes all that it is about",
    ),
    "faults that always act": ("{name: all, faults: [{latency: 1s}]}", USER, "takes every request before it"),
    "a cut of every answer": (
        f"{{name: all, {QUERIES}, faults: [{{cut: {{bytes: 40}}}}]}}",
        USER,
        "takes all",
    ),
    "alternatives that all act": (
        f"{{name: all, one_of: [{{{DOWN}}}, {{faults: [reset]}}]}}",
        USER,
        "takes every request before it",
    ),
    "a certain chance": (f"{{name: all, probability: 100%, {DOWN}}}", USER, "takes every request before it"),
    "an error": (
        "{name: all, respond: {error: token-expired}}",
        USER,
        "takes every request before it, but where the honest answer is token-expired already",
    ),
    "a patch": (
        "{name: all, patch: [{op: remove, path: /recordList/0}]}",
        USER,
        "takes every request before it, but where it changes nothing",
    ),
}
FREE = {
    "without the field": (f"{{name: all, {QUERIES}, {DOWN}}}", "match: {request: {userMobile: false}}"),
    "a field of both": (
        f"{{name: all, {QUERIES}, {DOWN}}}",
        "match: {response: {errorCode: 0}}",
    ),
    "the other endpoint": (f"{{name: all, {QUERIES}, {DOWN}}}", 'match: {request: {appKey: "a"}}'),
    "fields of two endpoints": (
        f"{{name: all, {QUERIES}, {DOWN}}}",
        'match: {request: {appKey: "a", userMobile: "1"}}',
    ),
    "per user": (f"{{name: all, {QUERIES}, per: [userMobile], times: 1, {DOWN}}}", USER),
    "another address": (f"{{name: all, match: {{client: 10.0.0.7}}, {DOWN}}}", "match: {client: 10.0.0.8}"),
    "a wider network": (
        f"{{name: all, match: {{client: 10.0.0.0/9}}, {DOWN}}}",
        "match: {client: 10.0.0.0/8}",
    ),
    "a network of another family": (
        f'{{name: all, match: {{client: "::/0"}}, {DOWN}}}',
        "match: {client: 10.0.0.0/8}",
    ),
    "any address": (f"{{name: all, match: {{client: 10.0.0.7}}, {DOWN}}}", USER),
    "another request of a connection": (
        f"{{name: all, match: {{connection: {{requests: 1}}}}, {DOWN}}}",
        "match: {connection: {requests: 2}}",
    ),
    "so many in flight": (f"{{name: all, over: {{in_flight: 5}}, {DOWN}}}", USER),
    "so many distinct values": (f"{{name: all, after: {{distinct: client, count: 2}}, {DOWN}}}", USER),
    "a chance": (f"{{name: all, {QUERIES}, probability: 0.5, {DOWN}}}", USER),
    "a window": (f"{{name: all, {QUERIES}, window: {{until: 5s}}, {DOWN}}}", USER),
    "one that may pass": (f"{{name: all, one_of: [{{}}, {{{DOWN}}}]}}", USER),
    "one that may change nothing": (
        f"{{name: all, one_of: [{{rows: {{skip: 1}}}}, {{{DOWN}}}]}}",
        USER,
    ),
    "a state alone": ("{name: all, state: {becomes: down}}", USER),
    "wider bounds": (
        f"{{name: all, match: {{response: {{total: {{minimum: 5}}}}}}, {DOWN}}}",
        "match: {response: {total: {minimum: 1}}}",
    ),
    "a keyword more": (
        f"{{name: all, match: {{response: {{total: {{minimum: 5, multipleOf: 2}}}}}}, {DOWN}}}",
        "match: {response: {total: {minimum: 5}}}",
    ),
}


@pytest.mark.parametrize(("early", "late", "words"), SHADOWED.values(), ids=SHADOWED.keys())
def test_a_rule_in_the_shadow_of_another_is_warned_of(early: str, late: str, words: str) -> None:
    (warning,) = warned(early, f"{{{late}, faults: [reset]}}")
    assert warning.startswith("acme.yaml:3:5: rules[1]: can never fire: all in line 2 takes ")
    assert words in warning


@pytest.mark.parametrize(("early", "late"), FREE.values(), ids=FREE.keys())
def test_a_rule_that_gets_some_requests_is_not(early: str, late: str) -> None:
    assert not warned(early, f"{{{late}, faults: [reset]}}")


def test_nothing_is_left_to_a_rule_that_does_the_same() -> None:
    for action in ("token: expire", "patch: [{op: remove, path: /total}]", "respond: {error: token-expired}"):
        (warning,) = warned(f"{{name: all, {action}}}", f"{{{USER}, {action}}}")
        assert warning.endswith("takes every request before it")


def test_an_error_is_no_exception_for_a_rule_about_good_answers() -> None:
    (warning,) = warned(
        "{name: all, respond: {error: token-expired}}", "{match: {response: {errorCode: 0}}, faults: [reset]}"
    )
    assert warning.endswith("takes every request before it")


def test_many_rules_are_compared_with_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []
    monkeypatch.setattr(certainty, "_spoils", lambda *each: bool(tried.append(each)) or True)
    rules = (f'{{match: {{headers: {{X: "{n}"}}}}, faults: [reset]}}' for n in range(300))
    assert not warned(*rules)
    assert len(tried) <= 3 * shadowing.MOST_COMPARED


# Law: a rule of which `check` says that it never fires does not.

QUERY_FIELDS = {
    "userMobile": st.sampled_from(["1", True, False, {"enum": ["1", "2"]}, {"pattern": "^1"}]),
    "pageNum": st.sampled_from(["1", "2", True, False]),
}
APP_KEY = {"appKey": st.sampled_from(["acme", True])}
SUCCESS = {"errorCode": st.just(0)}
TOTAL = {"total": st.sampled_from([0, {"minimum": 0}, {"minimum": 1}])}


def matches(endpoint: str, request: dict[str, Any], response: dict[str, Any]) -> Any:
    """Draw the `match` of a rule for an endpoint, or for none."""
    fields = {name: st.fixed_dictionaries({}, optional=each) for name, each in
              (("request", request), ("response", response))}  # fmt: skip
    named = {"endpoint": st.just(endpoint)} if endpoint else {}
    return st.fixed_dictionaries(named, optional=fields)


MATCHES = (
    matches("", QUERY_FIELDS | APP_KEY, SUCCESS | TOTAL)
    | matches("queryRecordHistory", QUERY_FIELDS, SUCCESS | TOTAL)
    | matches("gettoken", APP_KEY, SUCCESS)
)
LIMITS = [{"times": 1}, {"after": 1}, {"every": 2}, {"probability": 0.5}, {"window": {"from": "1s"}}]
ACTIONS = st.sampled_from(
    [
        {"respond": {"status": 503}},
        {"respond": {"error": "internal-error"}},
        {"faults": ["reset"]},
        {"one_of": [{}, {"faults": ["reset"]}]},
        {"patch": [{"op": "replace", "path": "/errorMsg", "value": "x"}]},
    ]
)
RULES = st.builds(
    lambda match, limit, action: {"match": match, **limit, **action},
    MATCHES,
    st.sampled_from([{}, {}, {}, *LIMITS]),
    ACTIONS,
)


def requests() -> list[Request]:
    headers = {"content-type": "application/json; charset=UTF-8"}
    bodies: list[tuple[str, dict[str, Any]]] = [
        (QUERY, {"tenantId": "acme", "authToken": TOKEN, "userMobile": user, **page})
        for user in ("1", "2", "18000000001")
        for page in ({}, {"pageNum": "2"})
    ]
    bodies += [(GETTOKEN, {"appKey": "acme", "appSecret": secret}) for secret in ("secret", "wrong")]
    bodies.append((QUERY, {"tenantId": "acme", "authToken": "none", "userMobile": "1"}))
    return [Request("POST", path, headers, json.dumps(body).encode()) for path, body in bodies]


@settings(max_examples=examples(50))
@given(st.lists(RULES, min_size=2, max_size=3))
def test_a_rule_that_never_fires_is_never_the_one_that_fires(rules: list[dict[str, Any]]) -> None:
    value = {"tenant": {"tokens": [TOKEN]}, "sessions": {"users": {"1": 6}}, "rules": rules}
    scenario = loader.from_json(value, "acme", "acme")
    never = {
        scenario.rules[place].name
        for place in range(len(rules))
        for told in scenario.warnings
        if f"rules[{place}]: can never fire: " in told and "but where" not in told
    }
    if never:
        tenants = Tenants({"acme": scenario}, seed="0", error_status=200)
        for request in requests():
            fired = {turn.exchange.rule for turn in explanation.explain(tenants, request, repeat=2)}
            assert not fired & never
