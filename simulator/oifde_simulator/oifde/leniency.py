"""What passes for the same path and for JSON. Rule: strict unless an option of `serve` says otherwise."""

from __future__ import annotations

import re

from oifde_simulator.config import Settings
from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.http import Request
from oifde_simulator.oifde.decoding import BYTE_ORDER_MARK, NotAnObject, shown

CHARSETS = ("utf-8", "utf8", "gbk", "gb2312", "gb18030", "big5", "utf-16", "iso-8859-1", "us-ascii")
"""Charsets that a Content-Type may declare."""
CHARSET = re.compile(r"(?i)charset\s*=\s*\"?([\w.:-]+)")


@dataclass(frozen=True, slots=True)
class Leniency:
    """Forms of a request that are taken beside the documented one."""

    repeated_slashes: bool = False
    """True where `//` in a path is read as `/`."""
    trailing_slash: bool = False
    """True where a slash at the end of a path is not there."""
    byte_order_mark: bool = False
    """True where a body may begin with a byte order mark."""
    declared_charset: bool = False
    """True where a body is read in the charset of its Content-Type; False where it is UTF-8 in any case."""

    @classmethod
    def of(cls, settings: Settings) -> Leniency:
        """Take what the settings say; STRICT itself where they accept nothing more."""
        lenient = cls(
            repeated_slashes=settings.repeated_slashes == "accept",
            trailing_slash=settings.trailing_slash == "accept",
            byte_order_mark=settings.byte_order_mark == "accept",
            declared_charset=settings.charset == "declared",
        )
        return STRICT if lenient == STRICT else lenient

    def path(self, path: str) -> str:
        """Turn a path into the form that is documented."""
        if self.repeated_slashes:
            path = re.sub("//+", "/", path)
        return path.removesuffix("/") if self.trailing_slash else path

    def body(self, request: Request) -> bytes:
        """Turn a body into UTF-8 without a mark. Raises NotAnObject where it is not in its charset."""
        octets = request.body
        if self.declared_charset:
            octets = _as_utf_8(octets, request.headers.get("Content-Type", ""))
        return octets.removeprefix(BYTE_ORDER_MARK) if self.byte_order_mark else octets


def declared_charset(content_type: str) -> str:
    """Find the charset that a Content-Type declares; UTF-8 where it declares none."""
    found = CHARSET.search(content_type)
    return found[1].lower() if found else "utf-8"


def _as_utf_8(octets: bytes, content_type: str) -> bytes:
    charset = declared_charset(content_type)
    if charset not in CHARSETS:
        raise NotAnObject(f"the charset {shown(charset)} is not known; expected one of {', '.join(CHARSETS)}")
    if charset in ("utf-8", "utf8"):
        return octets
    try:
        return octets.decode(charset).encode()
    except UnicodeError as mistake:
        start = getattr(mistake, "start", 0)
        raise NotAnObject(f"the body is not {charset} at byte {start}, as its Content-Type says") from None


STRICT = Leniency()
"""Nothing beside the documented form."""
