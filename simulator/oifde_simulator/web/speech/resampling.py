"""Turn speech into the sound of a telephone: 8 kHz, A-law.

Each sample is a weighted sum of its neighbours (a windowed sinc), by a filter whose phases repeat. Python's
own arithmetic does it: neither audioop, which Python 3.13 does not have, nor numpy is needed.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Sequence
from functools import cache
from operator import mul

from oifde_simulator.population.recordings.alaw import RATE, encode

TAPS = 16
"""Samples that are summed up for one."""
HIGHEST = 3600
"""Frequency in Hz that is left; a telephone line has little above."""
PHASES = 480
"""Most phases of a filter: enough for 22,050 Hz (160) and for what other builds have."""


def telephone(octets: bytes, rate: int, samples: int) -> bytes:
    """Make at most `samples` octets of A-law of 16-bit samples, little-endian, of so many a second."""
    wave = array("h", octets)
    if sys.byteorder == "big":
        wave.byteswap()
    if rate == RATE:
        return _encoded(wave[:samples])
    length = min(samples, len(wave) * RATE // rate)
    padded = [0.0] * (TAPS // 2) + [*map(float, wave)] + [0.0] * TAPS
    return _encoded(_resampled(padded, rate, length))


def _resampled(padded: Sequence[float], rate: int, length: int) -> list[int]:
    """Resample; `padded` has half a filter of zeros before the first sample, and more behind the last."""
    filters = _filters(rate)
    phases = len(filters)
    return [
        int(sum(map(mul, filters[tick % RATE * phases // RATE], padded[(at := tick // RATE) : at + TAPS])))
        for tick in range(0, length * rate, rate)
    ]


@cache
def _filters(rate: int) -> Sequence[Sequence[float]]:
    """Make the weights of each phase, a place between two samples."""
    phases = min(PHASES, RATE // math.gcd(rate, RATE))
    return [_weights(phase / phases, min(0.5, HIGHEST / rate)) for phase in range(phases)]


def _weights(offset: float, cutoff: float) -> Sequence[float]:
    """Weigh the samples around a place by a sinc under a Hann window; the sum is 1."""
    distances = [place - TAPS // 2 - offset for place in range(TAPS)]
    weights = [
        _sinc(2 * cutoff * distance) * (0.5 + 0.5 * math.cos(math.pi * distance / (TAPS // 2 + 1)))
        for distance in distances
    ]
    total = sum(weights)
    return [weight / total for weight in weights]


def _sinc(place: float) -> float:
    return math.sin(math.pi * place) / (math.pi * place) if place else 1.0


def _encoded(wave: Sequence[int]) -> bytes:
    table = _table()
    return bytes([table[min(32767, max(-32768, sample)) >> 3 & 0x1FFF] for sample in wave])


@cache
def _table() -> bytes:
    """Make the octets of all samples of 13 bits, the negative ones behind the others."""
    return encode([value / 4096 for value in (*range(4096), *range(-4096, 0))])
