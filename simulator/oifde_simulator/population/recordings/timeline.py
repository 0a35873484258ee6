"""Tell who is heard when in a recording, from the times in a session's record.

Rule: times of literal records may be wrong in every way; what does not fit between start and end is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from string import hexdigits
from typing import Any, NamedTuple

from oifde_simulator.population.recordings.alaw import SAMPLES_PER_MS
from oifde_simulator.population.recordings.sounds import KEY_MS, PAUSE_MS, QUIET, SYSTEM, USER, Sound, key

DIGITS = 8
"""Last digits of the callId that are heard at the start."""
LONGEST_MS = 12 * 3600 * 1000
"""Length of the longest recording."""
SPEAKERS = (("requsetTime", "userSaying", USER), ("timestamp", "systemReply", SYSTEM))
"""Field with the beginning of a turn, field with its words, and the sound of its speaker."""
LATEST = 1 << 53
LONGEST_TEXT = 1000
"""Characters of a turn that are spoken."""
LONGEST_SPEECH = 60 * 1000 * SAMPLES_PER_MS
"""Samples of a turn that are spoken."""


class Mark(NamedTuple):
    """A sound that begins."""

    at: int
    """Milliseconds since the start."""
    sound: Sound
    words: str = ""
    since: int = 0
    """Milliseconds since the start at which the words begin: before `at` where keys are heard over them."""


class Speech(NamedTuple):
    """Words of a segment."""

    text: str
    since: int
    """Sample with which they begin; those before the segment are not heard."""
    samples: int
    """Samples from there to the end of the segment, or to the bound."""


class Segment(NamedTuple):
    """One sound, until the next begins."""

    begin: int
    """First sample."""
    sound: Sound
    speech: Speech | None = None
    """Words that may be spoken in the place of the sound; None for none."""


class Timeline:
    """Sounds of one call, in order."""

    def __init__(self, segments: Sequence[Segment], samples: int) -> None:
        """`segments` begin with sample 0; `samples` is the length of all."""
        self.samples = samples
        self._segments = segments
        self._begins = [segment.begin for segment in segments]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timeline):
            return NotImplemented
        return self.samples == other.samples and self._segments == other._segments

    def __hash__(self) -> int:
        return hash((self.samples, len(self._segments)))

    @property
    def is_silent(self) -> bool:
        """True where no sound is heard."""
        return not self.samples or all(segment.sound == QUIET for segment in self._segments)

    def silenced(self) -> Timeline:
        """Copy the length without any sound."""
        return Timeline([Segment(0, QUIET)], self.samples)

    def between(self, first: int, stop: int) -> Iterator[tuple[Segment, int, int]]:
        """Give each segment that is heard in a stretch, with its first and last sample there."""
        place = bisect_right(self._begins, first) - 1
        while first < stop:
            following = self._begins[place + 1] if place + 1 < len(self._begins) else stop
            yield self._segments[place], first, min(stop, following)
            first, place = following, place + 1


def timeline(record: Mapping[str, Any], *, spoken: bool = False) -> Timeline:
    """Lay out the recording of a record: the keys of its callId, then each turn of user and system.

    Segments have words only if they are to be `spoken`.
    """
    start = _instant(record.get("startTime"))
    length = _length(record, start)
    turns = sorted(_turns(record, start), key=lambda turn: turn.at)
    keys, end = _keys(record)
    heard = [Mark(0, QUIET), *(turn for turn in turns if turn.at <= end)]
    marks = [*keys, heard[-1]._replace(at=end), *(turn for turn in turns if turn.at > end)]
    marks = [mark for mark in marks if mark.at < max(1, length)]
    segments = _spoken(marks, length) if spoken else [_segment(mark) for mark in marks]
    return Timeline(segments, length * SAMPLES_PER_MS)


def _segment(mark: Mark, speech: Speech | None = None) -> Segment:
    return Segment(mark.at * SAMPLES_PER_MS, mark.sound, speech)


def _spoken(marks: Sequence[Mark], length: int) -> list[Segment]:
    """Give each segment its words, and how long there is time for them."""
    ends = [*(mark.at for mark in marks[1:]), length]
    return [_segment(mark, _speech(mark, end)) for mark, end in zip(marks, ends, strict=True)]


def _speech(mark: Mark, end: int) -> Speech | None:
    text = " ".join(mark.words[:LONGEST_TEXT].split())
    samples = min((end - mark.since) * SAMPLES_PER_MS, LONGEST_SPEECH)
    return Speech(text, mark.since * SAMPLES_PER_MS, samples) if text and samples > 0 else None


def _length(record: Mapping[str, Any], start: int) -> int:
    """Read the duration of a call in milliseconds; a call without an end lasts until its last update."""
    ends = (_instant(record.get(name), -1) for name in ("endTime", "lastUpdateTime"))
    end = next((end for end in ends if end >= 0), start)
    return min(max(0, end - start), LONGEST_MS)


def _keys(record: Mapping[str, Any]) -> tuple[list[Mark], int]:
    """Place the keys at the start; returned with their end in milliseconds."""
    digits = [digit for digit in str(record.get("callId") or "") if digit in hexdigits][-DIGITS:]
    marks: list[Mark] = []
    for place, digit in enumerate(digits):
        at = place * (KEY_MS + PAUSE_MS)
        marks += [Mark(at, key(digit)), Mark(at + KEY_MS, QUIET)]
    return marks, len(digits) * (KEY_MS + PAUSE_MS)


def _turns(record: Mapping[str, Any], start: int) -> Iterator[Mark]:
    """Read who begins to speak when: a user with a request, the system with its reply."""
    details = record.get("recordDetials")
    for detail in details if isinstance(details, Sequence) and not isinstance(details, str) else ():
        if isinstance(detail, Mapping):
            for name, words, sound in SPEAKERS:
                at = _instant(detail.get(name), -1) - start
                if at >= 0:
                    said = detail.get(words)
                    yield Mark(at, sound if said else QUIET, said if isinstance(said, str) else "", at)


def _instant(value: Any, default: int = 0) -> int:
    return int(value) if isinstance(value, int | float) and 0 <= value < LATEST else default
