"""The connection breaks or ends when it should not."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import shake_256
from typing import ClassVar

from oifde_simulator.faults import settings
from oifde_simulator.faults.fault import Fault, FaultError
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Close, Reset, Script, Send, ended, octets, opening, shortened


def share_of(length: int, after: float) -> int:
    """Bytes that `after` means: a share of `length` (a float) or so many (an integer)."""
    return int(length * after) if isinstance(after, float) else int(after)


@dataclass(frozen=True, slots=True)
class EmptyResponse(Fault):
    """The connection is closed (FIN) without a byte."""

    settings: ClassVar = settings.fault(
        "Empty response", "The connection is closed (FIN) without a byte.", None
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """Nothing but the waits before the answer, and the end."""
        return (*opening(script), Close())


@dataclass(frozen=True, slots=True)
class ResetBefore(Fault):
    """The connection breaks (RST) before a byte."""

    settings: ClassVar = settings.fault("Reset", "The connection breaks (RST) before a byte.", None)

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """Nothing but the waits before the answer, and the break."""
        return (*opening(script), Reset())


@dataclass(frozen=True, slots=True)
class ResetMidBody(Fault):
    """The connection breaks (RST) within the body."""

    after: float = 0.5

    settings: ClassVar = settings.fault(
        "Reset in mid-body",
        "The head and a part of the body come, then the connection breaks (RST).",
        None,
        0.9,
        {"after": 40},
        main="after",
        properties={"after": settings.amount("After", "How much of the body comes: a share, or bytes.", 0.5)},
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """The answer up to there, and the break."""
        length = len(octets(script, "body"))
        return (*shortened(script, share_of(length, self.after)), Reset()) if length else script


@dataclass(frozen=True, slots=True)
class Cut(Fault):
    """The body ends too early, in order (FIN), under the Content-Length of all of it."""

    size: int | None = None
    share: float | None = None

    settings: ClassVar = settings.fault(
        "Cut",
        "The connection is closed (FIN) within the body, by default half-way; Content-Length is that of all.",
        None,
        40,
        {"bytes": 40},
        {"share": 0.9},
        main="bytes",
        properties={
            "bytes": settings.size("Bytes", "So many bytes of the body come.", least=0, most=1 << 30),
            "share": settings.share("Share", "This share of the body comes.", 0.5),
        },
    )

    def __post_init__(self) -> None:
        if self.size is not None and self.share is not None:
            raise FaultError((), "expected bytes or share, found both; remove one")

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """The answer up to there, and the end."""
        length = len(octets(script, "body"))
        if not length:
            return script
        share = 0.5 if self.share is None else self.share
        count = int(length * share) if self.size is None else self.size
        return (*shortened(script, count), Close()) if count < length else ended(script)


@dataclass(frozen=True, slots=True)
class Garbage(Fault):
    """Bytes that are not HTTP, then the end."""

    size: int = 64

    settings: ClassVar = settings.fault(
        "Garbage",
        "Random bytes in place of the answer, then the connection is closed.",
        None,
        500,
        {"bytes": "1KiB"},
        main="bytes",
        properties={"bytes": settings.size("Bytes", "How many.", 64)},
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """Drawn bytes in place of the answer; the first is a zero, so that they never begin a status line."""
        drawn = shake_256(draw.hex(16).encode()).digest(self.size - 1)
        return (*opening(script), Send(b"\0" + drawn), Close())


@dataclass(frozen=True, slots=True)
class CloseAfter(Fault):
    """The connection is closed after the answer, which does not say so."""

    settings: ClassVar = settings.fault(
        "Close",
        "The connection is closed after the answer in spite of keep-alive; no Connection: close says so.",
        None,
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """An end, where there is none."""
        return ended(script)
