"""Latency: one wait, before the head or between head and body."""

from __future__ import annotations

from typing import Literal

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, FaultError, fault, settings
from oifde_simulator.faults.distributions import Distribution, Fixed, Lognormal, Percentiles, Ramp, Uniform
from oifde_simulator.wire.script import Script, Wait, index_of, leading_waits


@fault(
    "latency",
    main="fixed",
    timing_only=True,
    examples=[
        "200ms",
        {"uniform": {"min": "50ms", "max": "300ms"}},
        {"lognormal": {"median": "80ms", "sigma": 0.6, "cap": "5s"}, "at": "body"},
        {"percentiles": {"p50": "80ms", "p95": "400ms", "p99": "2s"}},
        {"ramp": {"from": "10ms", "to": "2s", "over": "5m"}},
    ],
)
@dataclass(frozen=True, slots=True)
class Latency(Fault):
    """The answer comes late: a duration, or one of fixed, uniform, lognormal, percentiles and ramp."""

    fixed: float | None = settings.duration("Fixed", "Always this long.")
    uniform: Uniform | None = settings.group(
        Uniform,
        "Uniform",
        "Anything between two durations, all of it equally likely.",
        example={"min": "50ms", "max": "300ms"},
    )
    lognormal: Lognormal | None = settings.group(
        Lognormal,
        "Lognormal",
        "Half the values below the median, with a long tail, as real services have it.",
        example={"median": "80ms", "sigma": 0.6},
    )
    percentiles: Percentiles | None = settings.group(
        Percentiles,
        "Percentiles",
        "Straight lines through these percentiles, from half of p50 up to cap.",
        example={"p50": "80ms", "p95": "400ms", "p99": "2s"},
    )
    ramp: Ramp | None = settings.group(
        Ramp,
        "Ramp",
        "Grows, or shrinks, with the tenant's clock from when the rule's window opens; then it stays. "
        "Without a window: from load or reset, or from when the rule was added.",
        example={"from": "10ms", "to": "2s", "over": "5m"},
    )
    at: Literal["head", "body"] = settings.choice(
        "Where", "head: before anything is sent. body: between head and body.", "head", "body"
    )

    def __post_init__(self) -> None:
        if len(self._distributions()) != 1:
            raise FaultError(
                (),
                "expected one of fixed, uniform, lognormal, percentiles, ramp, "
                f"found {len(self._distributions())}",
            )

    def rewrite(self, script: Script, context: FaultContext) -> Script:
        """Insert a wait before the part that comes late; no time is no wait."""
        place = index_of(script, self.at)
        if place is None:
            if self.at == "body" or not script:
                return script
            place = len(leading_waits(script))
        (distribution,) = self._distributions()
        seconds = distribution.sample(context)
        return (*script[:place], Wait(seconds), *script[place:]) if seconds else script

    @property
    def reads_clock(self) -> bool:
        """Whether it is a ramp."""
        return self.ramp is not None

    def _distributions(self) -> list[Distribution]:
        fixed = None if self.fixed is None else Fixed(self.fixed)
        choices = (fixed, self.uniform, self.lognormal, self.percentiles, self.ramp)
        return [each for each in choices if each is not None]
