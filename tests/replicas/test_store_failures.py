"""The store is gone, slow, full or empty, or a replica dies: nothing counts twice, nothing answered is lost.

docs/scaling.md has the table of these failures.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import valkey_server
from conftest import QUERY, TOKEN
from oifde_simulator.runtime.replica import replica
from oifde_simulator.state.valkey.connect import connect
from replicas import Answer, Keeping, World, exchange, on_valkey, world
from serving import Served, served
from store_servers import StoreServer, store_server
from tcp_proxy import TcpProxy, proxy

RULES = [
    {
        "name": "busy",
        "match": {"request": {"pageNum": "2"}},
        "over": {"in_flight": 1},
        "respond": {"status": 429},
    },
    {"name": "hangs", "match": {"request": {"pageNum": "2"}}, "faults": ["hang"]},
    {"name": "twenty", "times": 20, "match": {"request": {"pageNum": "1"}}, "respond": {"status": 418}},
]
FILES: dict[str, Any] = {
    "acme": {"tenant": {"tokens": [TOKEN]}, "sessions": {"users": {"1": 1}}, "rules": RULES}
}
CLIENTS = 8
LONG = 30.0
"""Seconds within which a dead replica is noticed and a store is found again."""


def query(user: object, page: str = "1") -> dict[str, str]:
    """Make the body of a query."""
    return {"tenantId": "acme", "authToken": TOKEN, "userMobile": str(user), "pageNum": page}


@pytest.fixture
def store() -> Iterator[StoreServer]:
    with store_server(valkey_server.PROGRAM) as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have replicas look at once whether the store is back, and not each second."""
    monkeypatch.setattr(replica, "PERIOD", 0.05)


@asynccontextmanager
async def behind_proxy(store: StoreServer) -> AsyncIterator[tuple[World, TcpProxy]]:
    """Serve two replicas whose store is behind a proxy."""
    async with proxy(store.path) as between:
        address = f"valkey://127.0.0.1:{between.port}/0"
        async with world(on_valkey(2, lambda: address), FILES) as made:
            yield made, between
            between.release()


async def ready(made: World) -> None:
    """Wait until each replica is ready."""
    async with asyncio.timeout(LONG):
        for at in range(len(made.replicas)):
            while (await made.control("GET", "/readyz", at=at)).status != 200:
                pass


async def recorded(made: World, at: int = 0) -> list[str]:
    """List the users of the entries on record, in order."""
    found = (await made.control("GET", "/journal?tenant=acme&limit=1000", at=at)).json["entries"]
    return [each["request"]["userMobile"] for each in found]


@pytest.mark.slow
async def test_a_store_that_goes_under_load_counts_nothing_twice_and_loses_no_answer(
    store: StoreServer,
) -> None:
    async with behind_proxy(store) as (made, between):
        users, answered = count(), dict[str, int]()
        clients = [await Keeping.to(made.replicas[number % 2].data_url) for number in range(CLIENTS)]

        async def ask_until(enough: Callable[[], bool]) -> None:
            async def ask(client: Keeping) -> None:
                while not enough():
                    user = str(next(users))
                    answered[user] = await client.ask(QUERY, query(user))

            await asyncio.gather(*(ask(client) for client in clients))

        def seen(status: int) -> int:
            return sum(each == status for each in answered.values())

        await ask_until(lambda: len(answered) > 12)
        going = asyncio.ensure_future(ask_until(lambda: seen(503) > 20))
        await between.refuse()
        await going
        assert (await made.control("GET", "/readyz", at=0)).status == 503
        await between.listen()
        await ready(made)
        before = len(answered)
        await ask_until(lambda: len(answered) > before + 60)
        assert {answered[user] for user in [*answered][-40:]} == {200}
        on_record = await recorded(made)
        assert len(on_record) == len({*on_record})
        assert {user for user, status in answered.items() if status != 503} <= {*on_record}
        rules = (await made.control("GET", "/tenants/acme/rules")).json
        fired = next(rule["fired"] for rule in rules if rule["name"] == "twenty")
        assert seen(418) <= fired <= 20
        for client in clients:
            client.close()


async def test_an_answer_whose_record_is_not_confirmed_is_not_sent(store: StoreServer) -> None:
    async with behind_proxy(store) as (made, between):
        between.lose_reply(b"lost-user")
        answer = await made.ask(QUERY, query("lost-user", "3"), at=0)
        assert answer.status == 503
        assert b"X-Simulator-Error" in answer.octets
        await ready(made)
        assert (await recorded(made, 1)).count("lost-user") <= 1
        assert (await made.ask(QUERY, query("next", "3"), at=0)).status == 200


