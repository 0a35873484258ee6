"""What requests ask of a Valkey server in one turn of the event loop goes there as one script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from oifde_simulator.model.credential_step import EndedToken, TokenStep
from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.turn import Candidate, Fired, Limits
from oifde_simulator.state.errors import Stale, StoreGone
from oifde_simulator.state.interface import Read
from oifde_simulator.state.valkey.exchanges import batches
from oifde_simulator.state.valkey.exchanges.exchanges import ValkeyExchanges
from oifde_simulator.state.valkey.journal.journal import ValkeyJournal
from oifde_simulator.state.valkey.scripts import Script
from oifde_simulator.state.valkey.store import Argument, Reply, Store
from state_forms import entry
from valkey_stores import read_untouched, store

TIMES = Candidate("once", (), Limits(times=1), None, "")
DONE = Outcome("complete")


class Asked:
    """Exchanges and the journal of one replica, and the names of the scripts that were run for requests."""

    def __init__(self, connection: Store, read: Read) -> None:
        self.scripts: list[str] = []
        self.read = read
        self.journal = ValkeyJournal(connection)
        self.exchanges = ValkeyExchanges(connection)
        ask = connection.ask

        def note(script: Script, reply: Reply, *arguments: Argument) -> None:
            self.scripts.append(script.name.rpartition("/")[2])
            ask(script, reply, *arguments)

        connection.ask = note  # type: ignore[method-assign]  # to count what goes out

    async def record(self, at: int, read: Read | None = None, tenant: str = "acme", **what: Any) -> Entry:
        """Put an entry of a time on record."""
        return await self.exchanges.record(read or self.read, entry(tenant, at), begun=True, **what)


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    async with store() as connection:
        await connection.command("HSET", connection.key("j"), "exchanges", 1000, "tenant_bytes", 10**6)
        await connection.command("HSET", connection.key("j"), "total_bytes", 10**7)
        yield Asked(connection, await read_untouched(connection))


async def test_entries_of_one_turn_are_put_on_record_by_one_script_in_the_order_of_the_calls(
    asked: Asked,
) -> None:
    found = await asyncio.gather(*(asked.record(at, tenant=("acme", "other")[at % 2]) for at in range(20)))
    assert [each.number for each in found] == [*range(1, 21)]
    assert [each.at for each in await asked.journal.entries(None, 0)] == [*range(20)]
    assert asked.scripts == ["record"]


async def test_an_entry_whose_tenant_has_changed_is_refused_alone(asked: Asked) -> None:
    passed = Read("acme", 1, 0)
    found = await asyncio.gather(
        asked.record(0), asked.record(1, passed), asked.record(2), return_exceptions=True
    )
    assert [type(each) for each in found] == [Entry, Stale, Entry]
    assert [each.at for each in await asked.journal.entries("acme", 0)] == [0, 2]
    assert await asked.journal.last() == 2


async def test_what_rules_did_is_counted_where_their_entry_is_on_record(asked: Asked) -> None:
    fired, ended = [Fired("once", "", "", 0)], EndedToken("t", "expired")
    await asyncio.gather(
        asked.record(0),
        asked.record(1, fired=fired, ended=ended),
        asked.record(2, Read("acme", 1, 0), fired=fired, ended=EndedToken("u", "expired")),
        asked.record(3, fired=fired),
        return_exceptions=True,
    )
    assert asked.scripts == ["record_effects"]
    verdicts = [
        (await asked.exchanges.admit(asked.read, TokenStep(token, "good", None, False, None))).token
        for token in ("t", "u")
    ]
    assert verdicts == ["expired", "good"]
    assert await asked.journal.last() == 3


async def test_turns_of_one_turn_of_the_loop_are_asked_for_together(asked: Asked) -> None:
    turns = await asyncio.gather(
        *(asked.exchanges.turn(asked.read, 0, [TIMES], begun=True) for _ in range(5)),
        asked.exchanges.turn(Read("acme", 1, 0), 0, [TIMES], begun=True),
        return_exceptions=True,
    )
    assert [each.place for each in turns[:5] if not isinstance(each, BaseException)] == [0, -1, -1, -1, -1]
    assert isinstance(turns[5], Stale)
    assert asked.scripts == ["turn"]


async def test_many_calls_are_parted(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_CALLS", 3)
    await asyncio.gather(*(asked.record(at) for at in range(7)))
    monkeypatch.setattr(batches, "MOST_BYTES", 1)
    await asyncio.gather(*(asked.record(at) for at in range(7, 9)))
    assert asked.scripts == ["record"] * 5
    assert [each.at for each in await asked.journal.entries("acme", 0)] == [*range(9)]


async def test_entries_of_callers_that_were_cancelled_before_they_are_sent_are_left_out(asked: Asked) -> None:
    waiting = [asyncio.ensure_future(asked.record(at)) for at in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert [each.at for each in await asked.journal.entries("acme", 0)] == [0, 2]


async def test_each_caller_hears_that_the_store_is_gone(asked: Asked) -> None:
    await asked.journal.close()

    def lose(script: Script, reply: Reply, *arguments: Argument) -> None:
        reply.set_exception(StoreGone("no answer"))

    asked.exchanges._store.ask = lose  # type: ignore[method-assign]
    found = await asyncio.gather(*(asked.record(at) for at in range(3)), return_exceptions=True)
    assert [str(each) for each in found] == ["no answer"] * 3
    assert len({id(each) for each in found}) == 3


async def test_a_batch_loses_the_oldest_entries_as_single_ones_do(asked: Asked) -> None:
    await asked.exchanges._store.command("HSET", asked.exchanges._store.key("j"), "exchanges", 4)
    for first in (0, 3, 6):
        await asyncio.gather(*(asked.record(at) for at in range(first, first + 3)))
    assert [each.number for each in await asked.journal.entries("acme", 0)] == [6, 7, 8, 9]
    assert await asked.journal.charge() == 400
    assert await asked.journal.truncated("acme", 4, 4)
    assert not await asked.journal.truncated("acme", 5, None)


async def test_the_end_of_an_entry_that_is_gone_leaves_nothing(asked: Asked) -> None:
    for at in range(4):
        await asked.record(at)
    await asked.journal.remove([2])
    for number in (1, 2, 3, 9):
        asked.exchanges.finish("acme", number, DONE)
    asked.exchanges.finish("nobody", 4, DONE)
    await asyncio.sleep(0)
    found = await asked.journal.entries("acme", 0)
    assert [(each.number, each.outcome.how) for each in found] == [
        (1, "complete"), (3, "complete"), (4, "under way"),
    ]  # fmt: skip
    connection = asked.exchanges._store
    assert sorted(await connection.command("HKEYS", connection.key("je:acme"))) == [
        b"1", b"3", b"4", b"o1", b"o3",
    ]  # fmt: skip
    assert await connection.command("EXISTS", connection.key("je:nobody")) == 0
