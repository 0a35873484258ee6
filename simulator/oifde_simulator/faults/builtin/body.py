"""The body cannot be decoded, although its length is true: Content-Length follows every change."""

from __future__ import annotations

import zlib
from hashlib import shake_256

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, fault, settings
from oifde_simulator.wire.script import Script, octets, with_body, with_header

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NEVER_IN_UTF8 = b"\xff"
GZIP = 16 + zlib.MAX_WBITS
"""Window size that makes zlib write a gzip header and trailer (RFC 1952)."""
INVALID_BLOCK = b"\x07"
"""Header of a last deflate block of the reserved type, an error (RFC 1951, 3.2.3)."""
TEXT_VALUE = b':"'
"""Beginning of a text value of a JSON member."""


@fault("bom", title="BOM", examples=[None])
@dataclass(frozen=True, slots=True)
class Bom(Fault):
    """A UTF-8 byte order mark (EF BB BF) before the JSON."""

    # RFC 8259, 8.1 forbids to send one, and allows to skip one.

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Prepend the mark to the body."""
        return with_body(script, BYTE_ORDER_MARK + octets(script, "body"))


@fault("invalid-utf8", title="Invalid UTF-8", examples=[None])
@dataclass(frozen=True, slots=True)
class InvalidUtf8(Fault):
    """A byte (FF) that no UTF-8 text has, at the beginning of a drawn text value."""

    def rewrite(self, script: Script, context: FaultContext) -> Script:
        """Insert the byte into a drawn text value, or anywhere in a body without text values."""
        body = octets(script, "body")
        texts = body.count(TEXT_VALUE)
        if texts:
            before = body.split(TEXT_VALUE)[: context.random.below(texts) + 1]
            place = len(TEXT_VALUE.join((*before, b"")))
        else:
            place = context.random.below(len(body) + 1)
        return with_body(script, body[:place] + NEVER_IN_UTF8 + body[place:])


@fault("truncated-json", title="Truncated JSON", main="share", examples=[None, 0.9, {"share": 0.1}])
@dataclass(frozen=True, slots=True)
class TruncatedJson(Fault):
    """The body ends too early under a Content-Length that fits: good HTTP, half a JSON text."""

    share: float = settings.share("Share", "How much of the body is left; never all of it.", 0.5)

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Keep a share of the body, at most all but one byte."""
        body = octets(script, "body")
        return with_body(script, body[: min(int(len(body) * self.share), len(body) - 1)]) if body else script


@fault("trailing-garbage", main="bytes", examples=[None, 100, {"bytes": 100}])
@dataclass(frozen=True, slots=True)
class TrailingGarbage(Fault):
    """Letters and digits after the JSON text, counted by Content-Length."""

    size: int = settings.size("Bytes", "How many.", 16, key="bytes")

    def rewrite(self, script: Script, context: FaultContext) -> Script:
        """Append random hex digits to the body."""
        drawn = shake_256(context.random.hex(16).encode()).hexdigest(self.size)[: self.size]
        return with_body(script, octets(script, "body") + drawn.encode())


@fault("broken-gzip", examples=[None])
@dataclass(frozen=True, slots=True)
class BrokenGzip(Fault):
    """Content-Encoding: gzip, and the second half of the compressed body is spoiled."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Compress the body, with an invalid block between its halves."""
        body = octets(script, "body")
        if not body:
            return script
        half, packer = len(body) // 2, zlib.compressobj(wbits=GZIP)
        good = packer.compress(body[:half]) + packer.flush(zlib.Z_FULL_FLUSH)
        rest = packer.compress(body[half:]) + packer.flush()
        return with_header(with_body(script, good + INVALID_BLOCK + rest), "Content-Encoding", "gzip")
