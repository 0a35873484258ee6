"""Lazy bytes that have words in them, which are spoken only where they are sent.

Rule: nothing here speaks. Without clips each saying is read as a tone, so that whoever decides about an
answer needs no program and no time.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oifde_simulator.wire.octets import LazyOctets, Octets, Stretch


class Saying(NamedTuple):
    """Words to speak."""

    voice: str
    """Name of the voice, as espeak-ng has it: a language and a variant."""
    text: str
    samples: int
    """Samples after which the next speaker begins, at 8 kHz: more are not needed."""


Clips = Mapping[Saying, bytes | None]
"""Sound of sayings, as A-law at 8 kHz; None for one that could not be spoken."""
NO_CLIPS: Clips = {}


class SpokenOctets(LazyOctets):
    """Lazy bytes whose sayings may be spoken."""

    __slots__ = ()

    @abstractmethod
    def sayings(self, first: int, stop: int, /) -> Sequence[Saying]:
        """List what is said in a stretch; empty where nothing is to be spoken."""

    @abstractmethod
    def read_spoken(self, first: int, stop: int, clips: Clips, /) -> bytes:
        """Read a stretch with clips for its sayings; one without a clip is read as a tone."""


def sayings(octets: Octets, first: int, stop: int) -> Sequence[Saying]:
    """List what is said in a stretch of any bytes."""
    if isinstance(octets, Stretch):
        return sayings(octets.source, octets.first + first, octets.first + min(stop, len(octets)))
    return octets.sayings(first, min(stop, len(octets))) if isinstance(octets, SpokenOctets) else ()


def read_spoken(octets: Octets, first: int, stop: int, clips: Clips) -> bytes:
    """Read a stretch of any bytes, those with words in them by the clips."""
    stop = min(stop, len(octets))
    if clips and isinstance(octets, Stretch):
        return read_spoken(octets.source, octets.first + first, octets.first + stop, clips)
    if clips and isinstance(octets, SpokenOctets):
        return octets.read_spoken(first, stop, clips)
    return octets[first:stop]
