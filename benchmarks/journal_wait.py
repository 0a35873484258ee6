"""How soon who waits for an exchange is answered, with a thousand who wait for others.

Rule: the time is taken by the client, from before it sends the request that is waited for until the waiting
one has its answer, so all of the request is in it. Each request wakes one of the waiters.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import aiohttp
from measure import (
    EXAMPLE,
    HEADERS,
    QUERY,
    circumstances,
    process,
    simulator,
    stay_off_the_servers_core,
    table,
    wait_for,
)

TENANT = json.loads(EXAMPLE)["tenantId"]
LATEST = 20.0
"""Milliseconds; the aim."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--waiters", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument(
        "--requests", type=int, default=200, help="of each round, at most one for each waiter"
    )
    chosen = options.parse_args()
    stay_off_the_servers_core()
    with ExitStack() as running:
        ready = Path(running.enter_context(tempfile.TemporaryDirectory())) / "ready.json"
        command = simulator("--tls", "off", "--log-level", "error", "--port", "0", "--ready-file", str(ready))
        wait_for(ready, running.enter_context(process(command)))
        urls = json.loads(ready.read_text())
        rows = [
            asyncio.run(row(name, urls, waiters, chosen))
            for name, waiters in (("nobody else", 1), (f"{chosen.waiters - 1} others", chosen.waiters))
        ]
    print(circumstances())
    print(
        table(
            (
                "waiting beside it",
                "request, ms",
                "until woken, ms: p50",
                "p99",
                "greatest",
                f"over {LATEST:g} ms",
            ),
            rows,
        )
    )
    print(f"\n{chosen.rounds} rounds of {chosen.requests} requests, one after the other.")


async def row(name: str, urls: dict[str, str], waiters: int, chosen: argparse.Namespace) -> list[str]:
    asked: list[float] = []
    woken: list[float] = []
    limitless = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=limitless) as client:
        for number in range(chosen.rounds):
            left = chosen.requests
            while left:
                batch = min(left, waiters)
                taken = await turn(client, urls, f"{name}-{number}-{left}", waiters, batch)
                asked += [own for own, _ in taken]
                woken += [until for _, until in taken]
                left -= batch
    asked.sort()
    woken.sort()
    late = sum(each > LATEST for each in woken)
    return [
        name,
        *(f"{each:.2f}" for each in (middle(asked), middle(woken), woken[len(woken) * 99 // 100], woken[-1])),
        str(late),
    ]


def middle(ordered: list[float]) -> float:
    return ordered[len(ordered) // 2]


async def turn(
    client: aiohttp.ClientSession, urls: dict[str, str], mark: str, waiters: int, requests: int
) -> list[tuple[float, float]]:
    """Milliseconds of each request, and until the one who waited for it was answered."""
    tasks = [
        asyncio.create_task(waiting(client, urls["control"], f"{mark}-{user}")) for user in range(waiters)
    ]
    while await counted(client, urls["control"]) < waiters:  # noqa: ASYNC110  another process tells nobody
        await asyncio.sleep(0.01)
    taken = []
    for user in range(requests):
        began = time.perf_counter()
        body = json.loads(EXAMPLE) | {"callId": f"{mark}-{user}"}
        async with client.post(urls["data"] + QUERY, data=json.dumps(body), headers=HEADERS) as answer:
            await answer.read()
        answered = time.perf_counter()
        taken.append(((answered - began) * 1e3, (await tasks[user] - began) * 1e3))
    for task in tasks[requests:]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    while await counted(client, urls["control"]):  # noqa: ASYNC110  another process tells nobody
        await asyncio.sleep(0.01)
    return taken


async def waiting(client: aiohttp.ClientSession, control: str, call: str) -> float:
    """When it was answered."""
    wanted = {"tenant": TENANT, "callId": call, "timeout": "60s"}
    async with client.get(f"{control}/journal/wait", params=wanted) as answer:
        if (found := json.loads(await answer.read()))["count"] != 1:
            raise SystemExit(f"expected one exchange, found {found}")
        return time.perf_counter()


async def counted(client: aiohttp.ClientSession, control: str) -> int:
    """How many wait now."""
    async with client.get(f"{control}/metrics") as answer:
        return int(float((await answer.text()).partition("\noifde_journal_waiters ")[2].split()[0]))


if __name__ == "__main__":
    main()
