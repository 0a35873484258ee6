"""The same calls get the same answers in memory and in a store, whichever replica is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import valkey_server
from oifde_simulator.clock import ClockSetting
from oifde_simulator.model.coverage import CoveredRule
from oifde_simulator.model.outcome import Outcome
from oifde_simulator.model.tenant_state import NewRule, TenantSource, TenantState
from oifde_simulator.model.turn import Fired
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName, Stale, UnknownRule
from oifde_simulator.state.interface import Read, State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.state import MemoryState
from oifde_simulator.state.valkey.state import ValkeyState
from state_forms import Uptime, entry, replica

BOUNDS = Bounds(exchanges=4, tenant_bytes=1000, total_bytes=1600)
OWN = ["a", "rule-2", "\ud800"]
REFUSALS = (CapacityExceeded, DuplicateName, Stale, UnknownRule)


class Programme:
    """Calls in a row to one form of the state, and what they answered."""

    def __init__(self, replicas: Sequence[State], uptime: Uptime) -> None:
        self._replicas = replicas
        self._uptime = uptime
        self._seen: dict[str, TenantState] = {}
        self._numbers: dict[int, int] = {}
        """Versions and epochs in the order in which they were seen: their values are the store's own."""
        self._asked = 0

    async def run(self, step: Callable[[Programme, State], Awaitable[Any]]) -> Any:
        """Take one step at the next replica."""
        self._asked += 1
        try:
            return self._told(await step(self, self._replicas[self._asked % len(self._replicas)]))
        except REFUSALS as refusal:
            return repr(refusal)

    def _told(self, answer: Any) -> Any:
        if isinstance(answer, TenantState):
            return replace(answer, version=self._number(answer.version), epoch=self._number(answer.epoch))
        return answer

    def _number(self, value: int) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    async def read(self, state: State, id: str) -> TenantState:
        """Read a tenant, and remember it for changes to come."""
        self._seen[id] = found = await state.tenants.get(id)
        return found

    async def seen(self, state: State, id: str) -> TenantState:
        """Find the tenant as it was read last."""
        return self._seen.get(id) or await self.read(state, id)

    async def epoch(self, state: State, id: str, named: bool) -> int | None:
        """Name the epoch that was read last, or none."""
        return (await self.seen(state, id)).epoch if named else None

    async def wait(self, _: State, seconds: float) -> None:
        """Let time pass by which added rules expire."""
        self._uptime.seconds += seconds


Step = Callable[[Programme, State], Awaitable[Any]]
IDS = st.sampled_from(["acme", "new", "ü", "a b", "x\ud800"])
NAMED = st.booleans()
SOURCES = st.builds(
    TenantSource, st.text(max_size=3), st.sampled_from(["yaml", "name"]), st.integers(0, 100 << 20)
)
DEFINITIONS = st.fixed_dictionaries({"status": st.one_of(st.integers(), st.floats(), st.text(max_size=2))})
RULES = st.builds(
    NewRule,
    st.sampled_from([None, None, "x", "y", "rule-4", "\udfff"]),
    DEFINITIONS.filter(lambda each: each == each),
    st.text(max_size=2),
    st.sampled_from([None, 0.5, 2.0, 30.0]),
    st.booleans(),
    st.none() | st.integers(0, 10**13),
)
CLOCKS = st.builds(
    ClockSetting, st.none() | st.integers(0, 10**13), st.integers(-(10**13), 10**13), st.floats(0.001, 1e6)
)
VALUES = st.sampled_from([(), ("1",), ("1", "\ud800"), ("ü",)])
TENANTS = st.none() | st.sampled_from(["", "acme", "ü"])
NUMBERS = st.frozensets(st.integers(1, 30), max_size=8)
FIRED = st.builds(
    Fired,
    st.sampled_from(["a", "x"]),
    st.sampled_from(["", "s", "t"]),
    st.sampled_from(["d1", "d2"]),
    st.integers(0, 3),
    st.lists(st.sampled_from(["cut", "latency"]), max_size=3).map(tuple),
)
COVERED = st.builds(
    CoveredRule,
    st.sampled_from(["a", "x", "\ud800"]),
    st.sampled_from(["d1", "d2"]),
    st.lists(
        st.lists(st.sampled_from(["cut", "latency"]), max_size=2).map(tuple), min_size=1, max_size=2
    ).map(tuple),
    st.booleans(),
)


async def record(
    programme: Programme, state: State, id: str, at: int, charge: int, fired: list[Fired]
) -> object:
    read = await programme.seen(state, id)
    given = entry(id, at=at, charge=charge)
    return await state.exchanges.record(Read(id, read.version, read.epoch), given, fired, begun=False)


async def finish(_: Programme, state: State, id: str, number: int, sent: int) -> None:
    state.exchanges.finish(id, number, Outcome("complete", sent, 0.25))
    await asyncio.sleep(0)  # the ends of one turn of the loop are told together, after it


def call(part: str, name: str, *arguments: Any, **options: Any) -> Step:
    """A call whose arguments are known."""

    async def ask(_: Programme, state: State) -> Any:
        return await getattr(getattr(state, part), name)(*arguments, **options)

    return ask


def change(name: str, id: str, *arguments: Any, named: bool, **options: Any) -> Step:
    """A change that may name the epoch that was read."""

    async def ask(programme: Programme, state: State) -> Any:
        epoch = await programme.epoch(state, id, named)
        return await getattr(state.tenants, name)(id, *arguments, epoch=epoch, **options)

    return ask


