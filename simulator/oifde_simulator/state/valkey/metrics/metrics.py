"""Counts of all replicas: one hash a tenant and one a second, to which replicas add in batches."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from oifde_simulator.model.counted_requests import (
    MOST_KINDS,
    MOST_OF_TENANTS,
    OTHER,
    WINDOW,
    AddedCounts,
    AllCounts,
    CountedRequests,
    KindKey,
    RecentTallies,
    other_kind,
)
from oifde_simulator.state.valkey.scripts import script
from oifde_simulator.state.valkey.store import Argument, Store

ADD = script("common", "metrics/add")
RECENT = script("common", "metrics/recent")
FORGET = script("common", "metrics/forget")
LIVE = script("common", "metrics/live")
ROWS = 1000
"""Rows that one script adds, so that it takes the server some milliseconds at most."""
MOST_SCRIPTS = 10_000
"""Scripts that one batch may take; they have the numbers that follow that of the batch, times this."""
TENANTS_AT_ONCE = 200
"""Tenants whose counts are read in one round trip."""
LIVES_FOR = 10_000
"""Milliseconds after its last batch that a replica counts as live."""

Row = tuple[Argument, ...]
"""What, tenant, field, field once there are too many, number, last entry."""


class ValkeyMetrics:
    """Counts of all replicas."""

    def __init__(
        self,
        store: Store,
        replica: str | None = None,
        store_time: Callable[[], int] | None = None,
    ) -> None:
        """`replica` identifies this one; `store_time` tells milliseconds in place of the server's clock."""
        self._store = store
        self._replica = replica or secrets.token_hex(8)
        self._store_time = store_time

    def _now(self) -> Argument:
        return "" if self._store_time is None else self._store_time()

    async def add(self, number: int, added: AddedCounts, gauges: Mapping[str, float]) -> None:
        """Add counts of this replica; a batch of the same `number` is added once. Raises StoreGone."""
        rows = list(_rows(added))
        fixed = (json.dumps(gauges), MOST_KINDS, MOST_OF_TENANTS, WINDOW)
        for place, start in enumerate(range(0, max(len(rows), 1), ROWS)):
            flat = [each for row in rows[start : start + ROWS] for each in row]
            order = number * MOST_SCRIPTS + place
            await self._store.run(ADD, self._now(), self._replica, order, *fixed, *flat)

    async def all(self) -> AllCounts:
        """Read the counts of all replicas, those of dead ones too. Raises StoreGone."""
        command, key = self._store.command, self._store.key
        live = await self._store.run(LIVE, self._now(), LIVES_FOR)
        gauges: Counter[str] = Counter()
        for each in live:
            gauges.update(json.loads(each))
        named = _pairs(await command("HGETALL", key("m:named")))
        tenants = sorted(await command("SMEMBERS", key("m:tenants")))
        kinds: dict[str, Mapping[KindKey, int]] = {}
        fired: dict[str, Mapping[str, int]] = {}
        for start in range(0, len(tenants), TENANTS_AT_ONCE):
            texts = [each.decode() for each in tenants[start : start + TENANTS_AT_ONCE]]
            names = [key(f"m:{what}:{text}") for text in texts for what in ("kinds", "fired")]
            answers = await asyncio.gather(*(command("HGETALL", name) for name in names))
            for text, of_kinds, of_rules in zip(texts, answers[::2], answers[1::2], strict=True):
                tenant = json.loads(text)
                kinds[tenant] = {_kind(field): int(count) for field, count in _pairs(of_kinds)}
                if of_rules:
                    fired[tenant] = {json.loads(field): int(count) for field, count in _pairs(of_rules)}
        totals = {json.loads(field): float(count) for field, count in named}
        return AllCounts(CountedRequests(kinds, fired, totals), gauges)

    async def recent(self, seconds: int, tenant: str | None) -> RecentTallies:
        """Read the tallies of the last seconds, of all tenants or of one (`""`). Raises StoreGone."""
        of_one = tenant is not None
        found = await self._store.run(RECENT, self._now(), seconds, int(of_one), json.dumps(tenant))
        ages = zip(found[1::2], found[2::2], strict=True)
        return RecentTallies(not found[0], {age: [*map(int, tally.split())] for age, tally in ages})

    async def forget(self, tenant: str, last: int) -> None:
        """Forget the counts of a tenant that is gone. Raises StoreGone."""
        await self._store.run(FORGET, self._now(), json.dumps(tenant), last)


def _rows(added: AddedCounts) -> Iterator[Row]:
    counted, seconds, last = added
    for name, count in counted.named.items():
        yield "named", "", json.dumps(name), "", repr(count), 0
    for tenant, kinds in counted.kinds.items():
        for kind, number in kinds.items():
            fields = json.dumps(kind), json.dumps(other_kind(kind))
            yield "kinds", json.dumps(tenant), *fields, number, last.get(tenant, 0)
    for tenant, rules in counted.fired.items():
        for rule, number in rules.items():
            yield (
                "fired",
                json.dumps(tenant),
                json.dumps(rule),
                json.dumps(OTHER),
                number,
                last.get(tenant, 0),
            )
    for age, tenants in seconds.items():
        for tenant, tally in tenants.items():
            text = " ".join(map(str, tally))
            yield "second", json.dumps(tenant), age, "", text, last.get(tenant, 0)


def _kind(field: bytes) -> KindKey:
    endpoint, status, code, rule, faults = json.loads(field)
    return endpoint, status, code, rule, tuple(faults)


def _pairs(flat: Any) -> Iterable[tuple[bytes, bytes]]:
    """Pair fields and values, as RESP2 has them or as a client has made a mapping of them."""
    return flat.items() if isinstance(flat, Mapping) else zip(flat[::2], flat[1::2], strict=True)
