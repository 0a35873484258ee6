"""States that last for a while: against a look at each millisecond, and in each form of the state."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from oifde_simulator.model.turn import START, Candidate, Lasting, Limits, StateTimes, Turn
from oifde_simulator.state.interface import State
from oifde_simulator.state.lapses import EnteredState, present
from oifde_simulator.state.memory.counters import RuleCounters
from state_forms import read

LOAD = 1_767_225_600_000
NAMES = [START, "down", "slow", "up"]
CHAIN = StateTimes(LOAD, {"down": Lasting(20, "slow"), "slow": Lasting(300, "up")})


def stepped(entered: EnteredState, lasting: Mapping[str, Lasting], now: int) -> tuple[str, int]:
    """The state and when it was entered, found by a look at each millisecond."""
    name, at = entered
    for instant in range(at, now + 1):
        if name in lasting and instant - at == lasting[name].milliseconds:
            name, at = lasting[name].then, instant
    return name, at


@settings(max_examples=examples(200, everyday=20))
@given(
    st.dictionaries(
        st.sampled_from(NAMES), st.builds(Lasting, st.integers(1, 40), st.sampled_from(NAMES)), max_size=4
    ),
    st.sampled_from(NAMES),
    st.integers(0, 400),
)
def test_what_follows_is_what_a_look_at_each_millisecond_finds(
    lasting: dict[str, Lasting], name: str, passed: int
) -> None:
    entered = EnteredState(name, LOAD)
    found = present(entered, StateTimes(LOAD, lasting), LOAD + passed)
    assert found[:2] == stepped(entered, lasting, LOAD + passed)
    assert bool(found.ended) == (found[:2] != entered)


class Counted(dict[str, Lasting]):
    """Durations that count how often they are asked for."""

    asked = 0

    def get(self, name: str, default: object = None) -> Lasting | None:  # type: ignore[override]
        self.asked += 1
        return super().get(name)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_circle_of_states_is_followed_for_centuries_in_few_steps(size: int) -> None:
    lasting = Counted({f"s{n}": Lasting(1 + n % 3, f"s{(n + 1) % size}") for n in range(size)})
    length = sum(each.milliseconds for each in lasting.values())
    now = LOAD + 10**13
    found = present(EnteredState("s0", LOAD), StateTimes(LOAD, lasting), now)
    assert now - found.at < lasting[found.name].milliseconds
    begun = (now - LOAD) // length * length + LOAD
    assert found[:2] == present(EnteredState("s0", begun), StateTimes(LOAD, lasting), now)[:2]
    assert lasting.asked <= 4 * size + 4


def test_a_way_into_a_circle_is_followed_too() -> None:
    lasting = {START: Lasting(7, "a"), "a": Lasting(2, "b"), "b": Lasting(3, "a")}
    for passed in (6, 7, 8, 9, 11, 12, 1007, 1010, 10**12):
        found = present(EnteredState(START, 0), StateTimes(0, lasting), passed)
        rest = (passed - 7) % 5
        assert found.name == (START if passed < 7 else "a" if rest < 2 else "b")


def test_a_value_is_followed_once_for_all_candidates_of_a_request() -> None:
    lasting = Counted({f"s{n}": Lasting(1, f"s{n + 1}") for n in range(100)})
    times = StateTimes(0, lasting)
    counters = RuleCounters()
    counters.enter((), "s0", 0)
    asked = [candidate("s7", None, times=times)] * 1000
    assert counters.turn(10**9, asked).place == -1
    assert lasting.asked < 110


# In each form of the state


def candidate(
    state_is: str | None = None,
    becomes: str | None = None,
    *value: str,
    times: StateTimes | None = CHAIN,
) -> Candidate:
    return Candidate("r", value, Limits(state_is=state_is), becomes, "", times=times)


async def turn(state: State, now: int, *candidates: Candidate) -> Turn:
    return await state.exchanges.turn(await read(state), LOAD + now, candidates, begun=True)


async def standing(state: State, now: int, *value: str, times: StateTimes = CHAIN) -> str:
    return await state.tenants.state("acme", value, LOAD + now, times)


async def test_a_state_ends_by_itself_and_the_next_one_begins_when_it_did(state: State) -> None:
    assert (await turn(state, 100, candidate(START, "down"))).changed
    assert [await standing(state, now) for now in (100, 119, 120, 419, 420, 10**9)] == [
        "down", "down", "slow", "slow", "up", "up",
    ]  # fmt: skip
    places = [(await turn(state, now, candidate("down"), candidate("slow"))).place for now in (119, 120, 420)]
    assert places == [0, 1, -1]


async def test_a_rule_is_told_how_long_another_state_lasts_or_since_when_it_has_followed(
    state: State,
) -> None:
    await turn(state, 0, candidate(START, "down"))
    told = [(await turn(state, now, candidate(START))).held_back[0] for now in (5, 50, 400)]
    assert told == [
        "state: is down for 0.015 s more, not start",
        "state: is slow for 0.27 s more, not start",
        "state: is up since slow ended 0.08 s ago, not start",
    ]


async def test_a_rule_that_leads_to_the_state_that_it_is_in_does_not_begin_its_time_anew(
    state: State,
) -> None:
    again = candidate(None, "down")
    assert [(await turn(state, now, again)).changed for now in (0, 10, 19)] == [True, False, False]
    assert await standing(state, 20) == "slow"
    assert (await turn(state, 30, again)).changed
    assert [await standing(state, now) for now in (49, 50)] == ["down", "slow"]


async def test_the_control_plane_begins_its_time_anew(state: State) -> None:
    for at in (0, 15):
        await state.tenants.enter("acme", (), "down", LOAD + at)
    assert [await standing(state, now) for now in (34, 35)] == ["down", "slow"]


async def test_each_value_has_its_own_time(state: State) -> None:
    await turn(state, 0, candidate(None, "down", "1"))
    await turn(state, 10, candidate(None, "down", "2"))
    assert [await standing(state, 25, value) for value in "123"] == ["slow", "down", "start"]


async def test_the_first_state_lasts_from_load_for_each_value(state: State) -> None:
    times = StateTimes(LOAD, {START: Lasting(30, "down"), "down": Lasting(20)})
    found = [await standing(state, now, "any", times=times) for now in (0, 29, 30, 49, 50, 79, 80)]
    assert found == ["start", "start", "down", "down", "start", "start", "down"]
    assert (await turn(state, 35, candidate("down", times=times))).place == 0


@pytest.mark.parametrize("begins", [START, "down"])
async def test_where_a_clock_is_moved_back_no_state_lasts_longer_than_its_time(
    state: State, begins: str
) -> None:
    times = StateTimes(LOAD, {begins: Lasting(20, "up")})
    if begins != START:
        await turn(state, 10**9, candidate(None, begins, times=times))
    back = [(await turn(state, now, candidate(begins, times=times))).place for now in (-500, -481, -480)]
    assert back == [0, 0, -1]
    assert [await standing(state, now, times=times) for now in (-481, -480)] == [begins, "up"]


async def test_states_without_times_stay_as_they_were_entered(state: State) -> None:
    await turn(state, 0, candidate(None, "down", times=None))
    assert (await turn(state, 10**9, candidate("down", times=None))).place == 0
    assert await state.tenants.state("acme", ()) == "down"


async def test_a_reset_ends_all_states(state: State) -> None:
    await turn(state, 0, candidate(None, "down"))
    await state.tenants.reset("acme")
    assert await standing(state, 0) == START
