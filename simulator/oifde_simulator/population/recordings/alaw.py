"""Encode sound as G.711 A-law: eight bits a sample, finer where it is quiet."""

from __future__ import annotations

import math
from collections.abc import Iterable

RATE = 8000
"""Samples a second."""
SAMPLES_PER_MS = RATE // 1000
EVEN_BITS = 0x55
"""Bits that G.711 inverts in each octet, so that silence is no run of zeros."""
FULL_SCALE = 4095
"""Largest magnitude of a sample: 12 bits beside the sign."""
SEGMENT_BITS = 5
"""Bits of the finest two segments, which have one step size."""


def encode(samples: Iterable[float]) -> bytes:
    """Encode samples from -1.0 to 1.0."""
    return bytes(_octet(sample) for sample in samples)


def decode(octets: bytes) -> list[float]:
    """Decode to samples from -1.0 to 1.0, each the middle of its step."""
    return [_sample(octet ^ EVEN_BITS) for octet in octets]


def _octet(sample: float) -> int:
    scaled = math.floor(sample * (FULL_SCALE + 1))
    magnitude = min(FULL_SCALE, scaled if scaled >= 0 else ~scaled)
    segment = max(0, magnitude.bit_length() - SEGMENT_BITS)
    step = magnitude >> max(1, segment)
    sign = 0x80 if scaled >= 0 else 0
    return (sign | segment << 4 | step & 0x0F) ^ EVEN_BITS


def _sample(octet: int) -> float:
    segment, step = octet >> 4 & 0x07, octet & 0x0F
    doubled = (2 * step + 1) if segment == 0 else (2 * step + 33) << (segment - 1)
    return (1 if octet & 0x80 else -1) * doubled / (FULL_SCALE + 1)


SILENCE = encode([0.0])
