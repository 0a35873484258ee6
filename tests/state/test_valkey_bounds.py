"""Counts in a Valkey server are bounded as those in memory, and go with the epoch of their tenant."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from hashlib import sha1
from typing import Any

import pytest

from oifde_simulator.immediate import immediate
from oifde_simulator.model.credential_step import EndedToken, TokenStep
from oifde_simulator.model.turn import Candidate, Distinct, Limits, Rate, Turn
from oifde_simulator.state.interface import Read
from oifde_simulator.state.memory import counters, credentials
from oifde_simulator.state.memory.counted_values import MOST_BYTES, SMALL
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.valkey.exchanges import exchanges
from oifde_simulator.state.valkey.exchanges.exchanges import ValkeyExchanges
from oifde_simulator.state.valkey.scripts import FOLDER, Script, script
from oifde_simulator.state.valkey.store import Store
from state_forms import entry
from valkey_stores import read_untouched, store

BOUNDS = "local MOST_VALUES, MOST_TOKENS, MOST_BYTES = 100000, 100000, 134217728"
CALLS = "if ARGV[2] == 'all' then counts_forget_all() else counts_forget_rules('acme', {ARGV[2]}) end"
SWEPT, FEW_SWEPT = "local SWEPT = 50", "local SWEPT = 5"
"""Values that one step deletes; few of them, so that few make many steps."""
KEPT = {b"checks", b"c:number", b"c:weights", b"c:bytes", b"tokens"}
"""Keys that stay when nothing is counted."""


def altered(script: Script, old: str, new: str) -> Script:
    """A script with another text in it."""
    assert old in script.source
    source = script.source.replace(old, new)
    return Script(script.name, source, sha1(source.encode()).hexdigest())


def bound(monkeypatch: pytest.MonkeyPatch, values: int = 10**5, size: int = 10**8) -> None:
    """Have scripts keep less."""
    changed = f"local MOST_VALUES, MOST_TOKENS, MOST_BYTES = {values}, {values}, {size}"
    for name in ("ADMIT", "TURN", "RECORD_EFFECTS"):
        monkeypatch.setattr(exchanges, name, altered(getattr(exchanges, name), BOUNDS, changed))


@pytest.fixture
async def connection() -> AsyncIterator[Store]:
    async with store() as found:
        yield found


@pytest.fixture
async def read(connection: Store) -> Read:
    return await read_untouched(connection)


@pytest.fixture
def asked(connection: Store) -> ValkeyExchanges:
    return ValkeyExchanges(connection)


def limited(value: str, rule: str = "r", seen: str = "", **limits: Any) -> Candidate:
    return Candidate(rule, (value,), Limits(**limits), None, "", distinct=seen)


async def weight(connection: Store) -> int:
    """Bytes that all counts are charged with; each table's are added up."""
    tables = await connection.command("ZRANGE", connection.key("c:weights"), 0, -1, "WITHSCORES")
    total = int(await connection.command("GET", connection.key("c:bytes")) or 0)
    assert sum(int(float(each)) for each in tables[1::2]) == total
    return total


async def forget(connection: Store, what: str) -> None:
    parts = script("common", "counts/tables", "counts/counts")
    source = f"{parts.source}\n{CALLS}".replace(SWEPT, FEW_SWEPT)
    await connection.run(Script("forget", source, sha1(source.encode()).hexdigest()), "", what)


async def names(connection: Store) -> set[bytes]:
    """Keys of the prefix, without it."""
    prefix = connection.key("")
    return {each[len(prefix) :] for each in await connection.command("KEYS", f"{prefix}*")}


def test_scripts_have_the_bounds_of_memory() -> None:
    source = (FOLDER / "counts" / "tables.lua").read_text()
    assert f"{BOUNDS} " in source
    assert f"= {counters.MOST_VALUES}, {credentials.MOST_MARKED}, {MOST_BYTES} " in source
    assert f"local SMALL = {SMALL} " in source


