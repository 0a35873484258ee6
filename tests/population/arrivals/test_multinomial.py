"""Numbers of things that fall on places at random."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.population.arrivals.multinomial import count_at, counts
from oifde_simulator.randomness import key


@given(st.binary(max_size=40), st.integers(0, 3000), st.integers(1, 200), st.integers(0, 199))
def test_all_shares_are_the_whole_and_one_is_found_alone(
    own: bytes, total: int, places: int, place: int
) -> None:
    found = counts(own, total, places)
    assert sum(found) == total
    assert len(found) == places
    assert min(found) >= 0
    assert count_at(own, total, places, place % places) == found[place % places]


@pytest.mark.parametrize("places", [2, 3, 7, 90, 128])
def test_no_place_is_preferred_and_shares_vary_as_those_of_independent_things(places: int) -> None:
    mean, rounds = 20, 400
    found = [counts(key(number), mean * places, places) for number in range(rounds)]
    for place in range(places):
        own = [each[place] for each in found]
        average = sum(own) / rounds
        assert average == pytest.approx(mean, abs=5 * (mean / rounds) ** 0.5)
        spread = sum((each - average) ** 2 for each in own) / rounds
        assert 0.55 < spread / (mean * (1 - 1 / places)) < 1.55


def test_few_things_are_as_often_in_each_place() -> None:
    first = sum(count_at(key(number), 1, 3, 0) for number in range(3000))
    assert first == pytest.approx(1000, abs=130)
