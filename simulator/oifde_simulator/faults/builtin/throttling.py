"""Throttling: all bytes come, in small pieces and late."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, FaultError, fault, settings, value_or_default
from oifde_simulator.wire.octets import stretch
from oifde_simulator.wire.script import Action, Part, Script, Send, Wait, length

MOST_PIECES = 10_000
"""Bound of the pieces of an answer; beyond it the pieces grow, and every byte keeps its time."""
GRAIN = 0.05
"""Duration of one piece of a bandwidth, in seconds."""
WHOLE: tuple[Part, ...] = ("early", "head", "body")


@fault(
    "dribble",
    main="over",
    timing_only=True,
    examples=["2s", {"chunks": 5, "over": "2s"}, {"bytes": 100, "every": "50ms"}],
)
@dataclass(frozen=True, slots=True)
class Dribble(Fault):
    """The body comes a little at a time: in chunks over a duration, or so many bytes every so often."""

    chunks: int | None = settings.whole(
        "Chunks", "How many pieces, with `over`.", 10, least=1, most=MOST_PIECES, optional=True
    )
    over: float | None = settings.duration("Over", "How long the body takes.", "1s", optional=True)
    size: int | None = settings.size(
        "Bytes", "The size of a piece, with `every`.", 100, key="bytes", optional=True
    )
    every: float | None = settings.duration(
        "Every", "The wait before each piece of `bytes`.", "50ms", optional=True
    )

    def __post_init__(self) -> None:
        by_time = self.chunks is not None or self.over is not None
        if by_time and self._by_size:
            raise FaultError((), "expected chunks and over, or bytes and every, found both; remove one pair")

    @property
    def _by_size(self) -> bool:
        return self.size is not None or self.every is not None

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Cut the body into pieces, with a wait before each."""
        if self._by_size:
            size: int = value_or_default(self, "size")
            every: float = value_or_default(self, "every")
            return _in_pieces(script, ("body",), size, _seconds_of_pieces(every, size))
        whole = length(script, "body")
        chunks: int = value_or_default(self, "chunks")
        over: float = value_or_default(self, "over")
        return _in_pieces(script, ("body",), -(-whole // chunks), lambda count: over * count / whole)


@fault("bandwidth", main="per_second", timing_only=True, examples=[1000, {"per_second": "10KiB"}])
@dataclass(frozen=True, slots=True)
class Bandwidth(Fault):
    """Head and body come at so many bytes a second."""

    per_second: int = settings.size("Per second", "Bytes a second.", most=1 << 30, required=True)

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Cut the answer into pieces, with the wait that each takes."""
        size = max(1, int(self.per_second * GRAIN))
        return _in_pieces(script, WHOLE, size, lambda count: count / self.per_second)


@fault("slicer", main="bytes", timing_only=True, examples=[None, 1, {"bytes": 16, "every": "1ms"}])
@dataclass(frozen=True, slots=True)
class Slicer(Fault):
    """Head and body come in tiny TCP segments, as a bad network cuts them."""

    size: int = settings.size("Bytes", "The size of a segment.", 16, key="bytes")
    every: float = settings.duration("Every", "The wait before each segment.", "0ms")

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Cut the answer into segments; even a wait of 0 parts two of them."""
        return _in_pieces(script, WHOLE, self.size, _seconds_of_pieces(self.every, self.size))


def _in_pieces(script: Script, parts: tuple[Part, ...], size: int, seconds: Callable[[int], float]) -> Script:
    """Cut `parts` into pieces of `size` bytes; before each, wait `seconds` of the piece's length."""
    total = sum(length(script, part) for part in parts)
    return tuple(_pieces(script, parts, max(size, -(-total // MOST_PIECES), 1), seconds))


def _pieces(
    script: Script, parts: tuple[Part, ...], size: int, seconds: Callable[[int], float]
) -> Iterator[Action]:
    for action in script:
        if not (isinstance(action, Send) and action.part in parts):
            yield action
            continue
        for start in range(0, len(action.octets), size):
            piece = stretch(action.octets, start, start + size)
            yield Wait(seconds(len(piece)))
            yield Send(piece, action.part)


def _seconds_of_pieces(every: float, size: int) -> Callable[[int], float]:
    """Charge `every` seconds for each `size` bytes, also for a piece that is shorter."""
    return lambda length: every * -(-length // size)
