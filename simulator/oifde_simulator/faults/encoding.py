"""The body: framed well, but it cannot be decoded. Content-Length goes with it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import shake_256
from typing import ClassVar

from oifde_simulator.faults import settings
from oifde_simulator.faults.fault import Fault
from oifde_simulator.randomness import KeyedRandom
from oifde_simulator.wire.script import Script, octets, with_body, with_header

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NEVER_IN_UTF8 = b"\xff"
GZIP = 16 + zlib.MAX_WBITS
"""How zlib is told to write a gzip header and trailer (RFC 1952)."""
NO_BLOCK = b"\x07"
"""Where a block of deflate should begin: the last one, of the type that is an error (RFC 1951, 3.2.3)."""
TEXT_BEGINS = b':"'
"""Where the text value of a JSON member begins."""


@dataclass(frozen=True, slots=True)
class Bom(Fault):
    """A byte order mark before the JSON text (RFC 8259, 8.1 forbids it)."""

    settings: ClassVar = settings.fault("BOM", "A UTF-8 byte order mark (EF BB BF) before the JSON.", None)

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """Three bytes before the body."""
        return with_body(script, BYTE_ORDER_MARK + octets(script, "body"))


@dataclass(frozen=True, slots=True)
class InvalidUtf8(Fault):
    """A byte that no UTF-8 text has, at the beginning of some text value."""

    settings: ClassVar = settings.fault(
        "Invalid UTF-8", "A byte (FF) that no UTF-8 text has, at the beginning of a drawn text value.", None
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """One byte more, at a drawn place."""
        body = octets(script, "body")
        texts = body.count(TEXT_BEGINS)
        before = body.split(TEXT_BEGINS)[: draw.below(texts) + 1] if texts else []
        here = len(TEXT_BEGINS.join((*before, b""))) if texts else draw.below(len(body) + 1)
        return with_body(script, body[:here] + NEVER_IN_UTF8 + body[here:])


@dataclass(frozen=True, slots=True)
class TruncatedJson(Fault):
    """Only the beginning of the body, under its own, true Content-Length."""

    share: float = 0.5

    settings: ClassVar = settings.fault(
        "Truncated JSON",
        "The body ends too early under a Content-Length that fits: good HTTP, half a JSON text.",
        None,
        0.9,
        {"share": 0.1},
        main="share",
        properties={"share": settings.share("Share", "How much of the body is left; never all of it.", 0.5)},
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """The body up to there, a byte less than all at most."""
        body = octets(script, "body")
        return with_body(script, body[: min(int(len(body) * self.share), len(body) - 1)]) if body else script


@dataclass(frozen=True, slots=True)
class TrailingGarbage(Fault):
    """Rubbish after the JSON text, within the Content-Length."""

    size: int = 16

    settings: ClassVar = settings.fault(
        "Trailing garbage",
        "Letters and digits after the JSON text, counted by Content-Length.",
        None,
        100,
        {"bytes": 100},
        main="bytes",
        properties={"bytes": settings.size("Bytes", "How many.", 16)},
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """Drawn hex digits after the body."""
        drawn = shake_256(draw.hex(16).encode()).hexdigest(self.size)[: self.size]
        return with_body(script, octets(script, "body") + drawn.encode())


@dataclass(frozen=True, slots=True)
class BrokenGzip(Fault):
    """A compressed body whose second half is spoiled."""

    settings: ClassVar = settings.fault(
        "Broken gzip", "Content-Encoding: gzip, and the second half of the compressed body is spoiled.", None
    )

    def rewrite(self, script: Script, draw: KeyedRandom, elapsed: float) -> Script:  # noqa: ARG002
        """The body compressed; between its halves stands what no client can unpack."""
        body = octets(script, "body")
        if not body:
            return script
        half, packer = len(body) // 2, zlib.compressobj(wbits=GZIP)
        good = packer.compress(body[:half]) + packer.flush(zlib.Z_FULL_FLUSH)
        rest = packer.compress(body[half:]) + packer.flush()
        return with_header(with_body(script, good + NO_BLOCK + rest), "Content-Encoding", "gzip")
