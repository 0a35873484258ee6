"""Tenants of a store: begun once, the same at each replica, read in pages, and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

import valkey_server
from oifde_simulator.model.tenant_state import NewRule, TenantSource
from oifde_simulator.state import tenant_changes
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName, Stale
from oifde_simulator.state.interface import Read, State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.valkey.journal import journal
from oifde_simulator.state.valkey.state import ValkeyState
from oifde_simulator.state.valkey.store import Argument
from state_forms import Uptime, entry, read, replica

SOURCE = TenantSource("rules: []\n", "yaml", 10)
BOUNDS = Bounds(exchanges=60, tenant_bytes=9_000, total_bytes=16_000)


@pytest.fixture
async def replicas(uptime: Uptime) -> AsyncIterator[list[ValkeyState]]:
    """Four replicas on one store."""
    prefix = valkey_server.prefix()
    made = [replica(prefix, BOUNDS, uptime) for _ in range(4)]
    yield made
    for each in made:
        await each.close()


async def test_one_of_many_replicas_begins_an_empty_store(replicas: list[ValkeyState]) -> None:
    await asyncio.gather(*(each.adopt() for each in replicas))
    found = await asyncio.gather(*(each.tenants.get("acme") for each in replicas))
    assert len(set(found)) == 1


async def test_a_store_that_was_emptied_is_begun_anew_and_no_version_comes_again(
    replicas: list[ValkeyState], uptime: Uptime
) -> None:
    state = replicas[0]
    for _ in range(3):
        before = await state.tenants.reset("acme")
    await state._store.command("FLUSHALL")
    with pytest.raises(Stale):
        await state.exchanges.record(Read("acme", before.version, before.epoch), entry(), begun=True)
    uptime.seconds += 1
    after = await state.tenants.get("acme")
    assert after.version > before.version
    assert (await state.exchanges.record(await read(state), entry(), begun=False)).number == 1


async def test_a_source_is_sent_once_until_another_replica_gives_another(replicas: list[ValkeyState]) -> None:
    one, other = (each.tenants for each in replicas[:2])
    large, small = TenantSource("#" * 100_000, "yaml"), TenantSource("#", "yaml")
    await one.make("new", large)
    assert (await other.get("new")).source == large
    sent = await _sent(replicas[1])
    await one.reset("new")
    assert (await other.get("new")).source == large
    assert await _sent(replicas[1]) - sent < 50_000
    await one.replace("new", small)
    assert (await other.get("new")).source == small
    await one.delete("new", in_files=False)
    assert (await other.get("new")).source is None
    await one.make("new", large)
    assert (await other.get("new")).source == large
    await one.restore()
    assert (await other.get("new")).source is None


async def _sent(replica: ValkeyState) -> int:
    """Bytes that the server has sent on the connection of a replica."""
    id = await replica._store.command("CLIENT", "ID")
    for line in (await replica._store.command("CLIENT", "LIST", "ID", id)).decode().split():
        name, _, value = line.partition("=")
        if name == "tot-net-out":
            return int(value)
    raise AssertionError("no tot-net-out")


async def test_of_all_who_make_one_tenant_at_once_one_does(replicas: list[ValkeyState]) -> None:
    made = await asyncio.gather(
        *(each.tenants.make("new", SOURCE) for each in replicas), return_exceptions=True
    )
    assert sorted(isinstance(each, DuplicateName) for each in made) == [False, True, True, True]


async def test_a_request_planned_before_all_began_anew_is_stale_and_so_is_one_of_a_tenant_that_went_since(
    replicas: list[ValkeyState],
) -> None:
    here, there = replicas[:2]
    await here.tenants.make("made", SOURCE)
    for id in ("made", "acme", "other"):
        await here.tenants.replace(id, SOURCE)
    planned = [await read(there, id) for id in ("made", "acme", "other", "untouched")]
    await here.tenants.reset_all()
    for each in planned:
        with pytest.raises(Stale):
            await there.exchanges.record(each, entry(each.tenant), begun=True)
    planned = [await read(there, id) for id in ("made", "acme", "other")]
    await here.tenants.delete("made", in_files=False)
    await here.tenants.delete("acme", in_files=True)
    for each in planned[:2]:
        with pytest.raises(Stale):
            await there.exchanges.record(each, entry(each.tenant), begun=True)
    assert (await there.exchanges.record(planned[2], entry("other"), begun=False)).number == 1


async def test_all_begin_anew_in_one_step_however_many_there_are(replicas: list[ValkeyState]) -> None:
    state = replicas[0]
    for id in ("acme", "gone", "later"):
        await state.tenants.replace(id, SOURCE)
    await state.tenants.delete("gone", in_files=True)
    epoch = (await state.tenants.get("acme")).epoch
    rule = NewRule(None, {}, "d", None, ends_tokens=False)
    await state.tenants.add_rules("acme", [rule], [], epoch)
    await state.tenants.reset_all(cleared=True)
    found = await state.tenants.get("acme")
    assert (found.added, found.cleared, found.source, found.epoch > epoch) == ((), True, SOURCE, True)
    assert (await state.tenants.get("gone")).gone
    await state.tenants.add_rules("acme", [rule], [], found.epoch)
    assert [each.name for each in (await state.tenants.get("acme")).added] == ["rule-1"]
    await state.tenants.reset_all()
    assert (await state.tenants.get("acme")).added == ()
    assert await state.tenants.touched() == ["acme", "later", "gone"]
    assert await state.tenants.gone() == {"gone"}


async def test_no_added_rule_is_lost_however_many_add_at_once(replicas: list[ValkeyState]) -> None:
    rule = NewRule(None, {}, "d", None, ends_tokens=False)
    epoch = (await replicas[0].tenants.get("acme")).epoch
    await asyncio.gather(*(replicas[n % 4].tenants.add_rules("acme", [rule], [], epoch) for n in range(20)))
    names = [each.name for each in (await replicas[0].tenants.get("acme")).added]
    assert sorted(names) == sorted(f"rule-{n}" for n in range(1, 21))


async def test_a_request_that_was_planned_with_a_rule_whose_time_is_up_is_stale(
    replicas: list[ValkeyState], uptime: Uptime
) -> None:
    here, there = replicas[:2]
    epoch = (await here.tenants.get("acme")).epoch
    await here.tenants.add_rules("acme", [NewRule("x", {}, "d", 2.5, ends_tokens=False)], [], epoch)
    planned = await read(there)
    uptime.seconds += 2.25
    await there.exchanges.record(planned, entry(), begun=False)
    uptime.seconds += 0.25
    with pytest.raises(Stale):
        await there.exchanges.record(planned, entry(), begun=False)
    assert (await there.tenants.get("acme")).added == ()
    await there.exchanges.record(await read(there), entry(), begun=False)


async def test_all_replicas_together_make_at_most_so_many(
    replicas: list[ValkeyState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_changes, "MOST_MADE", 5)
    made = await asyncio.gather(
        *(replicas[n % 4].tenants.make(f"t{n}", SOURCE) for n in range(12)), return_exceptions=True
    )
    assert sum(isinstance(each, CapacityExceeded) for each in made) == 7
    await replicas[1].tenants.delete((await replicas[0].tenants.made())[0], in_files=False)
    await replicas[2].tenants.make("more", SOURCE)


async def test_ids_of_long_ago_are_forgotten_first(
    replicas: list[ValkeyState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_changes, "MOST_REMEMBERED", 2)
    tenants = replicas[0].tenants
    for id in ("a", "b", "a", "c"):
        await tenants.make(id, SOURCE)
        await tenants.delete(id, in_files=False)
    generations = [(await tenants.make(id, SOURCE)).generation for id in ("a", "b", "c")]
    assert generations == [2, 0, 1]


@pytest.mark.slow
async def test_a_journal_that_is_full_keeps_what_memory_keeps(replicas: list[ValkeyState]) -> None:
    chosen, memory = Random(14), MemoryState(BOUNDS)
    for number in range(600):
        tenant = chosen.choice(["a", "b", "c", "d", "e"][: 1 + number // 100])
        given = entry(tenant, at=chosen.randrange(1000), charge=chosen.choice([50, 50, 300, 4000]))
        for state in (memory, replicas[number % 4]):
            await state.exchanges.record(await read(state, tenant), given, begun=True)
        if number % 20 == 0:
            assert await journal_of(replicas[1]) == await journal_of(memory)


async def journal_of(state: State) -> list[object]:
    """Everything that there is to read of a journal but the entries themselves."""
    journal = state.journal
    lost = [
        [await journal.truncated(name, after, 500) for after in range(0, 600, 50)] for name in (None, "a")
    ]
    kept = [[each.number for each in await journal.entries(name, 0)] for name in (None, "a", "c")]
    return [*lost, *kept, await journal.charge(), await journal.sizes()]


async def test_the_oldest_few_and_single_ones_are_found_without_reading_what_is_newer(
    uptime: Uptime, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = replica(valkey_server.prefix(), Bounds(), uptime)
    read_at = await read(state)
    await asyncio.gather(*(state.exchanges.record(read_at, entry(), begun=True) for _ in range(200)))
    looked_at, run = 0, state.journal._run

    async def counted(call: str, *words: Argument) -> object:
        nonlocal looked_at
        found = await run(call, *words)
        looked_at += len(found[2]) // 3 if call == "read" else 0
        return found

    monkeypatch.setattr(state.journal, "_run", counted)
    assert [each.number for each in await state.journal.entries(None, 10, 5)] == [11, 12, 13, 14, 15]
    assert [each.number for each in await state.journal.some(None, {20, 23})] == [20, 23]
    assert looked_at == 5 + 4
    await state.close()


async def test_a_journal_is_cleared_in_steps_and_keeps_what_comes_meanwhile(
    replicas: list[ValkeyState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_CLEARED", 2)
    state, other = replicas[:2]
    names = [f"t{n}" for n in range(5)]
    for id in names * 3:
        await state.exchanges.record(await read(state, id), entry(id), begun=True)
    steps, run = 0, state.journal._run

    async def record_before_each_step(call: str, *words: Argument) -> object:
        nonlocal steps
        if call == "clear_some":
            for id in ("t1", "t4", "new"):
                await other.exchanges.record(await read(other, id), entry(id), begun=True)
            steps += 1
        return await run(call, *words)

    monkeypatch.setattr(state.journal, "_run", record_before_each_step)
    assert (await state.journal.clear(None), steps) == (15, 3)
    kept = await other.journal.entries(None, 0)
    assert [each.number for each in kept] == [*range(16, 16 + 3 * steps)]
    assert await other.journal.charge() == 100 * len(kept)
    assert dict(await other.journal.sizes()) == {"t1": 3, "t4": 3, "new": 3}
    assert await other.journal.clear(None) == 9
    assert (await other.journal.sizes(), await other.journal.charge()) == ([], 0)


@pytest.mark.slow
async def test_a_long_journal_is_read_in_pages_without_gap_or_repeat(uptime: Uptime) -> None:
    state = replica(None, Bounds(), uptime)
    for tenant in ("a", "b"):
        at = await read(state, tenant)
        given = entry(tenant)._replace(body=b"x" * 2000)
        await asyncio.gather(*(state.exchanges.record(at, given, begun=True) for _ in range(1100)))
    found = [each.number for each in await state.journal.entries(None, 0)]
    assert found == list(range(1, 2201))
    assert [each.number for each in await state.journal.entries("b", 1500)] == list(range(1501, 2201))
    assert await state.journal.remove(range(1, 2201, 2)) == 1100
    assert [each.number for each in await state.journal.some(None, range(1000))] == list(range(2, 1000, 2))
    assert await state.journal.clear(None) == 1100
    await state.close()
