"""Bodies that lie on a disk, while rules decide about them: read in a thread, and only where one needs them.

Rule: a decision never waits for a disk on the event loop. One that needs the bytes begins anew with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import field
from typing import TypeVar

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.immediate import aside
from oifde_simulator.model.exchange import Answer, OtherSounds
from oifde_simulator.wire.held_octets import HeldOctets, NotInMemory
from oifde_simulator.wire.octets import LazyOctets

Result = TypeVar("Result")

NOTHING = nullcontext()
"""Block for an answer of which all is in memory."""


@dataclass(frozen=True, slots=True)
class HeldSounds:
    """Sounds in the place of a recording; those on a disk are held, one object for each."""

    sounds: OtherSounds
    held: list[HeldOctets] = field(default_factory=list)

    def silent(self) -> LazyOctets | None:
        """Make the sound in which nothing is heard."""
        return self._hold(self.sounds.silent())

    def of_another_call(self) -> LazyOctets | None:
        """Find the sound of another call."""
        return self._hold(self.sounds.of_another_call())

    def _hold(self, octets: LazyOctets | None) -> LazyOctets | None:
        if octets is None or not octets.blocking:
            return octets
        known = next((each for each in self.held if each.source == octets), None)
        if known is None:
            self.held.append(known := HeldOctets(octets))
        return known


def held(honest: Answer) -> AbstractContextManager[None]:
    """Hold the body of an answer for the block, and the sounds in its place, where reading may block."""
    return NOTHING if isinstance(honest.response.body, bytes) else _held(honest)


@contextmanager
def _held(honest: Answer) -> Iterator[None]:
    sounds, body = honest.other_sounds, honest.response.body
    found: list[HeldOctets] = []
    if sounds is not None:
        honest.other_sounds = HeldSounds(sounds, found)
    if not isinstance(body, bytes) and body.blocking:
        honest.response.body = HeldOctets(body)
        found.append(honest.response.body)
    try:
        yield
    finally:
        honest.other_sounds = sounds
        for octets in found:
            octets.release()


async def decided(decide: Callable[[], Result]) -> Result:
    """Decide, anew each time that held octets were needed and had to be loaded."""
    while True:
        try:
            return decide()
        except NotInMemory as missing:
            await aside(missing.octets.load)
