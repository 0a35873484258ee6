"""Sounds of a recording: silence, a tone for each speaker, and the keys of a telephone.

Rule: any stretch of a sound is cut from a few samples that are made once and repeated.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from oifde_simulator.population.recordings.alaw import RATE, SAMPLES_PER_MS, encode

LOUDNESS = 0.25
"""Amplitude of each tone; two of them never clip."""
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
"""Keys of a telephone with its fourth column, row by row (ITU-T Q.23)."""
KEY_MS, PAUSE_MS = 80, 40
"""Length of a key and of the pause behind it; Q.24 wants 40 ms and more of each."""


class Sound(NamedTuple):
    """A mix of tones, as frequencies in Hz; no tone is silence."""

    frequencies: tuple[int, ...] = ()
    period: int = 1
    """Samples that are made; they repeat."""


QUIET = Sound()
# Both repeat without a seam after few samples, and neither is near a frequency of a key.
USER = Sound((400,), 20)
SYSTEM = Sound((500,), 16)


def key(digit: str) -> Sound:
    """Make the sound of a key; of the hexadecimal digits, `e` is the star and `f` the hash."""
    place = KEYS.index({"e": "*", "f": "#"}.get(digit.lower(), digit.upper()))
    return Sound((ROWS[place // 4], COLUMNS[place % 4]), KEY_MS * SAMPLES_PER_MS)


@cache
def period(channels: tuple[Sound, ...]) -> bytes:
    """Make one period of sounds that are heard at once, a channel each, as interleaved A-law."""
    length = math.lcm(*(sound.period for sound in channels))
    tracks = [_track(sound, length) for sound in channels]
    return bytes(octet for frame in zip(*tracks, strict=True) for octet in frame)


def stretch(channels: tuple[Sound, ...], first: int, stop: int) -> bytes:
    """Cut the frames from `first` to `stop` out of sounds that are repeated without end."""
    once = period(channels)
    begin, end = first * len(channels) % len(once), (stop - first) * len(channels)
    repeated = once * (-(-(begin + end) // len(once)))
    return repeated[begin : begin + end]


def _track(sound: Sound, length: int) -> bytes:
    turns = [2 * math.pi * frequency / RATE for frequency in sound.frequencies]
    samples = (LOUDNESS * sum(math.sin(turn * place) for turn in turns) for place in range(sound.period))
    return encode(samples) * (length // sound.period)