async def test_values_are_forgotten_as_they_are_in_memory(
    asked: ValkeyExchanges, read: Read, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bound(monkeypatch, values=5)
    monkeypatch.setattr(counters, "MOST_VALUES", 5)
    memory = MemoryState()
    now = immediate(memory.tenants.get("acme"))
    found: dict[str, list[Turn]] = {"memory": [], "valkey": []}
    logged: dict[str, list[str]] = {}
    drawn = random.Random(14)
    steps = [
        (drawn.choice("abcdefgh"), drawn.choice("xyz"), drawn.choice([None, "down", "start"]))
        for _ in range(400)
    ]
    for form, state, of in (
        ("memory", memory.exchanges, Read("acme", now.version, now.epoch)),
        ("valkey", asked, read),
    ):
        caplog.clear()
        for value, rule, becomes in steps:
            each = limited(value, rule, times=2)._replace(becomes=becomes)
            slid = limited(value, "slid", over=Rate(2, 10**6, slide=True))
            found[form].append(await state.turn(of, 0, [each, slid], begun=True))
        logged[form] = caplog.messages
    assert found["valkey"] == found["memory"]
    assert logged["valkey"] == logged["memory"] != []


async def test_tokens_are_forgotten_as_they_are_in_memory(
    asked: ValkeyExchanges, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(monkeypatch, values=3)
    for number in range(4):
        await asked.record(read, entry(), (), EndedToken(f"ended{number}", "unknown"), begun=True)
        await asked.admit(read, TokenStep(f"used{number}", "good", None, False, 1))
    worth = [
        (await asked.admit(read, TokenStep(f"{text}{number}", "good", None, False, uses))).token
        for text, uses in (("ended", None), ("used", 1))
        for number in (1, 3, 0)
    ]
    assert worth == ["unknown", "unknown", "good", "expired", "expired", "good"]


async def test_the_largest_table_loses_its_oldest_values(
    connection: Store, asked: ValkeyExchanges, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(monkeypatch, size=50_000)
    await asked.turn(read, 0, [limited("quiet", "quiet", times=1)], begun=True)
    rate = Rate(500, 10**6, slide=True)
    for number in range(60):
        for _ in range(3):
            await asked.turn(read, number, [limited(f"{number}", "slid", over=rate)], begun=True)
        wanted = Distinct("x", 100)
        for user in range(5):
            await asked.turn(
                read, 0, [limited(f"{number}", "many", f"{user:050}", distinct=wanted)], begun=True
            )
        assert await weight(connection) <= 50_000
    assert (await asked.turn(read, 0, [limited("quiet", "quiet", times=1)], begun=True)).place == -1
    last = await asked.turn(read, 60, [limited("59", "slid", over=rate)], begun=True)
    assert last.held_back == (f"over: 4 of 500 in the last {10**6} ms",)
    first = await asked.turn(read, 60, [limited("0", "slid", over=rate)], begun=True)
    assert first.held_back == (f"over: 1 of 500 in the last {10**6} ms",)


async def test_a_log_and_distinct_values_are_charged_and_given_back(
    connection: Store, asked: ValkeyExchanges, read: Read
) -> None:
    rate, wanted = Rate(1000, 1000, slide=True), Distinct("x", 300)
    for now in range(300):
        await asked.turn(read, now, [limited("1", "slid", over=rate)], begun=True)
        await asked.turn(read, now, [limited("1", "many", str(now), distinct=wanted)], begun=True)
    assert await weight(connection) > 300 * (11 + 90)
    await asked.turn(read, 9999, [limited("1", "slid", over=rate)], begun=True)
    await asked.turn(read, 0, [limited("1", "many", "one more", distinct=wanted)], begun=True)
    assert await weight(connection) < 2000
    assert not [each for each in await names(connection) if b":seen:" in each]


@pytest.mark.parametrize("what", ["all", "slid"])
async def test_counts_that_have_passed_are_deleted_in_small_steps(
    connection: Store, asked: ValkeyExchanges, read: Read, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "TURN", altered(exchanges.TURN, SWEPT, FEW_SWEPT))
    rate = Rate(5, 10**6, slide=True)
    for rule in range(10):
        await asked.turn(read, 0, [limited("1", f"r{rule}", times=0)], begun=True)
    slid = [limited(str(number), "slid", over=rate) for number in range(400)]
    for first in range(0, len(slid), 50):
        some = slid[first : first + 50]
        await asyncio.gather(*(asked.turn(read, 0, [each], begun=True) for each in some))
    before = await weight(connection)
    await forget(connection, what)
    assert len([each for each in await names(connection) if b":log:" in each]) > 100
    assert (await asked.turn(read, 0, [limited("0", "slid", over=rate)], begun=True)).held_back[0][
        :10
    ] == "over: 1 of"
    for _ in range(3):
        await forget(connection, "nothing")
    if what == "all":
        await forget(connection, "all")
        await forget(connection, "nothing")
        assert await names(connection) <= KEPT
        assert await weight(connection) == 0
    else:
        assert await weight(connection) < before / 20
        assert (await asked.turn(read, 0, [limited("1", "r0", times=1)], begun=True)).matches == 2
