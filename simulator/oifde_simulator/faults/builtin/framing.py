"""Framing: the head says something else about the length of the body than the body does."""

from __future__ import annotations

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, FaultError, fault, settings
from oifde_simulator.wire.script import (
    Script,
    header,
    octets,
    octets_of,
    with_end,
    with_header,
    with_octets,
    without_header,
)

BROKEN_SIZE = b"zz\r\n"
"""Line that stands in place of a chunk's size."""


@fault("content-length", title="Content-Length", main="delta", examples=[10, -5, {"delta": -5}, {"value": 0}])
@dataclass(frozen=True, slots=True)
class ContentLength(Fault):
    """A Content-Length that lies. Too long: the connection is closed after the body. Too short: the rest
    of the body stands before the next answer.
    """

    delta: int | None = settings.whole(
        "Delta", "Added to the true length.", least=-(1 << 30), most=1 << 30, refused=(0,), examples=(10, -5)
    )
    value: int | None = settings.whole(
        "Value", "Said in place of the true length.", least=0, most=1 << 40, examples=(0, 1000000)
    )

    def __post_init__(self) -> None:
        if (self.delta is None) == (self.value is None):
            raise FaultError((), "expected delta or value, one of the two")

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Replace Content-Length; after one that is too long, close."""
        honest = header(script, "Content-Length")
        if honest is None or not honest.isdecimal():
            return script
        false = int(honest) + self.delta if self.delta is not None else self.value or 0
        lying = with_header(script, "Content-Length", str(max(0, false)))
        return with_end(lying) if false > int(honest) else lying


@fault("no-content-length", title="No Content-Length", examples=[None])
@dataclass(frozen=True, slots=True)
class NoContentLength(Fault):
    """No Content-Length; the connection is closed after the body."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Remove the header, then close after the body."""
        return with_end(without_header(script, "Content-Length")) if octets(script, "head") else script


@fault("malformed-chunk", main="after", examples=[None, 0.9, {"after": 40}])
@dataclass(frozen=True, slots=True)
class MalformedChunk(Fault):
    """Transfer-Encoding: chunked; after a good chunk comes one whose size is not a number, then the
    connection is closed.
    """

    after: float = settings.amount("After", "The good chunk: a share of the body, or bytes.", 0.5)

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Frame the body as a good chunk, a broken size and the rest."""
        body = octets(script, "body")
        if not body:
            return script
        count = octets_of(len(body), self.after)
        good, rest = body[:count], body[count:]
        chunk = b"%x\r\n%b\r\n" % (len(good), good) if good else b""
        framed = with_octets(script, "body", chunk + BROKEN_SIZE + rest)
        headed = with_header(without_header(framed, "Content-Length"), "Transfer-Encoding", "chunked")
        return with_end(headed)
