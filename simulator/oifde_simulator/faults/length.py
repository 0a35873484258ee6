"""Framing: the head says something else about the length of the body than the body does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oifde_simulator.faults import settings
from oifde_simulator.faults.connection import share_of
from oifde_simulator.faults.fault import Fault, FaultError
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import (
    Script,
    ended,
    header,
    octets,
    with_header,
    with_octets,
    without_header,
)

BROKEN_SIZE = b"zz\r\n"
"""A line where the size of a chunk should be."""


@dataclass(frozen=True, slots=True)
class ContentLength(Fault):
    """A Content-Length that is not the length."""

    delta: int | None = None
    value: int | None = None

    settings: ClassVar = settings.fault(
        "Content-Length",
        "A Content-Length that lies. Too long: the connection is closed after the body. Too short: the rest "
        "of the body stands before the next answer.",
        10,
        -5,
        {"delta": -5},
        {"value": 0},
        main="delta",
        bare=False,
        properties={
            "delta": settings.whole(
                "Delta", "Added to the true length.", None, least=-(1 << 30), most=1 << 30
            )
            | {"not": {"enum": [0]}, "examples": [10, -5]},
            "value": settings.whole("Value", "Said in place of the true length.", None, least=0, most=1 << 40)
            | {"examples": [0, 1000000]},
        },
    )

    def __post_init__(self) -> None:
        if (self.delta is None) == (self.value is None):
            raise FaultError((), "expected delta or value, one of the two")

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """Another Content-Length; too long a one is followed by the end."""
        told = header(script, "Content-Length")
        if told is None or not told.isdecimal():
            return script
        said = int(told) + self.delta if self.delta is not None else self.value or 0
        lying = with_header(script, "Content-Length", str(max(0, said)))
        return ended(lying) if said > int(told) else lying


@dataclass(frozen=True, slots=True)
class NoContentLength(Fault):
    """No Content-Length: only the end of the connection tells the end of the body."""

    settings: ClassVar = settings.fault(
        "No Content-Length", "No Content-Length; the connection is closed after the body.", None
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A head without it, and the end."""
        return ended(without_header(script, "Content-Length")) if octets(script, "head") else script


@dataclass(frozen=True, slots=True)
class MalformedChunk(Fault):
    """A chunked body whose second chunk has no size."""

    after: float = 0.5

    settings: ClassVar = settings.fault(
        "Malformed chunk",
        "Transfer-Encoding: chunked; after a good chunk comes one whose size is not a number, then the "
        "connection is closed.",
        None,
        0.9,
        {"after": 40},
        main="after",
        properties={"after": settings.amount("After", "The good chunk: a share of the body, or bytes.", 0.5)},
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A chunk, rubbish and the rest of the body."""
        body = octets(script, "body")
        if not body:
            return script
        count = share_of(len(body), self.after)
        good, rest = body[:count], body[count:]
        chunk = b"%x\r\n%b\r\n" % (len(good), good) if good else b""
        framed = with_octets(script, "body", chunk + BROKEN_SIZE + rest)
        headed = with_header(without_header(framed, "Content-Length"), "Transfer-Encoding", "chunked")
        return ended(headed)
