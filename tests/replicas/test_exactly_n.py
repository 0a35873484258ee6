"""Rules and credentials count exactly, whatever the interleaving of replicas."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

import pytest

from conftest import GETTOKEN, QUERY, TOKEN
from oifde_simulator.model.turn import START
from replicas import FORMS, SEVERAL, Keeping, Opened, World, world

SCENARIO: dict[str, Any] = {
    "tenant": {"tokens": [TOKEN]},
    "sessions": {"users": {"1": 1}},
    "rules": [
        {"name": "once", "match": {"request": {"pageNum": "1"}}, "per": ["userMobile"], "times": 1,
         "respond": {"status": 418}},
        {"name": "third", "match": {"request": {"pageNum": "2"}}, "every": 3, "times": 5,
         "respond": {"status": 418}},
        {"name": "rate", "match": {"request": {"pageNum": "3"}}, "over": {"limit": 5, "window": "1h"},
         "respond": {"status": 418}},
        {"name": "moves", "match": {"request": {"pageNum": "4"}}, "state": {"is": START, "becomes": "a"},
         "respond": {"status": 418}},
        {"name": "apart", "match": {"request": {"pageNum": "5"}}, "per": ["connection"], "times": 1,
         "respond": {"status": 418}},
    ],
}  # fmt: skip
FILES = {"acme": SCENARIO, "uses": {"tenant": {"tokens": [TOKEN], "token_uses": 3, "lock_after": 4}}}
CLIENTS = 64
FEW = 16
"""Clients where their number does not matter."""


def query(page: str = "1", user: str = "1", tenant: str = "acme") -> dict[str, Any]:
    """Make the body of a query."""
    return {"tenantId": tenant, "authToken": TOKEN, "userMobile": user, "pageNum": page}


@asynccontextmanager
async def clients(served: World, count: int = CLIENTS) -> AsyncIterator[Sequence[Keeping]]:
    """Connect clients, to one replica after the other."""
    urls = cycle(replica.data_url for replica in served.replicas)
    made = [await Keeping.to(next(urls)) for _ in range(count)]
    try:
        yield made
    finally:
        for each in made:
            each.close()


async def statuses(asked: Sequence[Keeping], body: dict[str, Any]) -> Counter[int]:
    """Have all clients send a query at once; how often each status was answered."""
    return Counter(await asyncio.gather(*(client.ask(QUERY, body) for client in asked)))


@pytest.mark.parametrize("form", FORMS)
async def test_once_is_once_under_64_connections(form: Opened) -> None:
    async with world(form, FILES) as served, clients(served) as asked:
        for user in range(2):
            assert await statuses(asked, query(user=str(user))) == {418: 1, 200: CLIENTS - 1}


@pytest.mark.slow(seconds=3)
@pytest.mark.parametrize("form", SEVERAL)
async def test_once_is_once_under_64_connections_40_times_over(form: Opened) -> None:
    async with world(form, FILES) as served, clients(served) as asked:
        for user in range(40):
            assert await statuses(asked, query(user=str(user))) == {418: 1, 200: CLIENTS - 1}


@pytest.mark.parametrize("form", FORMS)
async def test_each_way_of_counting_counts_the_requests_of_all_replicas(form: Opened) -> None:
    async with world(form, FILES) as served, clients(served, FEW) as asked:
        assert await statuses(asked, query("2")) == {418: 5, 200: FEW - 5}
        assert await statuses(asked, query("3")) == {418: FEW - 5, 200: 5}
        assert await statuses(asked, query("4")) == {418: 1, 200: FEW - 1}


@pytest.mark.parametrize("form", FORMS)
async def test_no_connection_of_a_replica_is_taken_for_one_of_another(form: Opened) -> None:
    async with world(form, FILES) as served, clients(served, FEW) as asked:
        assert await statuses(asked, query("5")) == {418: FEW}
        assert await statuses(asked, query("5")) == {200: FEW}


@pytest.mark.parametrize("form", FORMS)
async def test_credentials_are_counted_over_all_replicas(form: Opened) -> None:
    async with world(form, FILES) as served:
        codes = await asyncio.gather(*(served.ask(QUERY, query(tenant="uses")) for _ in range(12)))
        assert Counter(each.json["errorCode"] for each in codes) == {0: 3, 900001: 9}
        wrong = {"appKey": "uses", "appSecret": "wrong"}
        codes = await asyncio.gather(*(served.ask(GETTOKEN, wrong) for _ in range(8)))
        assert Counter(each.json["errorCode"] for each in codes) == {200800002: 4, 200800003: 4}


@pytest.mark.parametrize("form", FORMS)
async def test_no_token_is_issued_twice(form: Opened) -> None:
    right = {"appKey": "acme", "appSecret": "secret"}
    async with world(form, FILES) as served:
        answers = await asyncio.gather(*(served.ask(GETTOKEN, right) for _ in range(FEW)))
        assert len({each.json["authToken"] for each in answers}) == FEW
