"""Rules count exactly over real connections to several workers of one port."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from conftest import QUERY, TOKEN
from replicas import Keeping
from workers_server import WorkersProcess, socket_count, working

SCENARIO = f"""
tenant: {{tokens: ["{TOKEN}"]}}
rules: [{{name: once, per: [userMobile], times: 1, respond: {{status: 418}}}}]
"""
CLIENTS, ROUNDS = 64, 200

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkersProcess]:
    folder = tmp_path_factory.mktemp("counting")
    (folder / "acme.yaml").write_text(SCENARIO)
    with working(folder, "--tls", "off", "--scenarios", "acme.yaml", count=4) as server:
        yield server


async def statuses(clients: Sequence[Keeping], user: int) -> Counter[int]:
    """Have all clients send the same query at once; how often each status was answered."""
    body = {"tenantId": "acme", "authToken": TOKEN, "userMobile": str(user)}
    return Counter(await asyncio.gather(*(client.ask(QUERY, body) for client in clients)))


async def test_once_is_once_under_64_connections_over_4_workers_200_times_over(
    server: WorkersProcess,
) -> None:
    pids = server.pids()
    before = [socket_count(pid) for pid in pids]
    clients = [await Keeping.to(server.data) for _ in range(CLIENTS)]
    try:
        for user in range(ROUNDS):
            assert await statuses(clients, user) == {418: 1, 200: CLIENTS - 1}
        shares = [socket_count(pid) - count for pid, count in zip(pids, before, strict=True)]
        assert min(shares) >= CLIENTS // 8, shares
    finally:
        for client in clients:
            client.close()
