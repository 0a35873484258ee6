"""Decompression of request bodies. Rule: no more bytes are made than the limit and one."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from zlib import decompressobj

from oifde_simulator.text import shown

# RFC 9110, 8.4.1: the codings that need no library.
GZIP, DEFLATE = ("gzip", "x-gzip"), ("deflate",)
IDENTITY = ("", "identity", "utf-8", "utf8")
"""Names of no coding; some clients name a charset here and send plain bodies."""

GZIP_MAGIC = b"\x1f\x8b"
MAX_MEMBERS = 100
"""Members of a gzip body: each costs more than its 20 bytes, so that many would be a bomb of their own."""

GZIP_WINDOW, ZLIB_WINDOW, RAW_WINDOW = zlib.MAX_WBITS + 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
"""Window sizes by which zlib knows the wrapper of the compressed bytes."""


class BodyTooLarge(Exception):
    """The decompressed body is longer than the limit."""


def content_coding(headers: Iterable[str]) -> str:
    """Find the one coding that Content-Encoding headers name, `""` for none. Raises ValueError for others."""
    names = [name.strip().lower() for header in headers for name in header.split(",")]
    codings = [name for name in names if name not in IDENTITY]
    if not codings:
        return ""
    if len(codings) > 1 or codings[0] not in GZIP + DEFLATE:
        found = shown(", ".join(codings))
        raise ValueError(f"Content-Encoding is {found}; expected gzip or deflate, once, or none")
    return codings[0]


def decompress(octets: bytes, coding: str, limit: int) -> bytes:
    """Decompress `octets`; an empty `coding` leaves them as they are.

    Raises BodyTooLarge for more than `limit` bytes, ValueError for incomplete bytes or another coding.
    """
    if not coding:
        return octets
    plain, rest = _decompress_member(octets, coding, limit)
    members = 1
    while rest and coding in GZIP and members < MAX_MEMBERS and rest.startswith(GZIP_MAGIC):
        more, rest = _decompress_member(rest, coding, limit - len(plain))
        plain += more
        members += 1
    if rest:
        many = f"; it has {members} members, the most that are read" if members == MAX_MEMBERS else ""
        raise ValueError(f"its {coding} goes on after its end{many}")
    return plain


def _decompress_member(octets: bytes, coding: str, limit: int) -> tuple[bytes, bytes]:
    """Decompress the first member (RFC 1952, 2.2); returns the bytes behind it too."""
    decompressor = decompressobj(_window(octets, coding))
    try:
        plain = decompressor.decompress(octets, limit + 1)
    except zlib.error as error:
        raise ValueError(f"it is no {coding}: {error}") from None
    if len(plain) > limit:
        raise BodyTooLarge
    if not decompressor.eof:
        raise ValueError(f"its {coding} ends too early")
    return plain, decompressor.unused_data


def _window(octets: bytes, coding: str) -> int:
    if coding in GZIP:
        return GZIP_WINDOW
    # RFC 1950, 2.2. Clients send bare deflate (RFC 1951) under this name as well (RFC 9110, 8.4.1.2).
    has_header = octets[:1] and octets[0] & 15 == 8 and int.from_bytes(octets[:2]) % 31 == 0
    return ZLIB_WINDOW if has_header else RAW_WINDOW
