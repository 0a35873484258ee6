"""Turns: exactly as many as the limits say, whatever the interleaving; chances are drawn as a store can."""

from __future__ import annotations

import asyncio
from hashlib import sha1
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.model.turn import CHANCE_BITS, Along, Candidate, Fired, Limits, Rate, Turn
from oifde_simulator.state.errors import Stale
from oifde_simulator.state.interface import State
from oifde_simulator.state.limits import chance
from oifde_simulator.state.memory.counters import RuleCounters
from state_forms import entry, read


def candidate(
    rule: str = "r", value: tuple[str, ...] = (), becomes: str | None = None, **limits: object
) -> Candidate:
    """A rule that is about a request."""
    return Candidate(rule, value, Limits(**limits), becomes, "k" if "probability" in limits else "")  # type: ignore[arg-type]


async def turn(state: State, *candidates: Candidate, now: int = 0) -> Turn:
    """Ask whose turn it is."""
    return await state.exchanges.turn(await read(state), now, candidates, begun=True)


@pytest.mark.parametrize("times", [1, 2, 7])
async def test_exactly_so_many_turns_are_taken_whatever_the_interleaving(state: State, times: int) -> None:
    turns = await asyncio.gather(*(turn(state, candidate(times=times)) for _ in range(50)))
    assert [each.place for each in turns].count(0) == times
    assert sorted(each.matches for each in turns if each.place == 0) == list(range(1, times + 1))


async def test_each_value_is_counted_for_itself(state: State) -> None:
    for user in ("1", "2", "1"):
        assert (await turn(state, candidate(value=(user,), times=2))).place == 0
    assert (await turn(state, candidate(value=("1",), times=2))).place == -1
    assert (await turn(state, candidate(value=("2",), times=2))).place == 0


async def test_the_first_whose_turn_it_is_ends_the_asking_and_the_others_are_not_counted(
    state: State,
) -> None:
    spent, ready, later = candidate("spent", times=0), candidate("ready"), candidate("later", times=1)
    found = await turn(state, spent, ready, later)
    assert (found.place, found.held_back) == (1, ("times: has fired 0 of 0",))
    assert (await turn(state, later)).place == 0


REASONS = [
    ({"after": 2}, ["after: match 1 of the first 2", "after: match 2 of the first 2", "", ""]),
    ({"every": 2}, ["every: match 1 of each 2", "", "every: match 1 of each 2", ""]),
    ({"times": 1}, ["", "times: has fired 1 of 1", "times: has fired 1 of 1"]),
    ({"state_is": "down"}, ["state: is start, not down"] * 2),
    ({"over": Rate(2, 1000)}, ["over: 1 of 2 in this window", "over: 2 of 2 in this window", "", ""]),
    ({"probability": 0.0}, ["probability: 0 was drawn against"] * 2),
]


@pytest.mark.parametrize(("limits", "reasons"), REASONS, ids=lambda each: str(next(iter(each))))
async def test_a_rule_that_is_held_back_says_why(
    state: State, limits: dict[str, object], reasons: list[str]
) -> None:
    for reason in reasons:
        found = await turn(state, candidate(**limits))
        assert found.held_back == ((reason,) if reason else ())
        assert found.place == (-1 if reason else 0)


async def test_a_state_that_was_entered_is_that_of_all_rules_for_the_value(state: State) -> None:
    down = candidate("down", ("1",), "down")
    assert (await turn(state, down)).changed
    assert not (await turn(state, down)).changed
    assert (await turn(state, candidate("other", ("1",), state_is="down"))).place == 0
    assert (await turn(state, candidate("other", ("2",), state_is="down"))).place == -1
    assert await state.tenants.states("acme") == [("1",)]
    assert await state.tenants.state("acme", ("1",)) == "down"
    await state.tenants.enter("acme", ("1",), "start", 0)
    assert await state.tenants.state("acme", ("1",)) == "start"


async def test_a_rule_that_only_leads_to_a_state_is_not_counted_once_the_state_is_there(state: State) -> None:
    moves = candidate(becomes="down", times=2)._replace(moves_only=True)
    found = [await turn(state, moves) for _ in range(3)]
    assert [(each.place, each.held_back) for each in found] == [
        (0, ()),
        (-1, ("state: is down already",)),
        (-1, ("state: is down already",)),
    ]
    await state.tenants.enter("acme", (), "start", 0)
    again = await turn(state, moves)
    assert (again.place, again.matches, again.changed) == (0, 2, True)


async def test_a_rate_says_when_the_client_may_come_back(state: State) -> None:
    limited = candidate(over=Rate(0, 1000, enforce=True))
    assert (await turn(state, limited, now=300)).retry_at == 1300
    assert (await turn(state, limited, now=400)).retry_at == 1400  # too early: refused for longer
    assert (await turn(state, candidate("free"), now=400)).retry_at is None


@settings(max_examples=examples(100, everyday=10))
@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(1, 2**31))
def test_a_chance_is_the_first_bits_of_a_sha1(key: str, matches: int) -> None:
    digest = sha1(f"{key}{matches}".encode(), usedforsecurity=False).digest()
    assert chance(key, matches) == int.from_bytes(digest[:8]) >> (64 - CHANCE_BITS)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
async def test_a_share_of_the_matches_has_its_turn_and_the_same_ones_each_time(
    state: State, probability: float
) -> None:
    before, asked = await read(state), [candidate(probability=probability)]
    turns = await asyncio.gather(*(state.exchanges.turn(before, 0, asked, begun=True) for _ in range(200)))
    drawn = {each.matches for each in turns if each.place == 0}
    threshold = Limits(probability=probability).threshold
    expected = [n for n in range(1, 2001) if chance("k", n) < threshold]
    assert drawn == {n for n in expected if n <= 200}
    assert abs(len(expected) / 2000 - probability) < 0.04


