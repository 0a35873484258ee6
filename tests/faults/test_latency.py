"""Distributions of latency: samples follow the law that was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fault_scripts import context, spoiled
from oifde_simulator.faults.distributions import Distribution, Fixed, Lognormal, Percentiles, Ramp, Uniform
from oifde_simulator.wire.script import Wait


def shares(distribution: Distribution, *bounds: float) -> list[float]:
    """Sample 2,000 latencies; return the share that does not exceed each bound."""
    values = [distribution.sample(context(number)) for number in range(2000)]
    return [sum(value <= bound + 1e-12 for value in values) / len(values) for bound in bounds]


# distribution, bounds, shares of values within them: beyond 4 standard errors of a share of 2,000
LAWS: dict[str, tuple[Distribution, tuple[float, ...], tuple[float, ...]]] = {
    "fixed": (Fixed(0.2), (0.199, 0.2), (0, 1)),
    "uniform": (Uniform(0.1, 0.3), (0.0999, 0.15, 0.2, 0.25, 0.3), (0, 0.25, 0.5, 0.75, 1)),
    "uniform, a point": (Uniform(0.1, 0.1), (0.0999, 0.1), (0, 1)),
    # median * exp(sigma * z): z = 1 has 84.13 % below, z = 2 has 97.72 %
    "lognormal": (
        Lognormal(0.08, 0.6, 5.0),
        (0.08 / 1.8221188, 0.08, 0.08 * 1.8221188, 0.08 * 3.3201169, 5.0),
        (0.1587, 0.5, 0.8413, 0.9772, 1),
    ),
    "lognormal, capped": (Lognormal(0.08, 1.0, 0.1), (0.08, 0.0999, 0.1), (0.5, 0.588, 1)),
    "lognormal, no cap": (Lognormal(0.01, 3.0), (0.01, 0.0999, 0.1), (0.5, 0.7786, 1)),
    "percentiles": (
        Percentiles(0.08, 0.4, 2.0),
        (0.04, 0.06, 0.08, 0.4, 1.9999, 2.0),
        (0, 0.25, 0.5, 0.95, 0.99, 1),
    ),
    "percentiles, capped": (Percentiles(0.1, 0.2, 0.3, 9.0), (0.1, 0.2, 0.3, 9.0), (0.5, 0.95, 0.99, 1)),
}


@pytest.mark.parametrize(("distribution", "bounds", "expected"), LAWS.values(), ids=LAWS.keys())
def test_2000_samples_match_what_was_asked(
    distribution: Distribution, bounds: tuple[float, ...], expected: tuple[float, ...]
) -> None:
    for found, asked in zip(shares(distribution, *bounds), expected, strict=True):
        assert found == pytest.approx(asked, abs=4 * (max(asked * (1 - asked), 0) / 2000) ** 0.5 + 1e-9)


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4).map(sorted), st.floats(0, 1), st.floats(0, 1))
def test_percentiles_are_monotone_and_bounded(knots: list[float], one: float, other: float) -> None:
    law = Percentiles(*knots)
    low, high = sorted((one, other))
    assert law.at(low) <= law.at(high) * (1 + 1e-12)
    assert knots[0] / 2 <= law.at(low) <= knots[3] * (1 + 1e-12)
    assert [law.at(share) for share in (0.5, 0.95, 0.99)] == pytest.approx(knots[:3])


RAMP = Ramp(1.0, 3.0, 10.0)


@pytest.mark.parametrize(("elapsed", "seconds"), [(-5, 1), (0, 1), (5, 2), (10, 3), (1e9, 3)])
def test_a_ramp_follows_the_tenants_clock_and_then_stays(elapsed: float, seconds: float) -> None:
    assert RAMP.sample(context(elapsed=elapsed)) == seconds
    item = {"latency": {"ramp": {"from": "1s", "to": "3s", "over": "10s"}}}
    assert spoiled(item, elapsed=elapsed)[0] == Wait(seconds)


def test_a_ramp_over_no_time_is_at_its_end() -> None:
    assert Ramp(1.0, 3.0, 0.0).sample(context()) == 3.0


@pytest.mark.parametrize("at", ["head", "body"])
def test_a_latency_of_no_time_changes_nothing(at: str) -> None:
    item = {"latency": {"ramp": {"from": "1s", "to": "0s", "over": "1s"}, "at": at}}
    assert spoiled(item, elapsed=1) == spoiled(elapsed=1)
