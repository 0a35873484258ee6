"""Counters for Prometheus: their values, and their end with a tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from conftest import GETTOKEN, QUERY, TOKEN
from oifde_simulator.engine.counting.metrics import MOST_KINDS, OTHER, Meter
from oifde_simulator.immediate import immediate
from oifde_simulator.runtime.server import Simulator
from serving import fetch, running

SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
rules:
  - {{name: 'down "now"', match: {{request: {{userMobile: "1"}}}}, respond: {{status: 503}}}}
  - {{name: slow, match: {{request: {{userMobile: "2"}}}}, faults: [{{latency: 1ms}}, close]}}
"""
LABELS = ("tenant", "endpoint", "status", "error_code", "rule", "fault")


@pytest.fixture
def server(tmp_path) -> Iterator[Simulator]:
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    with running(scenarios=(tmp_path,)) as simulator:
        yield simulator


def samples(server: Simulator) -> Mapping[str, Mapping[tuple[str, ...], float]]:
    """Parse the metrics; returns values by metric and labels."""
    status, headers, body = fetch(server.control_url + "/metrics")
    assert (status, headers.get_content_type()) == (200, "text/plain")
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            labels = tuple(sample.labels.get(name, "") for name in LABELS if name in sample.labels)
            found.setdefault(sample.name, {})[labels or tuple(sample.labels.values())] = sample.value
    return found


def query(server: Simulator, user: str, tenant: str = "acme") -> None:
    body = f'{{"tenantId": "{tenant}", "authToken": "{TOKEN}", "userMobile": "{user}"}}'
    fetch(server.data_url + QUERY, body.encode())


def test_requests_are_told_apart_by_what_was_sent(server: Simulator) -> None:
    for user in ("1", "1", "2", "3"):
        query(server, user)
    query(server, "3", "nobody")
    fetch(server.data_url + "/elsewhere")
    fetch(server.data_url + GETTOKEN, b"{")
    counted = samples(server)["oifde_requests_total"]
    assert counted[("acme", "queryRecordHistory", "503", "", 'down "now"', "")] == 2
    assert counted[("acme", "queryRecordHistory", "200", "0", "slow", "latency+close")] == 1
    assert counted[("acme", "queryRecordHistory", "200", "0", "", "")] == 1
    assert sum(value for labels, value in counted.items() if labels[0] == "") == 3
    assert sum(counted.values()) == 7


def test_decisions_are_timed_and_the_journal_is_measured(server: Simulator) -> None:
    for _ in range(3):
        query(server, "3")
    found = samples(server)
    assert found["oifde_decision_seconds_count"][()] == 3
    assert found["oifde_decision_seconds_bucket"][("+Inf",)] == 3
    assert found["oifde_decision_seconds_sum"][()] > 0
    assert found["oifde_journal_exchanges"][("acme",)] == 3
    assert found["oifde_journal_bytes"][()] == immediate(server.journal.charge()) > 0
    assert found["oifde_tenants"][()] == len(immediate(server.tenants.ids()))


def test_no_metric_holds_a_credential(server: Simulator) -> None:
    query(server, "3", TOKEN)
    _, _, body = fetch(server.control_url + "/metrics")
    assert TOKEN.encode() not in body


def entry(tenant: str, rule: str) -> Any:
    """Make an entry with the facts that are counted."""
    return SimpleNamespace(
        tenant=tenant, endpoint="gettoken", status=503, error_code=None, rule=rule, faults=(),
        rules=(rule,) if rule else (),
    )  # fmt: skip


def test_a_tenant_that_is_gone_leaves_no_count() -> None:
    meter = Meter()
    for name in ("a", "b"):
        meter.count(entry(name, ""), 0.001)
    meter.forget("a")
    assert [tenant for tenant, _, _ in meter] == ["b"]


def test_each_rule_that_has_fired_is_counted_and_rules_without_end_are_counted_together() -> None:
    meter = Meter()
    for number in range(MOST_KINDS + 50):
        both = entry("a", f"rule-{number}")
        both.rules = ("slow", f"rule-{number}")
        meter.count(both, 0.0)
    counts = {rule: number for _, rule, number in meter.fired()}
    assert (counts["slow"], counts[OTHER], len(counts)) == (MOST_KINDS + 50, 51, MOST_KINDS + 1)
    meter.forget("a")
    assert not [*meter.fired()]


def test_kinds_without_end_are_counted_together() -> None:
    meter = Meter()
    for number in range(MOST_KINDS + 50):
        meter.count(entry("a", f"rule-{number}"), 0.0)
    counts = {kind.rule: number for _, kind, number in meter}
    assert len(counts) == MOST_KINDS + 1
    assert counts[OTHER] == 50
    assert sum(meter.durations) == MOST_KINDS + 50
