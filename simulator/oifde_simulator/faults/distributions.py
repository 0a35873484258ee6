"""Distributions of latency: each turns a random number, or the time that has passed, into seconds."""

from __future__ import annotations

from itertools import pairwise
from math import exp
from statistics import NormalDist
from typing import Protocol

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import settings
from oifde_simulator.faults.base import FaultContext, FaultError

STANDARD = NormalDist()
SMALLEST = 2.0**-54
"""Half the smallest random number above 0: an inverse CDF has no value at 0."""
TAIL = 10.0
"""Upper bound of a lognormal latency without a cap, in medians."""


class Distribution(Protocol):
    """Distribution of latencies."""

    def sample(self, context: FaultContext, /) -> float:
        """Sample one latency, in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Constant latency."""

    seconds: float

    def sample(self, _context: FaultContext) -> float:
        """Return the constant."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Uniform:
    """Latency from `min` to `max`, all values equally likely."""

    min: float = settings.duration("Shortest", "The shortest latency.", required=True, examples=("50ms",))
    max: float = settings.duration("Longest", "The longest latency.", required=True, examples=("300ms",))

    def __post_init__(self) -> None:
        if self.min > self.max:
            raise FaultError(("max",), "max is less than min; exchange the two")

    def sample(self, context: FaultContext) -> float:
        """Sample one latency, in seconds."""
        return self.min + (self.max - self.min) * context.random.unit()


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Latency with half the values below `median` and a long tail, which grows with `sigma` up to `cap`."""

    median: float = settings.duration(
        "Median", "Half the answers take less.", required=True, examples=("80ms",)
    )
    sigma: float = settings.number("Sigma", "How long the tail is.", 0.5, most=5, examples=(0.3, 1))
    cap: float | None = settings.duration(
        "Cap", "No answer takes longer. Default: ten medians.", examples=("5s",)
    )

    def __post_init__(self) -> None:
        if self.cap is not None and self.cap < self.median:
            raise FaultError(("cap",), "cap is less than the median; raise it")

    def sample(self, context: FaultContext) -> float:
        """Sample one latency, in seconds."""
        longest = self.median * TAIL if self.cap is None else self.cap
        normal = STANDARD.inv_cdf(max(context.random.unit(), SMALLEST))
        return min(longest, self.median * exp(self.sigma * normal))


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Latency on straight lines between percentiles: from half of `p50` up to `cap`."""

    p50: float = settings.duration("Median", "Half the answers take less.", required=True, examples=("80ms",))
    p95: float = settings.duration(
        "95th percentile", "19 answers of 20 take less.", required=True, examples=("400ms",)
    )
    p99: float = settings.duration(
        "99th percentile", "99 answers of 100 take less.", required=True, examples=("2s",)
    )
    cap: float | None = settings.duration("Cap", "No answer takes longer. Default: p99.", examples=("5s",))

    def __post_init__(self) -> None:
        names = ("p50", "p95", "p99") if self.cap is None else ("p50", "p95", "p99", "cap")
        for lower, higher in pairwise(names):
            if getattr(self, lower) > getattr(self, higher):
                raise FaultError((higher,), f"{higher} is less than {lower}; raise it")

    def sample(self, context: FaultContext) -> float:
        """Sample one latency, in seconds."""
        return self.at(context.random.unit())

    def at(self, share: float) -> float:
        """Return the latency, in seconds, that a share of all values does not exceed."""
        longest = self.p99 if self.cap is None else self.cap
        knots = ((0.0, self.p50 / 2), (0.5, self.p50), (0.95, self.p95), (0.99, self.p99), (1.0, longest))
        for (low, fast), (high, slow) in pairwise(knots):
            if share <= high:
                return fast + (slow - fast) * (share - low) / (high - low)
        return longest


@dataclass(frozen=True, slots=True)
class Ramp:
    """Latency that changes from `begin` to `to` while the tenant's clock passes `over`, then stays.

    It begins where the window of its rule opens; without one at load or reset, or when the rule was added.
    """

    begin: float = settings.duration(
        "From", "The latency at first.", key="from", required=True, examples=("10ms",)
    )
    to: float = settings.duration("To", "The latency in the end.", required=True, examples=("2s",))
    over: float = settings.duration("Over", "How long the change takes.", required=True, examples=("5m",))

    def sample(self, context: FaultContext) -> float:
        """Return the latency at this time, in seconds."""
        passed = context.elapsed - context.begun
        done = min(1.0, max(0.0, passed / self.over)) if self.over else 1.0
        return self.begin + (self.to - self.begin) * done