@pytest.mark.slow
async def test_a_store_that_comes_back_empty_is_used_without_a_restart(store: StoreServer) -> None:
    async with world(on_valkey(2, lambda: store.url), FILES) as made:
        await made.control("POST", "/tenants", {"scenario": "acme", "tenantId": "made"})
        for number in range(20):
            assert (await made.ask(QUERY, query(number))).status == 418
        store.kill()
        assert (await made.ask(QUERY, query("gone"), at=0)).status == 503
        store.start()
        await ready(made)
        async with asyncio.timeout(LONG):
            for at in (0, 1):
                while (await made.ask(QUERY, query("back"), at=at)).status != 418:
                    pass
        assert [each["id"] for each in (await made.control("GET", "/tenants")).json] == ["acme"]
        assert {*await recorded(made, 1)} == {"back"}


@pytest.mark.slow
async def test_a_store_that_answers_after_200_ms_slows_and_counts_as_ever(store: StoreServer) -> None:
    async with behind_proxy(store) as (made, between):
        between.delay = 0.2
        answers = await asyncio.gather(*(made.ask(QUERY, query(number)) for number in range(40)))
        assert sorted(each.status for each in answers) == [200] * 20 + [418] * 20
        between.delay = 0.0
        assert len(await recorded(made)) == 40


async def test_a_full_store_is_told_and_used_again_once_there_is_room(store: StoreServer) -> None:
    async with world(on_valkey(2, lambda: store.url), FILES) as made:
        other = await connect(store.url, "other:")
        await other.command("CONFIG", "SET", "maxmemory", 1)
        assert (await made.ask(QUERY, query("full", "3"), at=0)).status == 503
        for _ in range(2):  # heartbeats go on
            await made.replicas[0]._replica.beat()
            assert b"maxmemory" in (await made.control("GET", "/readyz", at=0)).body
        await other.command("CONFIG", "SET", "maxmemory", 0)
        await other.close()
        await ready(made)
        assert (await made.ask(QUERY, query("room", "3"))).status == 200
        assert await recorded(made) == ["room"]


# Processes


@pytest.fixture
def processes(tmp_path: Path, store: StoreServer) -> Iterator[list[Served]]:
    """Two servers as processes on one store."""
    (tmp_path / "acme.yaml").write_text(json.dumps(FILES["acme"]))
    options = ("--tls", "off", "--scenarios", str(tmp_path / "acme.yaml"), "--state", store.url)
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    with served(folders[0], *options) as first, served(folders[1], *options) as second:
        yield [first, second]


async def ask(server: Served, user: str, page: str = "1") -> Answer:
    return await exchange(server.data.rstrip("/"), "POST", QUERY, query(user, page))


async def control(server: Served, method: str, path: str, body: Any = None) -> Answer:
    return await exchange(server.control.rstrip("/"), method, path, body)


@pytest.mark.slow
async def test_a_replica_that_is_killed_amid_a_request_loses_nothing_and_gives_its_leases_back(
    processes: list[Served],
) -> None:
    killed, left = processes
    assert [(await ask(killed, str(user), "3")).status for user in range(5)] == [200] * 5
    hanging = asyncio.ensure_future(ask(killed, "hangs", "2"))
    waited = await control(left, "GET", "/journal/wait?tenant=acme&userMobile=hangs&timeout=5s")
    assert waited.status == 200
    assert (await ask(left, "other", "2")).status == 429
    killed.process.kill()
    assert (await hanging).octets == b""
    found = (await control(left, "GET", "/journal?tenant=acme")).json["entries"]
    assert [each["request"]["userMobile"] for each in found] == [*"01234", "hangs", "other"]
    async with asyncio.timeout(LONG):  # the lease lapses after 10 seconds
        while (answer := await hangs_or_refuses(left)) == 429:
            pass
    assert answer == 0


async def hangs_or_refuses(server: Served) -> int:
    """Ask for the answer that hangs; 0 where it does, and is then given up."""
    client = await Keeping.to(server.data)
    try:
        async with asyncio.timeout(1):
            return await client.ask(QUERY, query("again", "2"))
    except TimeoutError:
        return 0
    finally:
        client.close()


@pytest.mark.slow
async def test_a_replica_that_is_stopped_delays_what_needs_all_and_does_it_when_it_goes_on(
    processes: list[Served],
) -> None:
    stopped, left = processes
    stopped.process.send_signal(signal.SIGSTOP)
    assert (await ask(left, "1", "3")).status == 200
    url = left.control.rstrip("/")
    closing = await Keeping.to(url)
    octets = json.dumps({"open": False}).encode()
    head = f"PUT /listener HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(octets)}\r\n\r\n"
    closing.send(head.encode() + octets)
    assert (await closing.read_until(b"\r\n\r\n", LONG)).startswith(b"HTTP/1.1 200")
    closing.close()
    stopped.process.send_signal(signal.SIGCONT)
    async with asyncio.timeout(LONG):
        while b"listener-closed" not in (await control(stopped, "GET", "/readyz")).body:
            pass
    assert (await control(left, "PUT", "/listener", {"open": True})).status == 200
    async with asyncio.timeout(LONG):
        while (await control(stopped, "GET", "/readyz")).status != 200:
            pass
    assert (await ask(stopped, "2", "3")).status == 200
    assert (await control(stopped, "GET", "/journal?tenant=acme")).json["count"] == 2
