"""The head: wrong, too large, or not the first to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from oifde_simulator.faults import settings
from oifde_simulator.faults.fault import Fault, FaultError
from oifde_simulator.model.http import reason
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Script, Send, octets, place, with_header, with_octets


@dataclass(frozen=True, slots=True)
class ContentType(Fault):
    """Another Content-Type over the same body."""

    value: str = "text/html"

    settings: ClassVar = settings.fault(
        "Content-Type",
        "Another Content-Type, or a charset that is not the body's, over the same body.",
        None,
        "text/html",
        {"value": "application/json; charset=UTF-16"},
        main="value",
        properties={
            "value": {
                "title": "Value",
                "description": "What Content-Type says.",
                "type": ["string"],
                "minLength": 1,
                "maxLength": 1000,
                "pattern": "^[\\x20-\\x7E]*$",
                "default": "text/html",
                "examples": ["text/html", "application/json; charset=UTF-16"],
                "x-fix": "write a type such as text/html, in ASCII and on one line",
            }
        },
    )

    def __post_init__(self) -> None:
        if not (self.value.isascii() and self.value.isprintable()):
            raise FaultError(("value",), "expected ASCII on one line; remove what cannot be seen")

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """The head with that header."""
        return with_header(script, "Content-Type", self.value)


@dataclass(frozen=True, slots=True)
class BigHeaders(Fault):
    """A head larger than clients like."""

    size: int = 64 << 10
    count: int = 1

    settings: ClassVar = settings.fault(
        "Big headers",
        "Further headers, X-Padding-1 and so on, so many bytes of them in all.",
        None,
        "100KiB",
        {"bytes": "16KiB", "count": 200},
        main="bytes",
        properties={
            "bytes": settings.size("Bytes", "How many in all.", "64KiB"),
            "count": settings.whole("Count", "Over so many headers.", 1, least=1, most=1000),
        },
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """The head with the padding at its end."""
        head = octets(script, "head")
        names = [b"X-Padding-%d: " % (number + 1) for number in range(self.count)]
        room = max(0, self.size - sum(len(name) + 2 for name in names))
        ends = [room * number // self.count for number in range(self.count + 1)]
        lines = [
            name + b"x" * (ends[number + 1] - ends[number]) + b"\r\n" for number, name in enumerate(names)
        ]
        return with_octets(script, "head", head[:-2] + b"".join(lines) + b"\r\n")


@dataclass(frozen=True, slots=True)
class Informational(Fault):
    """An interim answer (1xx) before the answer (RFC 9110, 15.2)."""

    status: int = 103

    settings: ClassVar = settings.fault(
        "Informational",
        "An interim answer before the answer: 100 Continue, 102 Processing or 103 Early Hints.",
        None,
        102,
        {"status": 100},
        main="status",
        properties={
            "status": settings.whole("Status", "100, 102 or 103.", 103, least=100, most=103)
            | {"not": {"enum": [101]}, "x-fix": "write 100, 102 or 103", "examples": [103, 102, 100]}
        },
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """A head of its own, right before the answer's."""
        here = place(script, "head")
        if here is None:
            return script
        early = Send(f"HTTP/1.1 {self.status} {reason(self.status)}\r\n\r\n".encode(), "early")
        return (*script[:here], early, *script[here:])
