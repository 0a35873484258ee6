"""Exchanges in flight: as many as have begun and not ended, whatever the interleaving."""

from __future__ import annotations

import asyncio
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.immediate import immediate
from oifde_simulator.model.outcome import UNDER_WAY, Outcome
from oifde_simulator.model.tenant_state import NewRule, TenantSource
from oifde_simulator.model.turn import Candidate, Lease, Limits, Turn
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.journal_store import Bounds
from oifde_simulator.state.memory.open_leases import OpenLeases
from oifde_simulator.state.memory.state import MemoryState
from state_forms import Uptime, entry, memory, read

DONE = Outcome("complete")
SOURCE = TenantSource("calm", "name")


def candidate(in_flight: int | None = 1, *value: str, rule: str = "busy", **limits: object) -> Candidate:
    """A rule that fires beyond so many exchanges in flight."""
    return Candidate(rule, value, Limits(in_flight=in_flight, **limits), None, "")  # type: ignore[arg-type]


async def turn(state: State, *candidates: Candidate) -> Turn:
    return await state.exchanges.turn(await read(state), 0, candidates, begun=True)


async def in_flight(state: State, *value: str) -> int:
    """Count the exchanges in flight, by one more that ends at once."""
    found = await turn(state, candidate(1000, *value))
    state.exchanges.finish("acme", 0, UNDER_WAY, found.leases)
    return int(found.held_back[0].split()[1]) - 1


async def test_a_rule_fires_beyond_so_many_and_no_more_once_one_has_ended(state: State) -> None:
    turns = [await turn(state, candidate(2)) for _ in range(4)]
    assert [each.place for each in turns] == [-1, -1, 0, 0]
    assert [each.held_back for each in turns[:2]] == [
        ("over: 1 of 2 in flight",),
        ("over: 2 of 2 in flight",),
    ]
    assert turns[2].retry_at is None  # nobody knows when one will end
    for each in turns[:2]:
        state.exchanges.finish("acme", 0, DONE, each.leases)
    assert (await turn(state, candidate(2))).place == 0  # two that were refused are still in flight
    state.exchanges.finish("acme", 0, DONE, turns[2].leases)
    state.exchanges.finish("acme", 0, DONE, turns[3].leases)
    assert (await turn(state, candidate(2))).held_back == ("over: 2 of 2 in flight",)


async def test_exactly_those_beyond_are_refused_whatever_the_interleaving(state: State) -> None:
    turns = await asyncio.gather(*(turn(state, candidate(5)) for _ in range(20)))
    assert [each.place for each in turns].count(0) == 15
    assert len({lease for each in turns for lease in each.leases}) == 20


async def test_each_value_and_each_rule_has_its_own(state: State) -> None:
    for value in ("1", "2"):
        assert (await turn(state, candidate(1, value))).place == -1
    assert (await turn(state, candidate(1, "1"))).place == 0
    assert (await turn(state, candidate(1, "1", rule="other"))).place == -1


async def test_a_lease_is_taken_for_each_rule_that_was_counted_fired_or_not(state: State) -> None:
    first, second = candidate(9, rule="first"), candidate(9, rule="second", after=3)
    elsewhere = candidate(9, rule="elsewhere", state_is="down")
    plain, late = candidate(None, rule="plain"), candidate(9, rule="late")
    found = await turn(state, first, elsewhere, second, plain, late)
    assert found.place == 3
    assert [lease.rule for lease in found.leases] == ["first", "second"]


async def test_the_other_limits_count_what_is_beyond(state: State) -> None:
    limited = candidate(1, times=1)
    turns = [await turn(state, limited) for _ in range(3)]
    assert [each.held_back for each in turns] == [
        ("over: 1 of 1 in flight",), (), ("times: has fired 1 of 1",),
    ]  # fmt: skip
    assert len(turns[2].leases) == 1


async def test_a_lease_is_given_back_once(state: State) -> None:
    one, other = await turn(state, candidate()), await turn(state, candidate())
    for _ in range(3):
        state.exchanges.finish("acme", 0, DONE, one.leases)
    assert await in_flight(state) == 1
    state.exchanges.finish("acme", 0, DONE, other.leases)
    assert await in_flight(state) == 0


