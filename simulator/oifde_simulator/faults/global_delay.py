"""A delay of every answer, beside all rules, until it is set anew. Its settings are those of WireMock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from oifde_simulator.faults.base import Fault, FaultContext
from oifde_simulator.faults.chain import apply
from oifde_simulator.faults.parser import build
from oifde_simulator.randomness import KeyedRandom, key
from oifde_simulator.state.interface.replicas import Announcement, Announcements
from oifde_simulator.wire.script import Script, Send, leading_waits

if TYPE_CHECKING:
    from oifde_simulator.state.interface.settings import Settings

TOPIC = "delay"
"""Topic of the announcements of a delay."""
LONGEST = "600s"
"""Upper bound of a random delay."""
ANSWER: Script = (Send(b"", "head"),)
"""Script of any answer, before which delays are drawn."""


class GlobalDelay:
    """Delay that is added to every answer; at first none."""

    def __init__(self, settings: Settings, announcements: Announcements, seed: str = "0") -> None:
        """Key the random delays by `seed` and by the number of answers since the delay was set.

        `announcements` tell of it when it is set, here or at another replica.
        """
        self.faults: tuple[Fault, ...] = ()
        """Latencies that make the delay; empty for none."""
        self._settings = settings
        self._announcements = announcements
        self._seed = seed
        announcements.hear(TOPIC, self._act)

    async def set(self, given: Mapping[str, Any]) -> None:
        """Replace the delay from the next answer on. Raises ValueError for settings that make no delay."""
        _build(given)
        await self._settings.set_global_delay(given)
        await self._announcements.announce(TOPIC, dict(given) or None)

    async def _act(self, announced: Announcement) -> None:
        """Delay answers of this process as it was announced."""
        self.faults = _build(announced.value or {})

    async def draw(self) -> Script:
        """Draw the waits that go before the next answer: a script without bytes."""
        number = await self._settings.next_delayed()
        random = KeyedRandom(key(self._seed, "global delay", number))
        return leading_waits(apply(ANSWER, self.faults, FaultContext(random, elapsed=0.0)))


def _build(given: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Make the latencies of a delay. Raises ValueError for settings that make none."""
    return tuple(build({"latency": each}) for each in _latencies(given))


def _latencies(given: Mapping[str, Any]) -> Iterator[Any]:
    if given.get("fixedDelay"):
        yield _duration(given["fixedDelay"])
    if distribution := given.get("delayDistribution"):
        yield _distribution(distribution)


def _distribution(given: Mapping[str, Any]) -> Any:
    if "milliseconds" in given:
        return _duration(given["milliseconds"])
    if "lower" in given:
        return {"uniform": {"min": _duration(given["lower"]), "max": _duration(given["upper"])}}
    longest = given.get("maxValue")
    cap = LONGEST if longest is None else _duration(longest)
    return {"lognormal": {"median": _duration(given["median"]), "sigma": given["sigma"], "cap": cap}}


def _duration(milliseconds: float) -> str:
    return f"{milliseconds:.3f}".rstrip("0").rstrip(".") + "ms"