def add(id: str, rules: list[NewRule]) -> Step:
    async def ask(programme: Programme, state: State) -> Any:
        return await state.tenants.add_rules(id, rules, OWN, (await programme.seen(state, id)).epoch)

    return ask


def set_clock(id: str, setting: ClockSetting) -> Step:
    async def ask(programme: Programme, state: State) -> Any:
        return await state.tenants.set_clock(id, setting, (await programme.seen(state, id)).version)

    return ask


def method(
    function: Callable[..., Awaitable[Any]], *values: st.SearchStrategy[Any]
) -> st.SearchStrategy[Step]:
    """A step that takes drawn values."""
    return st.tuples(*values).map(lambda drawn: lambda programme, state: function(programme, state, *drawn))


TENANT_STEPS = st.one_of(
    method(Programme.read, IDS),
    method(Programme.wait, st.sampled_from([0.25, 1.5, 20.0])),
    st.sampled_from(["made", "gone", "touched", "number", "restore"]).map(partial(call, "tenants")),
    st.builds(lambda id, source: call("tenants", "make", id, source), IDS, SOURCES),
    st.builds(
        lambda id, source, named: change("replace", id, source, named=named),
        IDS, st.none() | SOURCES, NAMED,
    ),
    st.builds(lambda id, files, named: change("delete", id, in_files=files, named=named), IDS, NAMED, NAMED),
    st.builds(lambda id, clear, named: change("reset", id, cleared=clear, named=named), IDS, NAMED, NAMED),
    st.builds(lambda cleared: call("tenants", "reset_all", cleared=cleared), NAMED),
    st.builds(set_clock, IDS, CLOCKS),
    st.builds(add, IDS, st.lists(RULES, max_size=3)),
    st.builds(
        lambda id, names, named: change("remove_rules", id, names, OWN, named=named),
        IDS, st.lists(st.sampled_from(["x", "a", "rule-4", "?"]), max_size=2), NAMED,
    ),
    st.builds(lambda id, named: change("rules", id, OWN, named=named), IDS, NAMED),
    st.builds(
        lambda id, value, at, named: change("enter", id, value, "down\ud800", at, named=named),
        IDS, VALUES, st.integers(0, 9), NAMED,
    ),
    st.builds(lambda id, value: call("tenants", "state", id, value), IDS, VALUES),
    st.builds(lambda id: call("tenants", "states", id), IDS),
)  # fmt: skip
JOURNAL_STEPS = st.one_of(
    method(record, IDS, st.integers(0, 50), st.integers(1, 700), st.lists(FIRED, max_size=2)),
    method(record, IDS, st.integers(0, 50), st.just(100), st.just([])),
    method(finish, IDS, st.integers(0, 20), st.integers(0, 9)),
    st.sampled_from(["last", "charge", "sizes"]).map(partial(call, "journal")),
    st.builds(partial(call, "journal", "entries"), TENANTS, st.integers(0, 20)),
    st.builds(partial(call, "journal", "some"), TENANTS, NUMBERS),
    st.builds(partial(call, "journal", "get"), st.integers(1, 20)),
    st.builds(
        partial(call, "journal", "truncated"), TENANTS, st.integers(0, 20), st.none() | st.integers(0, 50)
    ),
    st.builds(partial(call, "journal", "clear"), TENANTS),
    st.builds(partial(call, "journal", "remove"), NUMBERS),
)
SERVER_STEPS = st.one_of(
    st.builds(
        lambda scenario, rules, file, asked: call(
            "coverage", "cover", scenario, rules, file=file, asked=asked
        ),
        st.sampled_from(["s", "t", "\ud800"]), st.lists(COVERED, max_size=3), NAMED, NAMED,
    ),
    st.just(call("coverage", "snapshot")),
    st.just(call("settings", "next_delayed")),
    st.just(call("settings", "global_delay")),
    st.dictionaries(st.text(max_size=2), st.integers()).map(partial(call, "settings", "set_global_delay")),
)  # fmt: skip
PROGRAMMES = st.lists(st.one_of(TENANT_STEPS, JOURNAL_STEPS, SERVER_STEPS), max_size=40)


class StoppedClock:
    """A time of day that stands still."""

    def now(self) -> int:
        """Tell it."""
        return 1_767_225_600_000


async def both(steps: list[Step]) -> None:
    """Run a programme in memory and at two replicas, and compare what each step answers."""
    here, there = Uptime(), Uptime()
    prefix = valkey_server.prefix()
    replicas: list[ValkeyState] = [replica(prefix, BOUNDS, there, StoppedClock()) for _ in range(2)]
    memory = Programme([MemoryState(BOUNDS, here, StoppedClock())], here)
    store = Programme(replicas, there)
    try:
        for place, step in enumerate(steps):
            expected, found = await memory.run(step), await store.run(step)
            assert found == expected, f"step {place}"
    finally:
        for each in replicas:
            await each.close()


@pytest.mark.slow(seconds=10)
@settings(max_examples=40)
@given(PROGRAMMES)
def test_any_programme_of_calls_gets_the_answers_that_memory_gives(steps: list[Step]) -> None:
    asyncio.run(both(steps))


@pytest.mark.slow(seconds=10)
@settings(max_examples=40)
@given(st.lists(JOURNAL_STEPS, min_size=10, max_size=60))
def test_any_programme_of_records_leaves_the_journal_that_memory_has(steps: list[Step]) -> None:
    asyncio.run(both(steps))
