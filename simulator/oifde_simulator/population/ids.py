"""Encodes user number and time into callId, ctiCallId and recording name, and decodes them without an index.

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
# Guess: [recording-name] the example has 14 digits after the dash, for ours 26; more names would settle it.
RECORDING = re.compile(r"([0-9]{10})-([0-9]{26})", re.ASCII)

NUMBER_BYTES, CHECK_BYTES = 7, 5
DIGITS_BITS = 50
CODE_BITS = DIGITS_BITS + 4
"""Bits of a user number with its length."""
CTI_CHECK_BITS = 15
RECORDING_CHECK_BITS = 32


class DecodedId(NamedTuple):
    """User number and time that an ID carries."""

    user: str
    at: int
    """Time in the ID: epoch milliseconds of a callId, epoch seconds of the others."""


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
        return f"{at:010d}-{self._digits(user, at, b'cti ', CTI_CHECK_BITS):021d}"

    def decode_cti_call_id(self, text: str) -> DecodedId | None:
        """Decode a ctiCallId; None for an ID that this world did not write."""
        return self._decode(CTI_CALL_ID.fullmatch(text), b"cti ", CTI_CHECK_BITS)

    def recording_name(self, user: str, at: int) -> str:
        """Encode the name of the recording of a call that began at `at`, epoch seconds, without `.wav`."""
        return f"{at:010d}-{self._digits(user, at, b'recording ', RECORDING_CHECK_BITS):026d}"

    def decode_recording_name(self, text: str) -> DecodedId | None:
        """Decode the name of a recording; None for a name that this world did not write."""
        return self._decode(RECORDING.fullmatch(text), b"recording ", RECORDING_CHECK_BITS)

    def _digits(self, user: str, at: int, purpose: bytes, check_bits: int) -> int:
        """Encode a user as a number: code and check, masked by a hash of the time."""
        time, code = b"%010d" % at, _code(user)
        check = self._bits(time + code.to_bytes(NUMBER_BYTES), purpose + b"check", check_bits)
        return (code << check_bits | check) ^ self._bits(time, purpose + b"mask", CODE_BITS + check_bits)

    def _decode(self, found: re.Match[str] | None, purpose: bytes, check_bits: int) -> DecodedId | None:
        if found is None or int(found[2]) >> CODE_BITS + check_bits:
            return None
        mask = self._bits(found[1].encode(), purpose + b"mask", CODE_BITS + check_bits)
        user = _number((int(found[2]) ^ mask) >> check_bits)
        if user is None or self._digits(user, int(found[1]), purpose, check_bits) != int(found[2]):
            return None
        return DecodedId(user, int(found[1]))

    def _bits(self, content: bytes, purpose: bytes, count: int) -> int:
        """Hash to a number of `count` bits."""
        size = -(-count // 8)
        return int.from_bytes(self._hash(content, purpose, size)) >> 8 * size - count

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
