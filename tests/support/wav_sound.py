"""Read a recording as an integrator's program does: the chunks of the file, its length, and its keys.

Rule: written from the standards alone (RIFF, G.711, Q.23), so that no mistake of ours is made twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

A_LAW, RATE = 6, 8000
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
QUIETEST = 64
"""Amplitude, of 32,256, up to which nothing is heard."""
KEY, PAUSE = 640, 320
"""Samples of a key, and of the pause behind it."""


class WavError(ValueError):
    """Raised for bytes that are no WAV file of A-law at 8 kHz."""


class WavSound:
    """A WAV file of one channel."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        """The whole file."""
        chunks = _chunks(octets)
        form = chunks.get(b"fmt ", b"")
        if (_number(form[:2]), _number(form[2:4]), _number(form[4:8])) != (A_LAW, 1, RATE):
            raise WavError("expected one channel of A-law at 8 kHz")
        self._samples = chunks[b"data"]

    @property
    def milliseconds(self) -> int:
        """Duration."""
        return len(self._samples) * 1000 // RATE

    @property
    def is_silent(self) -> bool:
        """True where no sample stands out."""
        return not self._samples.translate(None, QUIET)

    def digits(self, count: int = 8) -> str:
        """Read the keys at the start; shorter where the sound ends before."""
        whole = min(count, (len(self._samples) + PAUSE) // (KEY + PAUSE))
        firsts = range(0, whole * (KEY + PAUSE), KEY + PAUSE)
        return "".join(_key(self._samples[first : first + KEY]) for first in firsts)


def keys_of(call_id: str) -> str:
    """Write the keys that the last eight digits of a callId are heard as: `e` is the star, `f` the hash."""
    return call_id[-8:].upper().replace("E", "*").replace("F", "#")


def _chunks(octets: bytes) -> dict[bytes, bytes]:
    if octets[:4] != b"RIFF" or octets[8:12] != b"WAVE" or _number(octets[4:8]) != len(octets) - 8:
        raise WavError("expected a RIFF file that is whole")
    found, place = {}, 12
    while place < len(octets):
        size = _number(octets[place + 4 : place + 8])
        found[octets[place : place + 4]] = octets[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
    return found


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "little")


@lru_cache(maxsize=256)
def _key(octets: bytes) -> str:
    """Find the key of a sound; the same few are heard in each recording."""
    samples = [LINEAR[octet] for octet in octets]
    row, column = (_loudest(samples, frequencies) for frequencies in (ROWS, COLUMNS))
    return KEYS[row * 4 + column]


def _loudest(samples: Sequence[int], frequencies: Sequence[int]) -> int:
    return max(range(len(frequencies)), key=lambda place: _power(samples, frequencies[place]))


def _power(samples: Sequence[int], frequency: int) -> float:
    """Measure how loud a frequency is, by Goertzel's method."""
    factor = 2 * math.cos(2 * math.pi * frequency / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    return before * before + last * last - factor * before * last


def _linear(octet: int) -> int:
    """Decode an octet of A-law (G.711)."""
    octet ^= 0x55
    segment, step = octet >> 4 & 7, (octet & 15) << 4
    magnitude = step + 8 if segment == 0 else (step + 264) << (segment - 1)
    return magnitude if octet & 0x80 else -magnitude


LINEAR = [_linear(octet) for octet in range(256)]
"""Sample of each octet."""
QUIET = bytes(octet for octet, sample in enumerate(LINEAR) if abs(sample) <= QUIETEST)
"""Octets that are not heard."""
