"""The body is good, and coded otherwise than clients are used to; Content-Length follows."""

from __future__ import annotations

import re
import zlib

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, FaultError, fault, settings
from oifde_simulator.faults.charsets import CODECS, charset_error, encoded, find_charset
from oifde_simulator.wire.octets import LazyOctets
from oifde_simulator.wire.script import Script, Send, header, octets, with_body, with_header

GZIP = 16 + zlib.MAX_WBITS
"""Window size that makes zlib write a gzip header, without a time, and a trailer (RFC 1952)."""
FAST = 1
"""Level of compression that servers use on the fly, nginx for one."""
PARAMETER = re.compile(r"""\s*;\s*charset\s*=\s*("[^"]*"|[^;]*)""", re.IGNORECASE)
NO_TEXT = ("application/octet-stream", "audio/", "image/", "video/")
"""Beginnings of the Content-Types of what is no text, though its bytes may look like one."""


@fault("gzip", title="Gzip", examples=[None])
@dataclass(frozen=True, slots=True)
class Gzip(Fault):
    """Content-Encoding: gzip, whatever the client accepts; the compressed body is good."""

    # RFC 9110, 12.5.3: without Accept-Encoding, any content coding is acceptable.

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Compress the body; one that has a coding gets a second one."""
        body = octets(script, "body")
        if not body:
            return script
        packer = zlib.compressobj(FAST, wbits=GZIP)
        packed = with_body(script, packer.compress(body) + packer.flush())
        before = header(script, "Content-Encoding")
        return with_header(packed, "Content-Encoding", f"{before}, gzip" if before else "gzip")


@fault("charset", main="name", examples=["GBK", {"name": "UTF-16", "say": False}])
@dataclass(frozen=True, slots=True)
class Charset(Fault):
    """The text of the body in another charset. What that lacks is escaped in JSON, and `?` in other texts; a
    body that is no UTF-8 text stays.
    """

    name: str = settings.text(
        "Charset",
        "Charset by its IANA name, in any case.",
        pattern="^[A-Za-z0-9][A-Za-z0-9._:-]*$",
        longest=40,
        examples=tuple(CODECS),
        fix=f"write one of {', '.join(CODECS)}",
        required=True,
    )
    say: bool = settings.flag("Say so", "Whether Content-Type names that charset, or stays as it is.", True)

    def __post_init__(self) -> None:
        charset = find_charset(self.name)
        if charset is None:
            raise FaultError(("name",), charset_error(self.name))
        encoded("", charset)  # loads the codec now, so that no request waits for it

    @property
    def reads_body(self) -> bool:
        """True: a text of ASCII is the same in many charsets."""
        return True

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        """Decode the body as UTF-8, and encode it."""
        charset, kind = find_charset(self.name), header(script, "Content-Type") or ""
        if charset is None or _is_lazy(script) or kind.lower().startswith(NO_TEXT):
            return script
        try:
            text = octets(script, "body").decode()
        except UnicodeDecodeError:
            return script
        if not text:
            return script
        recoded = with_body(script, encoded(text, charset))
        return with_header(recoded, "Content-Type", _saying(kind, charset)) if self.say and kind else recoded


def _is_lazy(script: Script) -> bool:
    """Check that the body is a recording, which is no text."""
    return any(isinstance(action, Send) and isinstance(action.octets, LazyOctets) for action in script)


def _saying(kind: str, charset: str) -> str:
    """Write a Content-Type with another charset."""
    return f"{PARAMETER.sub('', kind)}; charset={charset}"
