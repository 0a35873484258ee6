"""A recording as a WAV file of G.711 A-law, made piece by piece.

Rule: any stretch of the file can be had without those before it, and none is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

from oifde_simulator.population.recordings.alaw import RATE, SILENCE
from oifde_simulator.population.recordings.sounds import QUIET, SYSTEM, USER, Sound, stretch
from oifde_simulator.population.recordings.timeline import Segment, Timeline, timeline
from oifde_simulator.population.recordings.voices import voice_of
from oifde_simulator.wire.spoken import NO_CLIPS, Clips, Saying, SpokenOctets

A_LAW = 6
"""Format tag of A-law in a RIFF file (WAVE_FORMAT_ALAW)."""
HEADER = struct.Struct("<4sI4s 4sIHHIIHHH 4sII 4sI")
PIECE = 64 * 1024
"""Bytes of the largest piece."""
MOST_SAYINGS, MOST_SEGMENTS = 64, 1000
"""Sayings of a stretch that are spoken, and segments that are looked at for them; more stay tones."""
CHANNELS = {USER: (USER, QUIET), SYSTEM: (QUIET, SYSTEM)}
"""Sounds of the two channels while one of the speakers is heard; all else is on both."""


class Recording(SpokenOctets):
    """The bytes of one recording, as a sequence that is never whole in memory."""

    def __init__(self, timeline: Timeline, channels: Literal[1, 2] = 1, language: str = "") -> None:
        """With two channels, the first has the user and the second the system.

        `language` names that of words which are to be spoken; empty to choose one for each text.
        """
        self._language = language
        self.milliseconds = timeline.samples * 1000 // RATE
        self._timeline = timeline
        self._channels = channels
        self._sound = timeline.samples * channels
        self._header = _header(timeline.samples, channels)
        self._padding = bytes(self._sound % 2)

    def __len__(self) -> int:
        return len(self._header) + self._sound + len(self._padding)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Recording):
            return NotImplemented
        return self._channels == other._channels and self._timeline == other._timeline

    def __hash__(self) -> int:
        return hash((self._channels, self._timeline))

    def silenced(self) -> Recording | None:
        """Copy the recording with nothing in it; None where nothing is heard in it anyway."""
        return None if self._timeline.is_silent else Recording(self._timeline.silenced(), self._channels)

    def pieces(self, first: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes from `first` to `stop` in pieces of at most `PIECE` bytes."""
        stop = len(self) if stop is None else min(stop, len(self))
        while first < stop:
            piece = self._read(first, min(stop, first + PIECE))
            yield piece
            first += len(piece)

    def read(self, first: int, stop: int) -> bytes:
        """Join the bytes from `first` to `stop`."""
        if stop - first <= PIECE:
            return self._read(first, stop)
        return b"".join(self.pieces(first, stop))

    def sayings(self, first: int, stop: int) -> Sequence[Saying]:
        """List what is said in a stretch, at most `MOST_SAYINGS`."""
        begin, end = (max(0, place - len(self._header)) // self._channels for place in (first, stop))
        stretch = islice(self._timeline.between(begin, min(end + 1, self._timeline.samples)), MOST_SEGMENTS)
        found = (self._saying(segment) for segment, _, _ in stretch)
        return list(islice(filter(None, found), MOST_SAYINGS))

    def read_spoken(self, first: int, stop: int, clips: Clips) -> bytes:
        """Read a stretch with clips for what is said in it."""
        return self._read(first, stop, clips)

    def _read(self, first: int, stop: int, clips: Clips = NO_CLIPS) -> bytes:
        """Read a stretch that memory can hold."""
        begin, end = (place - len(self._header) for place in (first, stop))
        sound = self._heard(max(0, begin), min(end, self._sound), clips) if end > 0 else b""
        padding = self._padding if end > self._sound else b""
        return self._header[first:stop] + sound + padding

    def _heard(self, begin: int, end: int, clips: Clips) -> bytes:
        """Make octets of sound; a frame has one for each channel."""
        first, stop = begin // self._channels, -(-end // self._channels)
        frames = b"".join(self._frames(*part, clips) for part in self._timeline.between(first, stop))
        offset = begin - first * self._channels
        return frames[offset : offset + end - begin]

    def _frames(self, segment: Segment, low: int, high: int, clips: Clips) -> bytes:
        clip = clips.get(saying) if clips and (saying := self._saying(segment)) else None
        if clip is None or segment.speech is None:
            sounds = self._heard_at_once(segment.sound)
            return stretch(sounds, low - segment.begin, high - segment.begin)
        since = segment.speech.since
        words = clip[low - since : high - since].ljust(high - low, SILENCE)
        if self._channels == 1:
            return words
        frames = bytearray(SILENCE * (2 * len(words)))
        frames[CHANNELS[segment.sound].index(segment.sound) :: 2] = words
        return bytes(frames)

    def _saying(self, segment: Segment) -> Saying | None:
        if segment.speech is None:
            return None
        voice = voice_of(segment.speech.text, self._language, of_user=segment.sound == USER)
        return Saying(voice, segment.speech.text, segment.speech.samples)

    def _heard_at_once(self, sound: Sound) -> tuple[Sound, ...]:
        return (sound,) if self._channels == 1 else CHANNELS.get(sound, (sound, sound))


def recording(
    record: Mapping[str, Any], channels: Literal[1, 2] = 1, speech: bool | str = False
) -> Recording:
    """Make the recording of a session's record; its words are to be spoken with `speech`, or its language."""
    language = speech if isinstance(speech, str) else ""
    return Recording(timeline(record, spoken=bool(speech)), channels, language)


def silence(record: Mapping[str, Any], channels: Literal[1, 2] = 1) -> Recording:
    """Make a recording as long as the call of a record, with nothing in it."""
    return Recording(timeline(record).silenced(), channels)


def _header(samples: int, channels: int) -> bytes:
    """Write the chunks before the sound; a format that is not PCM needs `fact`."""
    size = samples * channels
    riff = HEADER.size - 8 + size + size % 2
    return HEADER.pack(
        b"RIFF", riff, b"WAVE",
        b"fmt ", 18, A_LAW, channels, RATE, RATE * channels, channels, 8, 0,
        b"fact", 4, samples,
        b"data", size,
    )  # fmt: skip
