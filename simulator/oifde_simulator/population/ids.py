"""Encodes user number and time into callId and ctiCallId, and decodes them: sessions need no index.

A keyed hash of the ID's own time masks the number, and a check follows it: an ID that was altered or made up
does not decode.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

LONGEST_NUMBER = 15
"""Most digits of a user number in an ID (ITU-T E.164)."""

LAST_SECOND = 10**10 - 1
"""Last epoch second in an ID: 2286-11-20T17:46:39Z."""

# vendor facts, "What the example shows": 13-digit epoch milliseconds and 24 lowercase hex digits.
CALL_ID = re.compile(r"([0-9]{13})([0-9a-f]{24})", re.ASCII)
# vendor facts, "Meaning of fields": epoch seconds, dash, number; at most 32 characters.
CTI_CALL_ID = re.compile(r"([0-9]{10})-([0-9]{21})", re.ASCII)

NUMBER_BYTES, CHECK_BYTES = 7, 5
DIGITS_BITS = 50
CTI_CHECK_BITS = 15
CTI_BITS = 8 * NUMBER_BYTES - 2 + CTI_CHECK_BITS


class DecodedId(NamedTuple):
    """User number and time that an ID carries."""

    user: str
    at: int
    """Time in the ID: epoch milliseconds of a callId, epoch seconds of a ctiCallId."""


def is_number(text: str) -> bool:
    """Check that a user number can have a generated history: 1 to 15 ASCII digits."""
    return 0 < len(text) <= LONGEST_NUMBER and text.isascii() and text.isdecimal()


class IdCodec:
    """Encodes and decodes the IDs of one world."""

    def __init__(self, key: bytes) -> None:
        """Take the `key` of seed and world, at most 64 bytes."""
        self._key = key

    def call_id(self, user: str, at: int) -> str:
        """Encode the callId of a call that reached the platform at `at`, epoch milliseconds."""
        code = _code(user).to_bytes(NUMBER_BYTES)
        time = b"%013d" % at
        masked = _xor(code, self._hash(time, b"mask", NUMBER_BYTES))
        return f"{at:013d}{(masked + self._hash(time + code, b'check', CHECK_BYTES)).hex()}"

    def decode_call_id(self, text: str) -> DecodedId | None:
        """Decode a callId; None for an ID that this world did not write."""
        found = CALL_ID.fullmatch(text)
        if found is None:
            return None
        time, octets = found[1].encode(), bytes.fromhex(found[2])
        code = _xor(octets[:NUMBER_BYTES], self._hash(time, b"mask", NUMBER_BYTES))
        user = _number(int.from_bytes(code))
        if user is None or self._hash(time + code, b"check", CHECK_BYTES) != octets[NUMBER_BYTES:]:
            return None
        return DecodedId(user, int(found[1]))

    def cti_call_id(self, user: str, at: int) -> str:
        """Encode the ctiCallId of a voice call that began at `at`, epoch seconds."""
        time = b"%010d" % at
        code = _code(user)
        value = (code << CTI_CHECK_BITS | self._cti_check(time, code)) ^ self._cti_mask(time)
        return f"{at:010d}-{value:021d}"

    def decode_cti_call_id(self, text: str) -> DecodedId | None:
        """Decode a ctiCallId; None for an ID that this world did not write."""
        found = CTI_CALL_ID.fullmatch(text)
        if found is None or int(found[2]) >> CTI_BITS:
            return None
        time = found[1].encode()
        value = int(found[2]) ^ self._cti_mask(time)
        code = value >> CTI_CHECK_BITS
        user = _number(code)
        if user is None or value & (1 << CTI_CHECK_BITS) - 1 != self._cti_check(time, code):
            return None
        return DecodedId(user, int(found[1]))

    def _cti_mask(self, time: bytes) -> int:
        return int.from_bytes(self._hash(time, b"cti mask", 9)) >> 72 - CTI_BITS

    def _cti_check(self, time: bytes, code: int) -> int:
        octets = self._hash(time + code.to_bytes(NUMBER_BYTES), b"cti check", 2)
        return int.from_bytes(octets) >> 16 - CTI_CHECK_BITS

    def _hash(self, content: bytes, purpose: bytes, size: int) -> bytes:
        return blake2b(content, digest_size=size, key=self._key, person=purpose).digest()


def _code(user: str) -> int:
    # The code includes the length, so that decoding restores leading zeros.
    return len(user) << DIGITS_BITS | int(user)


def _number(code: int) -> str | None:
    length, value = code >> DIGITS_BITS, code & (1 << DIGITS_BITS) - 1
    digits = f"{value:0{length}d}" if length else ""
    return digits if len(digits) == length and 0 < length <= LONGEST_NUMBER else None


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
