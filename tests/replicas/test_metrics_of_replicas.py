"""Metrics and counters are the sum of all replicas at each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from conftest import QUERY, TOKEN
from oifde_simulator.engine.counting import metrics_sharing
from replicas import FORMS, PATIENCE, SEVERAL, Keeping, Opened, World, world

FILES: dict[str, Any] = {
    "acme": {"tenant": {"tokens": [TOKEN]}, "sessions": {"users": {"1": 1}}, "rules": [
        {"name": "down", "match": {"request": {"userMobile": "1"}}, "respond": {"status": 503}},
        {"name": "cut", "match": {"request": {"userMobile": "2"}}, "faults": [{"cut": {"bytes": 4}}]},
    ]}
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have replicas tell their counts at once, so that nobody asks again and again for half a second."""
    monkeypatch.setattr(metrics_sharing, "PAUSE", 0.005)


async def samples(served: World, at: int) -> Mapping[str, float]:
    """Read the metrics of a replica: sums by name, whatever the labels."""
    found: dict[str, float] = {}
    text = (await served.control("GET", "/metrics", at=at)).body.decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


async def sums(served: World, at: int) -> Mapping[str, int]:
    """Read the counters of a replica: sums by kind."""
    found = (await served.control("GET", "/counters", at=at)).json
    return {kind: sum(numbers) for kind, numbers in found["series"].items()}


async def ask_each(served: World, user: str) -> None:
    for at in range(len(served.replicas)):
        await served.ask(QUERY, {"tenantId": "acme", "authToken": TOKEN, "userMobile": user}, at=at)
    await served.settled()


async def until(served: World, at: int = 0, **expected: float) -> Mapping[str, float]:
    """Read metrics until they have these values: the other replicas tell theirs soon, each when it can."""
    async with asyncio.timeout(PATIENCE):
        while not expected.items() <= (found := await samples(served, at)).items():
            pass
    return found


@pytest.mark.parametrize("form", FORMS)
async def test_a_scrape_at_any_replica_is_the_sum_of_all(form: Opened) -> None:
    async with world(form, FILES) as served:
        count = len(served.replicas)
        for user in ("1", "2", "3"):
            await ask_each(served, user)
        for at in range(count):
            found = await until(
                served, at,
                oifde_requests_total=3 * count, oifde_rules_fired_total=2 * count,
                oifde_decision_seconds_count=3 * count, oifde_journal_exchanges=3 * count,
            )  # fmt: skip
            assert found["oifde_decision_seconds_sum"] > 0
            expected = {"honest": count, "spoiled": count, "refused": 0, "broken": count}
            async with asyncio.timeout(PATIENCE):
                while await sums(served, at) != expected:
                    pass


@pytest.mark.parametrize("form", FORMS)
async def test_a_scrape_has_the_requests_of_its_own_replica_at_once(form: Opened) -> None:
    async with world(form, FILES) as served:
        for number in range(1, 4):
            await served.ask(QUERY, {"tenantId": "acme", "authToken": TOKEN, "userMobile": "3"}, at=0)
            assert (await samples(served, 0))["oifde_requests_total"] == number


@pytest.mark.parametrize("form", SEVERAL)
async def test_the_counts_of_a_replica_that_has_stopped_stay(form: Opened) -> None:
    async with world(form, FILES) as served:
        await ask_each(served, "3")
        await until(served, oifde_requests_total=4)
        await served.replicas[3].stop()
        assert (await samples(served, 1))["oifde_requests_total"] == 4


@pytest.mark.parametrize("form", SEVERAL)
async def test_a_tenant_that_was_deleted_at_one_replica_leaves_no_count_at_another(form: Opened) -> None:
    async with world(form, FILES) as served:
        await ask_each(served, "3")
        await until(served, oifde_requests_total=4)
        assert (await served.control("DELETE", "/tenants/acme", at=2)).status < 300
        assert b'tenant="acme"' not in (await served.control("GET", "/metrics", at=1)).body


@pytest.mark.parametrize("form", SEVERAL)
async def test_who_waits_at_any_replica_is_counted(form: Opened) -> None:
    async with world(form, FILES) as served:
        waiting = [await Keeping.to(served.replicas[at].control_url) for at in range(3)]
        for each in waiting:
            each.send(b"GET /journal/wait?tenant=acme&timeout=9s HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(served, 3, oifde_journal_waiters=3)
        for each in waiting:
            each.close()
        await until(served, 3, oifde_journal_waiters=0)
