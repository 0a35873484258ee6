"""A delay of every answer, whatever rules say, until it is set anew. Its words are WireMock's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.wire.script import Script

if TYPE_CHECKING:
    from oifde_simulator.faults import Fault  # slow to import, and few servers need it

LONGEST = "600s"
"""No random delay is longer."""


class GlobalDelay:
    """What is added to every answer; at first nothing."""

    def __init__(self, seed: str = "0") -> None:
        """Draws depend on `seed` and on how many answers there were since it was set."""
        self.given: Mapping[str, Any] = {}
        """As it was set: `fixedDelay` and `delayDistribution`."""
        self.faults: tuple[Fault, ...] = ()
        """What it does to a script; empty for nothing."""
        self._seed = seed
        self._answers = 0

    def set(self, given: Mapping[str, Any]) -> None:
        """From the next answer on, this and nothing else. Raises ValueError for what cannot be."""
        from oifde_simulator import faults

        made = tuple(faults.build({"latency": each}) for each in _latencies(given))
        self.given, self.faults, self._answers = given, made, 0

    def before(self, script: Script) -> Script:
        """The script, later."""
        from oifde_simulator import faults

        self._answers += 1
        return faults.spoil(
            script, self.faults, KeyedRandom(key(self._seed, "global delay", self._answers)), 0.0
        )


def _latencies(given: Mapping[str, Any]) -> Iterator[Any]:
    if given.get("fixedDelay"):
        yield _duration(given["fixedDelay"])
    if spread := given.get("delayDistribution"):
        yield _distribution(spread)


def _distribution(spread: Mapping[str, Any]) -> Any:
    if "milliseconds" in spread:
        return _duration(spread["milliseconds"])
    if "lower" in spread:
        return {"uniform": {"min": _duration(spread["lower"]), "max": _duration(spread["upper"])}}
    longest = spread.get("maxValue")
    cap = LONGEST if longest is None else _duration(longest)
    return {"lognormal": {"median": _duration(spread["median"]), "sigma": spread["sigma"], "cap": cap}}


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.3f}".rstrip("0").rstrip(".") + "ms"
