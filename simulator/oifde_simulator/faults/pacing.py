"""Pacing: all bytes come, in small pieces and late. It never changes a byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from oifde_simulator.faults import settings
from oifde_simulator.faults.fault import Fault, FaultError
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Action, Part, Script, Send, Wait, octets

MOST_PIECES = 10_000
"""An answer is cut into no more pieces than this; they grow instead, and every byte keeps its time."""
GRAIN = 0.05
"""Seconds of a bandwidth that go out as one piece."""
WHOLE: tuple[Part, ...] = ("early", "head", "body")


@dataclass(frozen=True, slots=True)
class Dribble(Fault):
    """The head comes at once, the body a little at a time."""

    chunks: int | None = None
    over: float | None = None
    size: int | None = None
    every: float | None = None

    settings: ClassVar = settings.fault(
        "Dribble",
        "The body comes a little at a time: in chunks over a duration, or so many bytes every so often.",
        "2s",
        {"chunks": 5, "over": "2s"},
        {"bytes": 100, "every": "50ms"},
        main="over",
        properties={
            "chunks": settings.whole(
                "Chunks", "How many pieces, with `over`.", 10, least=1, most=MOST_PIECES
            ),
            "over": settings.duration("Over", "How long the body takes.", "1s"),
            "bytes": settings.size("Bytes", "The size of a piece, with `every`.", 100),
            "every": settings.duration("Every", "The wait before each piece of `bytes`.", "50ms"),
        },
    )

    def __post_init__(self) -> None:
        by_time = self.chunks is not None or self.over is not None
        if by_time and (self.size is not None or self.every is not None):
            raise FaultError((), "expected chunks and over, or bytes and every, found both; remove one pair")

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A wait before each piece of the body."""
        length = len(octets(script, "body"))
        if self.size is not None or self.every is not None:
            size, every = self.size or 100, 0.05 if self.every is None else self.every
            return _paced(script, ("body",), size, _every(every, size))
        over = 1.0 if self.over is None else self.over
        return _paced(script, ("body",), -(-length // (self.chunks or 10)), lambda size: over * size / length)


@dataclass(frozen=True, slots=True)
class Bandwidth(Fault):
    """Head and body come at so many bytes a second."""

    per_second: int

    settings: ClassVar = settings.fault(
        "Bandwidth",
        "Head and body come at so many bytes a second.",
        1000,
        {"per_second": "10KiB"},
        main="per_second",
        required=("per_second",),
        bare=False,
        properties={"per_second": settings.size("Per second", "Bytes a second.", most=1 << 30)},
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A wait before each piece, as long as the piece takes."""
        return _paced(
            script, WHOLE, max(1, int(self.per_second * GRAIN)), lambda size: size / self.per_second
        )


@dataclass(frozen=True, slots=True)
class Slicer(Fault):
    """Head and body come in tiny TCP segments."""

    size: int = 16
    every: float = 0.0

    settings: ClassVar = settings.fault(
        "Slicer",
        "Head and body come in tiny TCP segments, as a bad network cuts them.",
        None,
        1,
        {"bytes": 16, "every": "1ms"},
        main="bytes",
        properties={
            "bytes": settings.size("Bytes", "The size of a segment.", 16),
            "every": settings.duration("Every", "The wait before each segment.", "0ms"),
        },
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A wait between each two segments, if only one that parts them."""
        return _paced(script, WHOLE, self.size, _every(self.every, self.size))


def _paced(script: Script, parts: tuple[Part, ...], size: int, lasts: Callable[[int], float]) -> Script:
    """The script with these parts cut into pieces of `size`, each after the wait that its length `lasts`."""
    total = sum(len(octets(script, part)) for part in parts)
    return tuple(_pieces(script, parts, max(size, -(-total // MOST_PIECES), 1), lasts))


def _pieces(
    script: Script, parts: tuple[Part, ...], size: int, lasts: Callable[[int], float]
) -> Iterator[Action]:
    for action in script:
        if not (isinstance(action, Send) and action.part in parts):
            yield action
            continue
        for start in range(0, len(action.octets), size):
            piece = action.octets[start : start + size]
            yield Wait(lasts(len(piece)))
            yield Send(piece, action.part)


def _every(seconds: float, size: int) -> Callable[[int], float]:
    """So many seconds for each `size` bytes, begun ones too."""
    return lambda length: seconds * -(-length // size)