async def test_the_end_of_an_exchange_on_record_gives_leases_back_with_its_outcome(state: State) -> None:
    found = await turn(state, candidate())
    put = await state.exchanges.record(await read(state), entry(), begun=True)
    state.exchanges.finish("acme", put.number, DONE, found.leases)
    kept = await state.journal.get(put.number)
    assert kept is not None
    assert kept.outcome == DONE
    assert await in_flight(state) == 0


@pytest.mark.parametrize("change", ["reset", "reset all", "replace", "delete", "restore"])
async def test_what_begins_anew_has_nothing_in_flight_and_ends_of_before_change_nothing(
    state: State, change: str
) -> None:
    if change in ("delete", "restore"):
        await state.tenants.make("acme", SOURCE)
    old = await turn(state, candidate())
    match change:
        case "reset":
            await state.tenants.reset("acme")
        case "reset all":
            await state.tenants.reset_all()
        case "replace":
            await state.tenants.replace("acme", SOURCE)
        case "delete":
            await state.tenants.delete("acme", in_files=False)
        case _:
            await state.tenants.restore()
    assert await in_flight(state) == 0
    new = await turn(state, candidate())
    state.exchanges.finish("acme", 0, DONE, old.leases)
    assert await in_flight(state) == 1
    state.exchanges.finish("acme", 0, DONE, new.leases)
    assert await in_flight(state) == 0


async def test_a_rule_that_was_removed_and_came_again_has_nothing_in_flight(state: State) -> None:
    rule = NewRule("busy", {}, "digest", None, ends_tokens=False)
    epoch = (await read(state)).epoch
    await state.tenants.add_rules("acme", [rule], (), epoch)
    old = await turn(state, candidate())
    await state.tenants.remove_rules("acme", ["busy"], ())
    await state.tenants.add_rules("acme", [rule], (), epoch)
    await turn(state, candidate())
    state.exchanges.finish("acme", 0, DONE, old.leases)
    assert await in_flight(state) == 1


async def test_a_request_that_is_planned_anew_took_nothing(state: State) -> None:
    before = await read(state)
    await state.tenants.reset("acme")
    with pytest.raises(Stale):
        await state.exchanges.turn(before, 0, [candidate()], begun=True)
    assert await in_flight(state) == 0


@settings(max_examples=examples(50, everyday=8))
@given(st.lists(st.tuples(st.sampled_from(["begin", "end", "reset"]), st.integers(0, 30)), max_size=60))
def test_what_is_in_flight_is_what_has_begun_and_not_ended(steps: list[tuple[str, int]]) -> None:
    state = memory(Bounds(), Uptime())
    begun: list[tuple[tuple[Lease, ...], str]] = []
    open_: dict[tuple[Lease, ...], str] = {}
    for step, which in steps:
        value = str(which % 3)
        if step == "begin":
            leases = immediate(turn(state, candidate(1000, value))).leases
            begun.append((leases, value))
            open_[leases] = value
        elif step == "end" and begun:
            leases, _ = begun[which % len(begun)]
            state.exchanges.finish("acme", 0, DONE, leases)
            open_.pop(leases, None)
        elif step == "reset":
            immediate(state.tenants.reset("acme"))
            open_.clear()
        for each in ("0", "1", "2"):
            assert immediate(in_flight(state, each)) == list(open_.values()).count(each)


def test_nothing_is_kept_of_exchanges_that_have_ended() -> None:
    leases = OpenLeases("acme", 1)
    taken = [leases.take("busy", (str(number),)) for number in range(500)]
    assert len(leases) == 500
    for lease in taken:
        leases.give_back(lease)
    assert len(leases) == 0
    assert leases._open == {}


def test_leases_of_a_rule_that_is_asked_no_more_are_forgotten() -> None:
    leases = OpenLeases()
    old = leases.take("busy", ())
    leases.forget("busy")
    leases.take("busy", ())
    leases.give_back(old)
    assert leases.in_flight("busy", ()) == 1


def test_ends_of_a_tenant_that_nobody_knows_make_no_counts() -> None:
    state = MemoryState()
    state.exchanges.finish("nobody", 0, DONE, (Lease("nobody", 1, "busy", (), 1),))
    assert immediate(state.tenants.touched()) == []


def test_no_end_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        MemoryState().exchanges.finish("acme", 0, DONE, (Lease("acme", 7, "busy", (), 1),))
    assert not caplog.records
