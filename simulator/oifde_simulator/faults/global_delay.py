"""A delay of every answer, whatever rules say, until it is set anew. Its words are WireMock's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.state.interface import Settings
from oifde_simulator.wire.script import Script

if TYPE_CHECKING:
    from oifde_simulator.faults import Fault  # slow to import, and few servers need it

LONGEST = "600s"
"""No random delay is longer."""


class GlobalDelay:
    """The delay that is added to every answer; at first none."""

    def __init__(self, settings: Settings, seed: str = "0") -> None:
        """Draws depend on `seed` and on how many answers there were since it was set, which `settings` count."""
        self.faults: tuple[Fault, ...] = ()
        """Faults that rewrite a script; empty for none."""
        self._settings = settings
        self._seed = seed

    async def set(self, given: Mapping[str, Any]) -> None:
        """Delay the next answers so, by `fixedDelay` and `delayDistribution`. Raises ValueError."""
        from oifde_simulator import faults

        made = tuple(faults.build({"latency": each}) for each in _latencies(given))
        await self._settings.set_global_delay(given)
        self.faults = made

    async def before(self, script: Script) -> Script:
        """Prepend the delay to the script."""
        from oifde_simulator import faults

        number = await self._settings.next_delayed()
        draw = KeyedRandom(key(self._seed, "global delay", number))
        return faults.spoil(script, self.faults, draw, 0.0)


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
