"""Rules under concurrency: counts of one user never take from another's."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

import aiohttp
import pytest

from conftest import QUERY
from serving import running

CLIENTS, USERS, ROUNDS = 64, 1000, 4
SCENARIO = """
tenant: {tokens: any}
rules:
  - {name: twice, times: 2, per: [userMobile], respond: {status: 503}}
"""


@pytest.mark.slow
def test_each_of_a_thousand_users_meets_exactly_two_failures_among_64_clients(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(SCENARIO)
    with running(scenarios=(tmp_path / "acme.yaml",)) as simulator:
        failures = asyncio.run(_play(simulator.data_url + QUERY))
    assert Counter(failures.values()) == {2: USERS}


async def _play(url: str) -> Counter[str]:
    waiting = islice(cycle(str(18_000_000_000 + user) for user in range(USERS)), USERS * ROUNDS)
    failures: Counter[str] = Counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CLIENTS)) as session:

        async def client() -> None:
            for user in waiting:
                body = json.dumps({"tenantId": "acme", "authToken": "x", "userMobile": user}).encode()
                async with session.post(
                    url, data=body, headers={"Content-Type": "application/json"}
                ) as response:
                    failures[user] += response.status == 503

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return failures
