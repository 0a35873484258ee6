"""Rates: a window begins with a match, a sliding one is exact, and a clock moved back locks nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.immediate import immediate
from oifde_simulator.model.turn import Candidate, Limits, Rate, Turn
from oifde_simulator.state.interface import State
from oifde_simulator.state.memory.counted_values import CountBudget
from oifde_simulator.state.memory.counters import RuleCounters
from oifde_simulator.state.memory.journal_store import Bounds
from state_forms import FORMS, Uptime, memory, read

RETRY = list[int | None]
START = 1_767_225_600_123
"""Load time of a scenario, which is no multiple of any window."""


def candidate(rate: Rate, *value: str) -> Candidate:
    return Candidate("r", value, Limits(over=rate), None, "")


async def turn(state: State, rate: Rate, now: int, *value: str) -> Turn:
    return await state.exchanges.turn(await read(state), now, [candidate(rate, *value)], begun=True)


async def retries(state: State, rate: Rate, instants: Iterable[int]) -> RETRY:
    """When each match may come back, milliseconds after the start; None for one within the rate."""
    found = [(await turn(state, rate, START + instant)).retry_at for instant in instants]
    return [None if each is None else each - START for each in found]


CASES: dict[str, tuple[Rate, list[int], RETRY]] = {
    "it begins with the first match": (Rate(1, 60_000), [0, 59_999, 60_000], [None, 60_000, None]),
    "the next begins with the match after its end": (
        Rate(1, 1000),
        [0, 1700, 2600, 2700, 2701],
        [None, None, 2700, None, 3700],
    ),
    "nothing passes a limit of 0": (Rate(0, 1000), [300, 400, 1300], [1300, 1300, 2300]),
    "who comes back too early is refused for longer": (
        Rate(1, 1000, enforce=True),
        [0, 100, 200, 1150, 2150],
        [None, 1000, 1200, 2150, None],
    ),
    "one that slides has no edge": (
        Rate(2, 1000, slide=True),
        [0, 900, 999, 1000, 1001, 1899, 1900],
        [None, None, 1000, None, 1900, 1900, None],
    ),
    "refused matches do not count in one that slides": (
        Rate(1, 1000, slide=True),
        [0, 300, 600, 999, 1000],
        [None, 1000, 1000, 1000, None],
    ),
    "one that slides and enforces": (
        Rate(1, 1000, enforce=True, slide=True),
        [0, 500, 700, 1000, 2000],
        [None, 1000, 1700, 2000, None],
    ),
    "one that slides with a limit of 0": (Rate(0, 1000, slide=True), [0, 10], [1000, 1010]),
}


@pytest.mark.parametrize(("rate", "instants", "expected"), CASES.values(), ids=CASES)
async def test_a_rate_says_when_to_come_back(
    state: State, rate: Rate, instants: list[int], expected: RETRY
) -> None:
    assert await retries(state, rate, instants) == expected


@pytest.mark.parametrize("slide", [False, True])
async def test_values_have_windows_of_their_own(state: State, slide: bool) -> None:
    rate = Rate(1, 1000, slide=slide)
    asked = [(0, "1"), (600, "2"), (700, "1"), (1000, "1"), (1100, "2"), (1600, "2")]
    found = [(await turn(state, rate, START + instant, user)).retry_at for instant, user in asked]
    assert [each and each - START for each in found] == [None, None, 1000, None, 1600, None]


@pytest.mark.parametrize("slide", [False, True])
@pytest.mark.parametrize("enforce", [False, True])
@pytest.mark.parametrize("back", [1, 999, 1000, 5000, 10**9])
async def test_a_clock_that_was_moved_back_locks_nobody_out(
    state: State, slide: bool, enforce: bool, back: int
) -> None:
    rate = Rate(2, 1000, enforce=enforce, slide=slide)
    await retries(state, rate, [0, 1, 2, 3])
    again = await turn(state, rate, START - back)
    assert again.retry_at is None or again.retry_at <= START - back + 1000
    assert await retries(state, rate, [again.retry_at - START] if again.retry_at else [500 - back]) == [None]


@pytest.mark.parametrize("slide", [False, True])
async def test_exactly_as_many_pass_as_the_limit_says_whatever_the_interleaving(
    state: State, slide: bool
) -> None:
    rate = Rate(7, 1000, slide=slide)
    turns = await asyncio.gather(*(turn(state, rate, START) for _ in range(50)))
    assert [each.place for each in turns].count(-1) == 7


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@settings(max_examples=examples(60, everyday=8))
@given(limit=st.integers(0, 4), window=st.integers(1, 30), steps=st.lists(st.integers(0, 20), max_size=30))
def test_a_sliding_window_is_what_counting_all_its_stretches_says(
    form: Callable[[Bounds, Uptime], State], limit: int, window: int, steps: list[int]
) -> None:
    instants = list(accumulate(steps, initial=0))

    async def ask() -> RETRY:
        state = form(Bounds(), Uptime())
        try:
            return await retries(state, Rate(limit, window, slide=True), instants)
        finally:
            await state.close()

    found = asyncio.run(ask())
    passed: list[int] = []
    for now, retry_at in zip(instants, found, strict=True):
        inside = [instant for instant in passed if instant > now - window]
        if len(inside) < limit:
            assert retry_at is None
            passed.append(now)
        else:
            assert retry_at == (inside[0] if inside else now) + window
    stretches = [[one for one in passed if start <= one < start + window] for start in passed]
    assert all(len(stretch) <= limit for stretch in stretches)


@settings(max_examples=examples(100, everyday=10))
@given(st.integers(1, 4), st.integers(1, 30), st.lists(st.integers(-40, 20), max_size=40), st.booleans())
def test_whoever_waits_as_told_gets_in_wherever_the_clock_went(
    limit: int, window: int, steps: list[int], slide: bool
) -> None:
    state, rate = memory(Bounds(), Uptime()), Rate(limit, window, enforce=True, slide=slide)
    for now in accumulate(steps, initial=START):
        retry_at = immediate(turn(state, rate, now)).retry_at
        assert retry_at is None or now < retry_at <= now + window
    last = START + sum(steps) + window
    assert immediate(turn(state, rate, last)).retry_at is None


def test_the_log_of_a_sliding_window_is_bounded_and_charged() -> None:
    bound, limit = 50_000, 2000
    budget = CountBudget(bound)
    counters, rate = RuleCounters(budget), Rate(limit, 10**9, slide=True)
    for now in range(limit + 500):
        counters.turn(START + now, [candidate(rate, "busy")])
    assert 8 * limit < budget.used < 11 * limit
    for user in range(50):
        for now in range(200):
            counters.turn(START + now, [candidate(rate, str(user))])
    assert bound // 2 < budget.used <= bound


def test_a_log_that_has_run_out_is_given_back() -> None:
    budget = CountBudget()
    counters, rate = RuleCounters(budget), Rate(1000, 1000, slide=True)
    for now in (*range(1000), 5000):
        counters.turn(START + now, [candidate(rate)])
    (table,) = (each for each in counters._tallies.values())
    while len(table):
        table.drop_oldest()
    assert table.weight == 0
