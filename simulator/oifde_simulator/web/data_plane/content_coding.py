"""A compressed body unpacked, within a bound: what it would swell to beyond that is never made."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from zlib import decompressobj

from oifde_simulator.text import shown

# RFC 9110, 8.4.1: the codings that need no library, and what names none.
GZIP, DEFLATE = ("gzip", "x-gzip"), ("deflate",)
PLAIN = ("", "identity", "utf-8", "utf8")
"""A charset is no coding, but clients that mean one name it here; their bodies are what they seem."""

WINDOW = zlib.MAX_WBITS
AS_GZIP, AS_ZLIB, AS_RAW = WINDOW + 16, WINDOW, -WINDOW
"""What zlib is told to expect around the compressed bytes."""


class TooLarge(Exception):
    """A body that is longer than its bound when unpacked."""


def coding(headers: Iterable[str]) -> str:
    """The one coding that Content-Encoding headers name, `""` for none. Raises ValueError for any other."""
    codings = [each.strip().lower() for header in headers for each in header.split(",")]
    found = [each for each in codings if each not in PLAIN]
    if not found:
        return ""
    if len(found) > 1 or found[0] not in GZIP + DEFLATE:
        said = shown(", ".join(found))
        raise ValueError(f"Content-Encoding is {said}; expected gzip or deflate, once, or none")
    return found[0]


def unpacked(octets: bytes, coding: str, limit: int) -> bytes:
    """What `octets` are without their coding; at most `limit` bytes and one more are made.

    Raises TooLarge where there are more, ValueError for what is not whole or not of this coding.
    """
    if not coding:
        return octets
    unpacking = decompressobj(_window(octets, coding))
    try:
        plain = unpacking.decompress(octets, limit + 1)
    except zlib.error as error:
        raise ValueError(f"it is no {coding}: {error}") from None
    if len(plain) > limit:
        raise TooLarge
    # One member only: each costs more than its 20 bytes, so that many of them would be a bomb of their own.
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError(f"its {coding} {'goes on after its end' if unpacking.eof else 'ends too early'}")
    return plain


def _window(octets: bytes, coding: str) -> int:
    if coding in GZIP:
        return AS_GZIP
    # RFC 1950, 2.2. Clients send bare deflate (RFC 1951) under this name as well (RFC 9110, 8.4.1.2).
    wrapped = octets[:1] and octets[0] & 15 == 8 and int.from_bytes(octets[:2]) % 31 == 0
    return AS_ZLIB if wrapped else AS_RAW
