"""Leases of replicas: renewed while their replica lives, and gone ten seconds after it died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

import valkey_server
from oifde_simulator.model.outcome import UNDER_WAY, Outcome
from oifde_simulator.model.turn import Candidate, Limits, Turn
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.exchanges import leases as renewal
from oifde_simulator.state.valkey.exchanges.exchanges import ValkeyExchanges
from oifde_simulator.state.valkey.store import Store
from state_forms import Uptime
from valkey_stores import read_untouched, store

DONE = Outcome("complete")


class Replicas:
    """Two replicas, and the store's time."""

    def __init__(self, stores: list[Store], read: Read) -> None:
        self.time = Uptime()
        self.one, self.other = (ValkeyExchanges(each, lambda: int(self.time() * 1000)) for each in stores)
        self.read = read

    async def take(self, at: ValkeyExchanges, value: str = "1", rule: str = "busy") -> Turn:
        """Begin an exchange at a replica."""
        candidate = Candidate(rule, (value,), Limits(in_flight=1000), None, "")
        return await at.turn(self.read, 0, [candidate], begun=True)

    async def in_flight(self, value: str = "1", rule: str = "busy") -> int:
        """Count the exchanges in flight, by one more that ends at once."""
        found = await self.take(self.other, value, rule)
        self.other.finish("acme", 0, UNDER_WAY, found.leases)
        return int(found.held_back[0].split()[1]) - 1

    async def pass_seconds(self, seconds: float, *alive: ValkeyExchanges) -> None:
        """Let the store's time pass, while replicas renew their leases every three seconds."""
        while seconds > 0:
            step = min(seconds, 3.0)
            self.time.seconds += step
            seconds -= step
            for each in alive:
                each.leases.renew()
        await self.in_flight("settle", "other")  # an answer, behind everything that was posted


@asynccontextmanager
async def two() -> AsyncIterator[Replicas]:
    """Connect two replicas to one prefix."""
    prefix = valkey_server.prefix()
    async with store(prefix) as first, store(prefix) as second:
        found = Replicas([first, second], await read_untouched(first))
        yield found
        found.one.close()
        found.other.close()


@pytest.fixture
async def replicas() -> AsyncIterator[Replicas]:
    async with two() as found:
        yield found


async def test_an_exchange_that_lasts_stays_in_flight_while_its_replica_lives(replicas: Replicas) -> None:
    found = await replicas.take(replicas.one)
    await replicas.pass_seconds(60, replicas.one)
    assert await replicas.in_flight() == 1
    replicas.one.finish("acme", 0, DONE, found.leases)
    replicas.one.flush()
    await replicas.pass_seconds(0, replicas.one)
    assert await replicas.in_flight() == 0


@pytest.mark.parametrize(("seconds", "left"), [(9.9, 1), (10.0, 0)])
async def test_those_of_a_replica_that_died_are_gone_after_ten_seconds(
    replicas: Replicas, seconds: float, left: int
) -> None:
    await replicas.take(replicas.one)
    await replicas.pass_seconds(seconds, replicas.other)
    assert await replicas.in_flight() == left


async def test_one_that_has_lapsed_does_not_come_back(replicas: Replicas) -> None:
    found = await replicas.take(replicas.one)
    replicas.one.leases.renew()
    await replicas.pass_seconds(11, replicas.other)
    assert await replicas.in_flight() == 0
    replicas.one.leases.renew()
    await replicas.take(replicas.one)
    assert await replicas.in_flight() == 1
    replicas.one.finish("acme", 0, DONE, found.leases)
    replicas.one.flush()
    assert await replicas.in_flight() == 1


async def test_a_lease_is_given_back_once_at_whichever_replica(replicas: Replicas) -> None:
    found = await replicas.take(replicas.one)
    await replicas.take(replicas.one)
    for each in (replicas.one, replicas.other, replicas.one):
        each.finish("acme", 0, DONE, found.leases)
        each.flush()
    await replicas.take(replicas.one, "settle")
    assert await replicas.in_flight() == 1


async def test_leases_are_renewed_in_batches_and_only_those_that_last(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "BATCH", 2)
    turns = [await replicas.take(replicas.one, str(number)) for number in range(5)]
    posted: list[int] = []
    monkeypatch.setattr(
        replicas.one.leases._store, "post", lambda _, *words: posted.append((len(words) - 1) // 5)
    )
    replicas.one.leases.renew()
    assert posted == []
    replicas.one.leases.renew()
    assert posted == [2, 2, 1]
    for each in turns:
        replicas.one.leases.discard(each.leases)
    replicas.one.leases.renew()
    assert posted == [2, 2, 1]
    assert len(replicas.one.leases) == 0


async def test_the_timer_runs_only_while_there_are_leases(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "SECONDS", 0.0)
    renewed = asyncio.Event()
    monkeypatch.setattr(replicas.one.leases, "renew", renewed.set)
    found = await replicas.take(replicas.one)
    await asyncio.wait_for(renewed.wait(), 5)
    replicas.one.leases.discard(found.leases)
    for _ in range(3):
        await asyncio.sleep(0)
    assert replicas.one.leases._timer is None


async def test_no_key_of_leases_is_kept_for_ever(replicas: Replicas) -> None:
    await replicas.take(replicas.one)
    connection = replicas.one.leases._store
    (name,) = await connection.command("KEYS", connection.key("c:*:flight:*"))
    assert 0 < await connection.command("PTTL", name) <= 60_000