async def test_a_reset_begins_all_counts_anew(state: State) -> None:
    once = candidate(becomes="gone", times=1)
    assert [(await turn(state, once)).place for _ in range(2)] == [0, -1]
    await state.tenants.reset("acme")
    assert await state.tenants.state("acme", ()) == "start"
    assert (await turn(state, once)).place == 0


async def test_a_request_that_read_the_tenant_before_a_reset_counts_nothing(state: State) -> None:
    before = await read(state)
    await state.tenants.reset("acme")
    for begun in (False, True):
        with pytest.raises(Stale):
            await state.exchanges.turn(before, 0, [candidate(times=1)], begun=begun)
    assert (await turn(state, candidate(times=1))).place == 0


async def test_a_change_that_begins_nothing_anew_stops_only_who_has_not_begun(state: State) -> None:
    from oifde_simulator.clock import ClockSetting

    before = await read(state)
    await state.tenants.set_clock("acme", ClockSetting(1), before.version)
    with pytest.raises(Stale):
        await state.exchanges.turn(before, 0, [candidate()], begun=False)
    assert (await state.exchanges.turn(before, 0, [candidate()], begun=True)).place == 0


async def test_what_fired_is_counted_in_one_step_with_the_entry(state: State) -> None:
    fired = Fired("r", "", "digest", 0, ("cut",))
    await state.exchanges.record(await read(state), entry(), (fired,), begun=False)
    (standing,) = await state.tenants.rules("acme", ["r"])
    assert (standing.name, standing.fired) == ("r", 1)
    before = await read(state)
    await state.tenants.reset("acme")
    with pytest.raises(Stale):
        await state.exchanges.record(before, entry(), (fired,), begun=True)
    (standing,) = await state.tenants.rules("acme", ["r"])
    assert standing.fired == 0
    assert await state.journal.last() == 1


# Rules that go along


def along(rule: str, *, head_only: bool = False, **limits: object) -> Candidate:
    """A rule that goes along with whichever takes the request."""
    return candidate(rule, **limits)._replace(also=True, head_only=head_only)


async def test_each_that_goes_along_is_counted_by_itself_wherever_it_stands(state: State) -> None:
    first, last = along("first", after=1), along("last", times=1)
    found = [await turn(state, first, candidate("down", times=1), candidate("next"), last) for _ in range(2)]
    assert [(each.place, each.held_back) for each in found] == [
        (1, ()),
        (2, ("times: has fired 1 of 1",)),
    ]
    assert [each.along for each in found] == [
        (Along(0, 0, "after: match 1 of the first 1"), Along(3, 1)),
        (Along(0, 2), Along(3, 0, "times: has fired 1 of 1")),
    ]


async def test_those_that_go_along_have_their_turn_where_nobody_takes_the_request(state: State) -> None:
    alone = await turn(state, along("slow"), candidate("never", times=0))
    assert (alone.place, alone.held_back) == (-1, ("times: has fired 0 of 0",))
    assert alone.along == (Along(0, 1),)


async def test_those_that_need_a_head_are_not_counted_where_none_is_sent(state: State) -> None:
    down = candidate("down", times=1)._replace(sends_head=False)
    both = [await turn(state, down, along("told", head_only=True), along("slow")) for _ in range(2)]
    assert [each.along for each in both] == [
        (Along(1, 0, "down sends no head"), Along(2, 1)),
        (Along(1, 1), Along(2, 2)),
    ]


async def test_those_that_go_along_see_the_state_in_which_the_request_came(state: State) -> None:
    falls = candidate("falls", becomes="down", times=1)
    rules = (along("before", state_is="start"), falls, along("after", state_is="down"))
    found = [[not each.why for each in (await turn(state, *rules)).along] for _ in range(2)]
    assert found == [[True, False], [False, True]]


async def test_exactly_so_many_go_along_whatever_the_interleaving(state: State) -> None:
    rules = (along("slow", times=3), candidate("down", every=2))
    turns = await asyncio.gather(*(turn(state, *rules) for _ in range(30)))
    assert [each.along[0].why for each in turns].count("") == 3
    assert [each.place for each in turns].count(1) == 15


LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "after": st.integers(0, 2),
        "every": st.integers(1, 3),
        "times": st.integers(0, 3),
        "state_is": st.sampled_from(["start", "a"]),
        "over": st.builds(Rate, st.integers(0, 2), st.just(1000)),
    },
)
TAKERS = st.lists(st.tuples(LIMITS, st.sampled_from([None, "a", "start"]), st.booleans()), max_size=4)
COMPANY = st.lists(st.tuples(st.integers(0, 4), LIMITS, st.booleans()), min_size=1, max_size=3)


@settings(max_examples=examples(50, everyday=8))
@given(TAKERS, COMPANY, st.lists(st.integers(0, 500), min_size=1, max_size=10))
def test_those_that_go_along_change_no_turn(takers: list[Any], company: list[Any], times: list[int]) -> None:
    rules = [
        candidate(f"r{place}", becomes=becomes, **limits)._replace(sends_head=head)
        for place, (limits, becomes, head) in enumerate(takers)
    ]
    both = [*rules]
    for number, (place, limits, head_only) in enumerate(company):
        both.insert(place, along(f"along{number}", head_only=head_only, **limits))
    alone, together, now = RuleCounters(), RuleCounters(), 0
    for step in times:
        now += step
        expected, found = alone.turn(now, rules), together.turn(now, both)
        name = both[found.place].rule if found.place >= 0 else ""
        assert name == (rules[expected.place].rule if expected.place >= 0 else "")
        assert found[1:5] == expected[1:5]
        assert [each.place for each in found.along] == [n for n, each in enumerate(both) if each.also]
