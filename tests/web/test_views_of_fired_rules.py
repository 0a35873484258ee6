"""Every view of a server counts each rule that fired, those that went along too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from controlling import Controlling
from oifde_simulator.client import Control
from oifde_simulator.pytest_plugin.lines import format_in_whole
from serving import running

RULES = [
    {"name": "slow", "also": True, "faults": [{"latency": "1ms"}]},
    {"name": "down", "match": {"request": {"pageNum": "2"}}, "respond": {"status": 503}},
    {
        "name": "told",
        "also": True,
        "headers": {"X-Maintenance": "tonight", "Retry-After": {"http_date": "30s"}},
    },
]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Controlling, str]]:
    """A server whose tenant was asked for two pages, of which the second was taken by a rule."""
    with running() as simulator:
        control = Controlling(simulator)
        made = control.make({"clock": "2026-01-01T00:00:00Z", "rules": RULES}, "acme")
        for page in ("1", "2"):
            control.query(made, pageNum=page)
        yield control, made["tenantId"]


def get(served: tuple[Controlling, str], path: str) -> Any:
    return served[0]("GET", path).json


def test_the_wire_names_them_all(served: tuple[Controlling, str]) -> None:
    entries = get(served, "/journal")["entries"]
    assert [(each["rule"], each["rules"]) for each in entries] == [
        ("slow", ["slow", "told"]),
        ("down", ["slow", "down", "told"]),
    ]
    whole = get(served, f"/journal/{entries[1]['number']}")
    headers = dict(whole["response"]["headers"])
    assert headers["X-Simulator-Rule"] == "slow; fault=latency, down, told"
    assert (headers["X-Maintenance"], headers["Retry-After"]) == ("tonight", "Thu, 01 Jan 2026 00:00:30 GMT")
    assert [each["do"] for each in whole["script"]] == ["wait", "send"]


@pytest.mark.parametrize(
    ("rule", "count"), [("slow", 2), ("told", 2), ("down", 1), ("other", 0), ("false", 0)]
)
def test_filters_verdicts_and_archives_find_each(
    served: tuple[Controlling, str], rule: str, count: int
) -> None:
    assert get(served, f"/journal?rule={rule}")["count"] == count
    assert len(get(served, f"/journal.har?rule={rule}")["log"]["entries"]) == count
    wanted = False if rule == "false" else rule
    verdict = served[0]("POST", "/verify", {"expect": [{"count": count, "match": {"rule": wanted}}]}).json
    assert verdict["passed"], verdict
    if count:
        waited = get(served, f"/journal/wait?rule={rule}&count={count}&timeout=5s")
        assert waited["count"] == count


def test_archives_name_them_all(served: tuple[Controlling, str]) -> None:
    entry = get(served, "/journal.har?rule=down")["log"]["entries"][0]
    assert (entry["_rule"], entry["_rules"]) == ("down", ["slow", "down", "told"])
    assert entry["comment"].startswith("spoiled by slow, down, told")


def test_counts_coverage_and_metrics_have_each(served: tuple[Controlling, str]) -> None:
    rules = get(served, "/tenants/acme/rules")
    assert {each["name"]: each["fired"] for each in rules} == {"slow": 2, "down": 1, "told": 2}
    (scenario,) = [each for each in get(served, "/coverage")["scenarios"] if each["rules"]]
    assert {each["rule"]: each["fired"] for each in scenario["rules"]} == {"slow": 2, "down": 1, "told": 2}
    metrics = served[0]("GET", "/metrics").body.decode()
    for rule, count in {"slow": 2, "down": 1, "told": 2}.items():
        assert f'oifde_rules_fired_total{{rule="{rule}",tenant="acme"}} {count}.0' in metrics


def test_wiremock_sees_them_all(served: tuple[Controlling, str]) -> None:
    events = get(served, "/__admin/requests")["requests"]
    assert {tuple(each["stubMapping"]["metadata"]["rules"]) for each in events} == {
        ("slow", "told"),
        ("slow", "down", "told"),
    }


def test_what_only_went_along_leaves_near_misses_to_be_told(served: tuple[Controlling, str]) -> None:
    first, second = (get(served, f"/journal/{number}")["nearMisses"] for number in (1, 2))
    assert [each["rule"] for each in first] == ["down"]
    assert second == []


def test_bodies_are_made_again(served: tuple[Controlling, str]) -> None:
    bodies = get(served, "/journal/1/bodies")
    sent, honest = bodies["sent"], bodies["honest"]
    assert (bodies["whole"], bodies["changes"], sent["text"]) == (True, [], honest["text"])
    added = [name for name, _ in sent["headers"][len(honest["headers"]) :]]
    assert added == ["X-Maintenance", "Retry-After", "X-Simulator-Rule"]


def test_the_client_and_the_report_name_them_all(served: tuple[Controlling, str]) -> None:
    with Control(served[0].simulator.control_url) as control:
        first, second = control.exchanges()
        assert (first.rules, control.exchange(2).rules) == (["slow", "told"], ["slow", "down", "told"])
        line = format_in_whole(control, second)
    assert "by rules slow, down, told (latency); would have been 200" in line


def test_an_exchange_of_an_older_server_has_its_one_rule() -> None:
    from oifde_simulator.client.decode import build_exchange

    names = ("number", "at", "tenant", "endpoint", "request", "status", "errorCode", "rule", "faults",
             "honest", "outcome", "problems", "warnings")  # fmt: skip
    for rule, rules in (("down", ["down"]), (None, [])):
        assert build_exchange({**dict.fromkeys(names), "rule": rule}).rules == rules


BAD = [
    ({"also": True, "respond": {"status": 503}}, "replaces the answer"),
    ({"headers": {"Date": "x"}}, "for another one set clock"),
]


@pytest.mark.parametrize(("rule", "words"), BAD, ids=["also", "headers"])
def test_a_rule_that_cannot_be_is_refused_when_it_is_added(
    served: tuple[Controlling, str], rule: dict[str, Any], words: str
) -> None:
    answered = served[0]("POST", "/tenants/acme/rules", [rule])
    assert answered.status in (400, 422)
    assert words in json.dumps(answered.json)
