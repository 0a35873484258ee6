"""The connection breaks or ends when it should not."""

from __future__ import annotations

from hashlib import shake_256

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, FaultError, fault, settings, value_or_default
from oifde_simulator.wire.script import (
    Close,
    Reset,
    Script,
    Send,
    leading_waits,
    length,
    octets_of,
    truncate_body,
    with_end,
)


@fault("empty-response", examples=[None])
@dataclass(frozen=True, slots=True)
class EmptyResponse(Fault):
    """The connection is closed (FIN) without a byte."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Keep the waits before the answer, then close."""
        return (*leading_waits(script), Close())


@fault("swallow", examples=[None])
@dataclass(frozen=True, slots=True)
class Swallow(Fault):
    """No byte comes, and the connection stays open: the request is never answered, those that were pipelined
    behind it are.
    """

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Keep the waits before the answer, and nothing else."""
        return leading_waits(script)


@fault("reset", examples=[None])
@dataclass(frozen=True, slots=True)
class ResetBefore(Fault):
    """The connection breaks (RST) before a byte."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Keep the waits before the answer, then reset."""
        return (*leading_waits(script), Reset())


@fault("reset-mid-body", title="Reset in mid-body", main="after", examples=[None, 0.9, {"after": 40}])
@dataclass(frozen=True, slots=True)
class ResetMidBody(Fault):
    """The head and a part of the body come, then the connection breaks (RST)."""

    after: float = settings.amount("After", "How much of the body comes: a share, or bytes.", 0.5)

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Truncate the body, then reset."""
        whole = length(script, "body")
        return (*truncate_body(script, octets_of(whole, self.after)), Reset()) if whole else script


@fault("cut", main="bytes", share="share", examples=[None, 40, "50%", {"bytes": 40}, {"share": 0.9}])
@dataclass(frozen=True, slots=True)
class Cut(Fault):
    """The connection is closed (FIN) within the body, by default half-way; Content-Length is that of all."""

    size: int | None = settings.size(
        "Bytes", "So many bytes of the body come.", least=0, most=1 << 30, key="bytes"
    )
    share: float | None = settings.share("Share", "This share of the body comes.", 0.5, optional=True)

    def __post_init__(self) -> None:
        if self.size is not None and self.share is not None:
            raise FaultError((), "expected bytes or share, found both; remove one")

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Truncate the body, then close; a body of which nothing would be cut stays as it is."""
        whole = length(script, "body")
        share = value_or_default(self, "share")
        count = int(whole * share) if self.size is None else self.size
        return (*truncate_body(script, count), Close()) if count < whole else script


@fault("garbage", main="bytes", examples=[None, 500, {"bytes": "1KiB"}])
@dataclass(frozen=True, slots=True)
class Garbage(Fault):
    """Random bytes in place of the answer, then the connection is closed."""

    size: int = settings.size("Bytes", "How many.", 64, key="bytes")

    def rewrite(self, script: Script, context: FaultContext) -> Script:
        """Send random bytes and close; the first is zero, so that they never begin a status line."""
        drawn = shake_256(context.random.hex(16).encode()).digest(self.size - 1)
        return (*leading_waits(script), Send(b"\0" + drawn), Close())


@fault("close", examples=[None])
@dataclass(frozen=True, slots=True)
class CloseAfter(Fault):
    """The connection is closed after the answer in spite of keep-alive; no Connection: close says so."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Close after the answer."""
        return with_end(script)
