"""The head is wrong, too large, or not the first to come."""

from __future__ import annotations

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, FaultError, fault, settings
from oifde_simulator.model.http import reason
from oifde_simulator.wire.script import Script, Send, index_of, octets, with_header, with_octets


@fault(
    "content-type",
    title="Content-Type",
    main="value",
    examples=[None, "text/html", {"value": "application/json; charset=UTF-16"}],
)
@dataclass(frozen=True, slots=True)
class ContentType(Fault):
    """Another Content-Type, or a charset that is not the body's, over the same body."""

    value: str = settings.text(
        "Value",
        "What Content-Type says.",
        "text/html",
        pattern="^[\\x20-\\x7E]*$",
        longest=1000,
        examples=("text/html", "application/json; charset=UTF-16"),
        fix="write a type such as text/html, in ASCII and on one line",
    )

    def __post_init__(self) -> None:
        if not (self.value.isascii() and self.value.isprintable()):
            raise FaultError(("value",), "expected ASCII on one line; remove what cannot be seen")

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Replace the header."""
        return with_header(script, "Content-Type", self.value)


@fault("big-headers", main="bytes", examples=[None, "100KiB", {"bytes": "16KiB", "count": 200}])
@dataclass(frozen=True, slots=True)
class BigHeaders(Fault):
    """Further headers, X-Padding-1 and so on, so many bytes of them in all."""

    size: int = settings.size("Bytes", "How many in all.", "64KiB", key="bytes")
    count: int = settings.whole("Count", "Over so many headers.", 1, least=1, most=1000)

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Append the padding to the head."""
        head = octets(script, "head")
        names = [b"X-Padding-%d: " % (number + 1) for number in range(self.count)]
        room = max(0, self.size - sum(len(name) + 2 for name in names))
        ends = [room * number // self.count for number in range(self.count + 1)]
        lines = [
            name + b"x" * (ends[number + 1] - ends[number]) + b"\r\n" for number, name in enumerate(names)
        ]
        return with_octets(script, "head", head[:-2] + b"".join(lines) + b"\r\n")


@fault("informational", main="status", examples=[None, 102, {"status": 100}])
@dataclass(frozen=True, slots=True)
class Informational(Fault):
    """An interim answer before the answer: 100 Continue, 102 Processing or 103 Early Hints."""

    # RFC 9110, 15.2: a client must be able to read any number of them.

    status: int = settings.whole(
        "Status",
        "100, 102 or 103.",
        103,
        least=100,
        most=103,
        refused=(101,),
        examples=(103, 102, 100),
        fix="write 100, 102 or 103",
    )

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Insert a head of its own right before the head of the answer."""
        place = index_of(script, "head")
        if place is None:
            return script
        early = Send(f"HTTP/1.1 {self.status} {reason(self.status)}\r\n\r\n".encode(), "early")
        return (*script[:place], early, *script[place:])
