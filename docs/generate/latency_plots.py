"""Draw the distributions of latency as text, from many evenly spread random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oifde_simulator import faults
from oifde_simulator.faults import FaultContext
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Send, Wait

DRAWN, COLUMNS, ROWS = 12_000, 60, 4
BARS = " ▁▂▃▄▅▆▇█"
SHOWN: Mapping[str, tuple[Mapping[str, Any], float]] = {
    "uniform: {min: 50ms, max: 300ms}": ({"uniform": {"min": "50ms", "max": "300ms"}}, 0.6),
    "lognormal: {median: 80ms, sigma: 0.3}": ({"lognormal": {"median": "80ms", "sigma": 0.3}}, 0.6),
    "lognormal: {median: 80ms, sigma: 1, cap: 500ms}": (
        {"lognormal": {"median": "80ms", "sigma": 1, "cap": "500ms"}}, 0.6,
    ),
    "percentiles: {p50: 80ms, p95: 400ms, p99: 500ms, cap: 600ms}": (
        {"percentiles": {"p50": "80ms", "p95": "400ms", "p99": "500ms", "cap": "600ms"}}, 0.6,
    ),
}  # fmt: skip
"""Settings of latency as a scenario writes them, and the end of their axis in seconds."""
RAMP: Mapping[str, Any] = {"ramp": {"from": "500ms", "to": "50ms", "over": "30s"}}


class EvenRandom(KeyedRandom):
    """Generator that draws one given number."""

    __slots__ = ("share",)

    def __init__(self, share: float) -> None:
        super().__init__(b"")
        self.share = share

    def unit(self) -> float:
        """Return the given number."""
        return self.share


def plots() -> str:
    """Draw all of them, one below the other; how many answers take how long."""
    drawn = [
        _drawing(text, _histogram(given, end), _axis("0 ms", f"{end * 1000:.0f} ms"))
        for text, (given, end) in SHOWN.items()
    ]
    ramp = [_waited(RAMP, 0, passed) for passed in range(COLUMNS)]
    title = "ramp: {from: 500ms, to: 50ms, over: 30s}, the latency by time since it began"
    return "```text\n" + "\n".join([*drawn, _drawing(title, ramp, _axis("0 s", "60 s"))]) + "```\n"


def _axis(begin: str, end: str) -> str:
    return f"{begin}{end:>{COLUMNS - len(begin)}}"


def _histogram(given: Mapping[str, Any], end: float) -> Sequence[float]:
    counts = [0.0] * COLUMNS
    for number in range(DRAWN):
        waited = _waited(given, (number + 0.5) / DRAWN, 0)
        counts[min(COLUMNS - 1, int(waited / end * COLUMNS))] += 1
    return counts


def _waited(given: Mapping[str, Any], share: float, passed: int) -> float:
    """Compute the latency of a random number, in seconds."""
    context = FaultContext(EvenRandom(share), float(passed))
    script = faults.build({"latency": given}).rewrite((Send(b"head", "head"),), context)
    return next((action.seconds for action in script if isinstance(action, Wait)), 0.0)


def _drawing(title: str, heights: Sequence[float], axis: str) -> str:
    """Draw columns, the highest in `ROWS` lines."""
    full = len(BARS) - 1
    units = [round(height / max(heights) * ROWS * full) for height in heights]
    lines = [
        "".join(BARS[max(0, min(full, unit - row * full))] for unit in units).rstrip()
        for row in reversed(range(ROWS))
    ]
    return "\n".join([title, *lines, "‾" * COLUMNS, axis, ""])
