"""Counts of several replicas in one store: sums, lost replies, tenants that go, and bounds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

import valkey_server
from oifde_simulator.model import counted_requests
from oifde_simulator.model.counted_requests import (
    MOST_KINDS,
    OTHER,
    WINDOW,
    AddedCounts,
    CountedRequests,
    KindKey,
)
from oifde_simulator.state.valkey.connect import connect
from oifde_simulator.state.valkey.metrics import metrics as module
from oifde_simulator.state.valkey.metrics.metrics import ValkeyMetrics

HONEST: KindKey = ("queryRecordHistory", 200, 0, "", ())
ODD = "a\ud800 'ü'"


class StoreTime:
    """Milliseconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000_500

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> StoreTime:
    return StoreTime()


@pytest.fixture
async def replicas(time: StoreTime) -> AsyncIterator[list[ValkeyMetrics]]:
    store = await connect(valkey_server.address(), valkey_server.prefix())
    yield [ValkeyMetrics(store, name, time) for name in ("a", "b", "c")]
    await store.close()


def added(
    kinds: Mapping[str, Mapping[KindKey, int]] | None = None,
    fired: Mapping[str, Mapping[str, int]] | None = None,
    named: Mapping[str, float] | None = None,
    seconds: Any = None,
    last: Mapping[str, int] | None = None,
) -> AddedCounts:
    """Make a batch."""
    return AddedCounts(CountedRequests(kinds or {}, fired or {}, named or {}), seconds or {}, last or {})


async def test_the_counts_are_the_sum_of_all_replicas(replicas: list[ValkeyMetrics]) -> None:
    spoiled: KindKey = ("gettoken", 503, None, ODD, ("latency", "close"))
    for replica in replicas:
        batch = added({ODD: {HONEST: 2, spoiled: 1}, "": {HONEST: 1}}, {ODD: {ODD: 3}}, {"seconds": 1.25e-5})
        await replica.add(1, batch, {"waiters": 2})
    counted, gauges = await replicas[0].all()
    assert counted.kinds == {ODD: {HONEST: 6, spoiled: 3}, "": {HONEST: 3}}
    assert counted.fired == {ODD: {ODD: 9}}
    assert counted.named["seconds"] == pytest.approx(3.75e-5)
    assert gauges == {"waiters": 6}


async def test_a_batch_that_is_sent_again_is_added_once(replicas: list[ValkeyMetrics]) -> None:
    batch = added({"acme": {HONEST: 1}}, seconds={0: {"acme": [1, 0, 0, 0]}})
    for number in (1, 1, 2, 1):
        await replicas[0].add(number, batch, {})
    assert (await replicas[1].all()).counted.kinds == {"acme": {HONEST: 2}}
    assert (await replicas[1].recent(10, None)).by_age == {0: [2, 0, 0, 0]}


async def test_a_batch_of_many_rows_is_added_whole(
    replicas: list[ValkeyMetrics], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS", 7)
    batch = added({f"tenant-{number}": {HONEST: number} for number in range(1, 51)})
    for _ in range(2):
        await replicas[0].add(3, batch, {})
    assert (await replicas[0].all()).counted == batch.counted


async def test_gauges_of_a_replica_end_with_it_and_its_counts_stay(
    replicas: list[ValkeyMetrics], time: StoreTime
) -> None:
    for replica in replicas[:2]:
        await replica.add(1, added({"acme": {HONEST: 1}}), {"waiters": 1})
    time.now += 9_999
    await replicas[1].add(2, added(), {"waiters": 5})
    assert (await replicas[2].all()).gauges == {"waiters": 6}
    time.now += 1
    counted, gauges = await replicas[2].all()
    assert (gauges, counted.kinds) == ({"waiters": 5}, {"acme": {HONEST: 2}})


async def test_a_tenant_that_is_gone_leaves_no_count_also_where_a_batch_comes_late(
    replicas: list[ValkeyMetrics],
) -> None:
    late = added(
        {"acme": {HONEST: 1}}, {"acme": {"down": 1}}, seconds={0: {"acme": [1, 0, 0, 0]}}, last={"acme": 7}
    )
    await replicas[0].add(1, late, {})
    await replicas[0].forget("acme", 7)
    await replicas[1].add(1, late, {})
    counted = (await replicas[0].all()).counted
    assert (counted.kinds, counted.fired) == ({}, {})
    assert (await replicas[0].recent(5, "acme")).by_age == {}
    assert (await replicas[0].recent(5, None)).by_age == {0: [2, 0, 0, 0]}
    await replicas[1].add(2, late._replace(last={"acme": 8}), {})
    assert (await replicas[0].all()).counted.kinds == {"acme": {HONEST: 1}}


async def test_seconds_are_told_apart_by_age_and_forgotten_after_the_window(
    replicas: list[ValkeyMetrics], time: StoreTime
) -> None:
    await replicas[0].add(1, added(seconds={0: {"acme": [3, 0, 0, 0]}, 2: {"": [0, 0, 1, 0]}}), {})
    time.now += 1000
    await replicas[1].add(1, added(seconds={1: {"acme": [-1, 0, 0, 1]}}), {})
    assert (await replicas[1].recent(10, None)).by_age == {1: [2, 0, 0, 1], 3: [0, 0, 1, 0]}
    assert (await replicas[1].recent(10, "acme")).by_age == {1: [2, 0, 0, 1]}
    assert (await replicas[1].recent(1, None)).by_age == {}
    time.now += 1000 * WINDOW
    assert (await replicas[1].recent(WINDOW, None)).by_age == {}


async def test_the_oldest_seconds_of_tenants_are_forgotten_where_there_are_too_many(
    replicas: list[ValkeyMetrics], time: StoreTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_OF_TENANTS", 10)
    for number in range(4):
        tenants = {f"tenant-{each}": [1, 0, 0, 0] for each in range(4)}
        await replicas[0].add(number + 1, added(seconds={0: tenants}), {})
        time.now += 1000
    found = await replicas[0].recent(10, "tenant-1")
    assert (found.complete, sorted(found.by_age)) == (False, [1, 2])
    assert (await replicas[0].recent(2, "tenant-1")).complete
    totals = await replicas[0].recent(10, None)
    assert (totals.complete, totals.by_age) == (True, {age: [4, 0, 0, 0] for age in (1, 2, 3, 4)})


async def test_kinds_without_end_are_counted_together(replicas: list[ValkeyMetrics]) -> None:
    kinds = {("gettoken", 503, None, f"rule-{number}", ()): 1 for number in range(MOST_KINDS + 50)}
    await replicas[0].add(1, added({"acme": kinds}), {})
    counted = (await replicas[0].all()).counted.kinds["acme"]
    assert len(counted) == MOST_KINDS + 1
    assert counted[counted_requests.other_kind(("gettoken", 503, None, "", ()))] == 50
    assert [kind for kind in counted if kind[3] == OTHER]
