"""`after: {distinct}`: nothing counts until so many values were seen, then every match does."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.immediate import immediate
from oifde_simulator.model.turn import MOST_DISTINCT, Candidate, Distinct, Limits, Rate, Turn
from oifde_simulator.state.distinct import COUNT, DistinctCount
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.counted_values import VALUE, CountBudget
from oifde_simulator.state.memory.counters import RuleCounters
from oifde_simulator.state.memory.journal_store import Bounds
from state_forms import Uptime, memory, read


def candidate(seen: str, count: int = 2, *value: str, **limits: object) -> Candidate:
    """A rule that fires once more than `count` users were seen; this match is of user `seen`."""
    wanted = Limits(distinct=Distinct("userMobile", count), **limits)  # type: ignore[arg-type]
    return Candidate("third", value, wanted, None, "k" if "probability" in limits else "", distinct=seen)


async def turn(state: State, asked: Candidate, now: int = 0) -> Turn:
    return await state.exchanges.turn(await read(state), now, [asked], begun=True)


async def held_back(state: State, users: str, **limits: object) -> list[str]:
    """Reasons of the matches of users, each a letter; empty where it was the rule's turn."""
    found = [await turn(state, candidate(user, **limits)) for user in users]
    return ["".join(each.held_back) for each in found]


async def test_every_match_counts_once_the_third_user_has_asked(state: State) -> None:
    first, second = (f"after: {n} distinct userMobile of the first 2" for n in (1, 2))
    assert await held_back(state, "aaabbacab") == [first] * 3 + [second] * 3 + ["", "", ""]


async def test_each_value_of_per_sees_its_own(state: State) -> None:
    for user in ("a", "b", "c"):
        assert (await turn(state, candidate(user, 2, user))).place == -1
    assert (await turn(state, candidate("x", 1, "a"))).place == 0


async def test_a_reset_forgets_what_was_seen(state: State) -> None:
    await held_back(state, "abc")
    await state.tenants.reset("acme")
    assert (await turn(state, candidate("a"))).held_back == ("after: 1 distinct userMobile of the first 2",)


async def test_the_other_limits_begin_with_the_match_that_brought_enough(state: State) -> None:
    every = await held_back(state, "abcabc", every=3)
    assert every[2:] == [
        "every: match 1 of each 3",
        "every: match 2 of each 3",
        "",
        "every: match 1 of each 3",
    ]
    await state.tenants.reset("acme")
    assert (await held_back(state, "abcab", times=2))[2:] == ["", "", "times: has fired 2 of 2"]
    await state.tenants.reset("acme")
    assert (await held_back(state, "abc", probability=0.0))[2:] == ["probability: 0 was drawn against"]


async def test_matches_within_a_rate_are_seen_too(state: State) -> None:
    rate = Rate(2, 1000)
    assert (await held_back(state, "abc", over=rate))[2] == ""
    await state.tenants.reset("acme")
    found = await held_back(state, "abcab", over=Rate(4, 1000))
    assert found[3] == "over: 4 of 4 in this window"
    assert found[4] == ""


async def test_matches_in_flight_are_seen_too(state: State) -> None:
    assert await held_back(state, "abca", in_flight=3) == [
        f"over: {n} of 3 in flight" for n in (1, 2, 3)
    ] + [""]  # fmt: skip


async def test_matches_in_another_state_are_not_seen(state: State) -> None:
    await held_back(state, "abc", state_is="down")
    assert (await turn(state, candidate("d"))).held_back == ("after: 1 distinct userMobile of the first 2",)


async def test_so_many_pass_whatever_the_interleaving(state: State) -> None:
    turns = await asyncio.gather(*(turn(state, candidate(str(n % 10), 4)) for n in range(40)))
    assert [each.place for each in turns] == [-1] * 4 + [0] * 36


@settings(max_examples=examples(40, everyday=10))
@given(st.lists(st.sampled_from("abcdef"), max_size=30), st.integers(1, 5))
def test_a_match_counts_if_more_than_so_many_were_seen_up_to_it(users: list[str], count: int) -> None:
    state = memory(Bounds(), Uptime())
    for place, user in enumerate(users):
        found = immediate(turn(state, candidate(user, count)))
        assert (found.place == 0) == (len(set(users[: place + 1])) > count)
        assert found.matches == (place + 1 if found.place == 0 else 0)


def test_the_values_are_charged_and_given_back_once_there_were_enough() -> None:
    budget = CountBudget()
    counters = RuleCounters(budget)
    for number in range(500):
        counters.turn(0, [candidate(f"{number:0128}", 500)])
    assert budget.used > 500 * 128
    counters.turn(0, [candidate("one more", 500)])
    assert budget.used < 2 * (VALUE + COUNT)
    for number in range(500, 1000):
        counters.turn(0, [candidate(f"{number:0128}", 500)])
    assert budget.used < 2 * (VALUE + COUNT)


def test_values_of_many_clients_stay_within_the_bound_of_all_counts() -> None:
    budget = CountBudget(1 << 18)
    counters = RuleCounters(budget)
    for client in range(25):
        for number in range(100):
            counters.turn(0, [candidate(f"{number:0128}", 9999, str(client))])
    assert budget.used <= 1 << 18


def test_many_rules_that_each_count_for_all_stay_within_the_bound_too() -> None:
    bound, largest = 1 << 18, 100 * (128 + 200)
    budget = CountBudget(bound)
    counters = RuleCounters(budget)
    for number in range(100):
        seen = candidate(f"{number:0128}", 9999)
        counters.turn(0, [seen._replace(rule=f"r{rule}") for rule in range(50)])
    assert budget.used <= bound + largest


def test_rules_that_each_count_a_little_keep_it() -> None:
    counters = RuleCounters(CountBudget(1 << 14))
    twice = [Candidate(f"r{rule}", (), Limits(times=1), None, "") for rule in range(100)]
    assert [counters.turn(0, [each]).place for each in (*twice, *twice)] == [0] * 100 + [-1] * 100


def test_no_more_values_are_kept_than_may_be_wanted() -> None:
    count = DistinctCount()
    for number in range(MOST_DISTINCT):
        assert count.held_back(Distinct("x", MOST_DISTINCT), str(number), number + 1)
    assert count.values is not None
    assert len(count.values) == MOST_DISTINCT
    assert not count.held_back(Distinct("x", MOST_DISTINCT), "more", MOST_DISTINCT + 1)
    assert (count.values, count.passed, count.weight) == (None, MOST_DISTINCT, COUNT)


@pytest.mark.parametrize("value", ["", "\0absent", "a" * 128, "名"])
def test_any_text_is_a_value(value: str) -> None:
    count = DistinctCount()
    assert count.held_back(Distinct("x", 1), value, 1)
    assert count.held_back(Distinct("x", 1), value, 2)
    assert not count.held_back(Distinct("x", 1), "other", 3)
