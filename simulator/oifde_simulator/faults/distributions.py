"""How long a latency lasts: each distribution turns a draw into seconds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp
from statistics import NormalDist
from typing import Protocol

from oifde_simulator.faults.fault import FaultError
from oifde_simulator.randomness import KeyedRandom

STANDARD = NormalDist()
SMALLEST = 2.0**-54
"""Half the smallest draw that is not 0: an inverse CDF has no value at 0."""
TAIL = 10.0
"""Medians at which a lognormal latency without a cap is cut."""


class Distribution(Protocol):
    """A law of latency."""

    def sample(self, draw: KeyedRandom, elapsed: float) -> float:
        """Seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    seconds: float

    def sample(self, draw: KeyedRandom, elapsed: float) -> float:  # noqa: ARG002
        """Seconds."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything from `min` to `max`, all of it equally likely."""

    min: float
    max: float

    def __post_init__(self) -> None:
        if self.min > self.max:
            raise FaultError(("uniform", "max"), "max is less than min; exchange the two")

    def sample(self, draw: KeyedRandom, elapsed: float) -> float:  # noqa: ARG002
        """Seconds."""
        return self.min + (self.max - self.min) * draw.unit()


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Half the values below `median`, with a long tail that grows with `sigma` and ends at `cap`."""

    median: float
    sigma: float = 0.5
    cap: float | None = None

    def __post_init__(self) -> None:
        if self.cap is not None and self.cap < self.median:
            raise FaultError(("lognormal", "cap"), "cap is less than the median; raise it")

    def sample(self, draw: KeyedRandom, elapsed: float) -> float:  # noqa: ARG002
        """Seconds."""
        longest = self.median * TAIL if self.cap is None else self.cap
        normal = STANDARD.inv_cdf(max(draw.unit(), SMALLEST))
        return min(longest, self.median * exp(self.sigma * normal))


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Straight lines between the percentiles: from half of `p50` at the fastest to `cap` at the slowest."""

    p50: float
    p95: float
    p99: float
    cap: float | None = None
    """None for `p99`: the slowest hundredth takes just that."""

    def __post_init__(self) -> None:
        names = ("p50", "p95", "p99") if self.cap is None else ("p50", "p95", "p99", "cap")
        for lower, higher in pairwise(names):
            if getattr(self, lower) > getattr(self, higher):
                raise FaultError(("percentiles", higher), f"{higher} is less than {lower}; raise it")

    def sample(self, draw: KeyedRandom, elapsed: float) -> float:  # noqa: ARG002
        """Seconds."""
        return self.at(draw.unit())

    def at(self, share: float) -> float:
        """The latency that this share of all values does not exceed."""
        longest = self.p99 if self.cap is None else self.cap
        knots = ((0.0, self.p50 / 2), (0.5, self.p50), (0.95, self.p95), (0.99, self.p99), (1.0, longest))
        for (low, fast), (high, slow) in pairwise(knots):
            if share <= high:
                return fast + (slow - fast) * (share - low) / (high - low)
        return longest


@dataclass(frozen=True, slots=True)
class Ramp:
    """From `begin` to `to` as the tenant's clock passes `over`; then it stays."""

    begin: float
    to: float
    over: float

    def sample(self, draw: KeyedRandom, elapsed: float) -> float:  # noqa: ARG002
        """Seconds."""
        done = min(1.0, max(0.0, elapsed / self.over)) if self.over else 1.0
        return self.begin + (self.to - self.begin) * done
