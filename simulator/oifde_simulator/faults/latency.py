"""Latency: one wait, before the head or between head and body. It never changes a byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from oifde_simulator.faults import settings
from oifde_simulator.faults.distributions import Distribution, Fixed, Lognormal, Percentiles, Ramp, Uniform
from oifde_simulator.faults.fault import Fault, FaultError
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Script, Wait, opening, place

DISTRIBUTIONS: Mapping[str, type[Uniform | Lognormal | Percentiles | Ramp]] = {
    "uniform": Uniform,
    "lognormal": Lognormal,
    "percentiles": Percentiles,
    "ramp": Ramp,
}


@dataclass(frozen=True, slots=True)
class Latency(Fault):
    """The answer, or its body, comes late."""

    delay: Distribution
    at: Literal["head", "body"] = "head"

    settings: ClassVar = settings.fault(
        "Latency",
        "The answer comes late: a duration, or one of fixed, uniform, lognormal, percentiles and ramp.",
        "200ms",
        {"uniform": {"min": "50ms", "max": "300ms"}},
        {"lognormal": {"median": "80ms", "sigma": 0.6, "cap": "5s"}, "at": "body"},
        {"percentiles": {"p50": "80ms", "p95": "400ms", "p99": "2s"}},
        {"ramp": {"from": "10ms", "to": "2s", "over": "5m"}},
        main="fixed",
        bare=False,
        properties={
            "fixed": settings.duration("Fixed", "Always this long."),
            "uniform": settings.group(
                "Uniform",
                "Anything between two durations, all of it equally likely.",
                {"min": "50ms", "max": "300ms"},
                {
                    "min": settings.duration("Shortest", "The shortest latency.", None, "50ms"),
                    "max": settings.duration("Longest", "The longest latency.", None, "300ms"),
                },
            ),
            "lognormal": settings.group(
                "Lognormal",
                "Half the values below the median, with a long tail, as real services have it.",
                {"median": "80ms", "sigma": 0.6},
                {
                    "median": settings.duration("Median", "Half the answers take less.", None, "80ms"),
                    "sigma": settings.number(
                        "Sigma", "How long the tail is.", 0.5, most=5, examples=(0.3, 1)
                    ),
                    "cap": settings.duration(
                        "Cap", "No answer takes longer. Default: ten medians.", None, "5s"
                    ),
                },
            ),
            "percentiles": settings.group(
                "Percentiles",
                "Straight lines through these percentiles, from half of p50 up to cap.",
                {"p50": "80ms", "p95": "400ms", "p99": "2s"},
                {
                    "p50": settings.duration("Median", "Half the answers take less.", None, "80ms"),
                    "p95": settings.duration("95th percentile", "19 answers of 20 take less.", None, "400ms"),
                    "p99": settings.duration("99th percentile", "99 answers of 100 take less.", None, "2s"),
                    "cap": settings.duration("Cap", "No answer takes longer. Default: p99.", None, "5s"),
                },
            ),
            "ramp": settings.group(
                "Ramp",
                "Grows, or shrinks, with the tenant's clock since load or reset; then it stays.",
                {"from": "10ms", "to": "2s", "over": "5m"},
                {
                    "from": settings.duration("From", "The latency at first.", None, "10ms"),
                    "to": settings.duration("To", "The latency in the end.", None, "2s"),
                    "over": settings.duration("Over", "How long the change takes.", None, "5m"),
                },
            ),
            "at": settings.choice(
                "Where", "head: before anything is sent. body: between head and body.", "head", "body"
            ),
        },
    )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The latency whose one distribution is named in `values`."""
        where = values.get("at", "head")
        named = [name for name in values if name != "at"]
        if len(named) != 1:
            raise FaultError((), f"expected one of fixed, {', '.join(DISTRIBUTIONS)}, found {len(named)}")
        given = values[named[0]]
        if named[0] == "fixed":
            return cls(Fixed(given), where)
        return cls(DISTRIBUTIONS[named[0]](**given), where)

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:
        """A wait before the part that comes late."""
        here = place(script, self.at)
        if here is None:
            if self.at == "body" or not script:
                return script
            here = len(opening(script))
        return (*script[:here], Wait(self.delay.sample(draw, elapsed)), *script[here:])
