"""`explain` tells of rules that go along, wherever they stand, and of headers that were changed."""

from __future__ import annotations

import json
from typing import Any

from conftest import TOKEN
from oifde_simulator.cli.explain import request_file
from oifde_simulator.cli.explain.explanation_text import format_explanation
from oifde_simulator.engine import explain
from oifde_simulator.scenario import loader
from oifde_simulator.tenants import Tenants

SLOW = {"name": "slow", "also": True, "faults": [{"latency": "100ms"}]}
TOLD = {"name": "told", "also": True, "headers": {"X-Maintenance": "tonight"}}


def explained(*rules: dict[str, Any], repeat: int = 1) -> list[explain.Explanation]:
    scenario = {"clock": "2026-01-01T00:00:00Z", "tenant": {"tokens": [TOKEN]}, "rules": [*rules]}
    world = Tenants({"acme": loader.from_json(scenario, "acme", "acme")}, seed="0", error_status=200)
    request = request_file.parse({"userMobile": "18000000001"}, world, "acme").request()
    return list(explain.explain(world, request, repeat))


def verdicts(turn: explain.Explanation) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.rule, each.outcome, each.reasons) for each in turn.verdicts]


def test_each_rule_has_its_verdict_also_those_after_the_one_that_took_the_request() -> None:
    (turn,) = explained(
        {"name": "down", "faults": ["reset"]},
        SLOW,
        TOLD,
        {**TOLD, "name": "another", "match": {"request": {"pageNum": "2"}}},
        {**TOLD, "name": "later", "window": {"from": "1h"}},
        {**SLOW, "name": "third", "every": 3, "per": ["userMobile"]},
        {**TOLD, "name": "same", "headers": {"Server": "oifde-simulator"}},
        {"name": "next", "respond": {"status": 503}},
    )
    assert verdicts(turn) == [
        ("down", "fired", ()),
        ("slow", "fired", ()),
        ("told", "held back", ("down sends no head",)),
        ("another", "not about it", ('request.pageNum: expected "2", found nothing',)),
        ("later", "held back", ("window: opens in 3600 s",)),
        ("third", "held back", ("every: match 1 of each 3 for userMobile=18000000001",)),
        ("same", "could not", ("nothing in this answer for headers to spoil",)),
        ("next", "not asked", ("down came before it",)),
    ]


def test_reasons_stand_in_the_order_of_the_rules() -> None:
    (turn,) = explained(
        {**SLOW, "name": "a", "after": 1},
        {"name": "b", "after": 1, "faults": ["reset"]},
        {**SLOW, "name": "c", "window": {"from": "1h"}},
        {"name": "d", "window": {"from": "1h"}, "faults": ["reset"]},
        {**SLOW, "name": "e", "after": 1},
        {"name": "f", "token": "expire"},
        {"name": "g", "window": {"from": "1h"}, "faults": ["reset"]},
        {**SLOW, "name": "h", "window": {"from": "1h"}},
    )
    assert [each.rule for each in turn.exchange.held_back] == ["a", "b", "c", "d", "e", "h"]
    assert [each.rule for each in turn.verdicts if each.outcome == "not asked"] == ["g"]


def test_the_answer_is_told_by_whom_and_with_which_headers() -> None:
    rule = {"name": "down", "headers": {"Server": None, "Retry-After": {"http_date": "30s"}}}
    (turn,) = explained(SLOW, rule, TOLD)
    (text,) = [format_explanation(turn, "")]
    sent = text[text.index("  sent") : text.index("  script")]
    assert [line.strip() for line in sent.removeprefix("  sent").splitlines()] == [
        "the honest answer",
        "by rule slow, with latency",
        "by rule down",
        "by rule told",
        "header removed, Server",
        'header added, Retry-After: "Thu, 01 Jan 2026 00:00:30 GMT"',
        'header added, X-Maintenance: "tonight"',
    ]


def test_json_has_all_rules_that_fired_and_all_headers_that_changed() -> None:
    (turn,) = explained(SLOW, {"name": "other", "headers": {"server": "x"}})
    told = json.loads(json.dumps(explain.as_json(turn)))
    assert told["rule"] == "other"
    assert told["fired"] == [{"rule": "slow", "faults": ["latency"]}, {"rule": "other", "faults": []}]
    assert told["headers"] == [
        {"name": "server", "how": "replaced", "before": "oifde-simulator", "after": "x"}
    ]


def test_the_ramp_of_each_rule_is_told() -> None:
    ramp = {"latency": {"ramp": {"from": "2s", "to": "0s", "over": "10s"}}}
    (turn,) = explained({**SLOW, "faults": [ramp]}, {"name": "late", "faults": [ramp, "close"]}, TOLD)
    assert [each.latency for each in turn.ramps] == [2.0, 2.0]


def test_the_patch_of_the_rule_that_took_the_request_is_told_beside_others() -> None:
    patch = {"name": "p", "patch": [{"op": "replace", "path": "/total", "value": 7}], "faults": ["close"]}
    (turn,) = explained(SLOW, patch, TOLD)
    assert [each.path for each in turn.changes] == ["/total"]


def test_a_turn_that_changed_nothing_says_so() -> None:
    first, second = explained({**TOLD, "times": 1}, {"name": "r", "respond": {
        "status": 503, "headers": {"X-Maintenance": "tonight"}}}, repeat=2)  # fmt: skip
    assert verdicts(first)[0] == ("told", "held back", ("also: its turn changed nothing here",))
    assert verdicts(second)[0] == ("told", "held back", ("times: has fired 1 of 1",))
