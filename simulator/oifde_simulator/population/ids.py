"""Encodes user number and time into callId, ctiCallId and recording name, and decodes them without an index.

A keyed hash of the second in which a session begins masks the number, and a check follows it: an ID that
was altered or made up does not decode. The check is the beginning of a hash of number and second, which
can be as long as wanted: the rest of it has the random numbers of the session.
"""

from __future__ import annotations

import re
from hashlib import blake2b, shake_128
from struct import Struct
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

NUMBER_BYTES = 7
DIGITS_BITS = 50
CODE_BITS = DIGITS_BITS + 4
"""Bits of a user number with its length."""
CTI_CHECK_BITS, RECORDING_CHECK_BITS = 15, 32
CTI_BITS, RECORDING_BITS = CODE_BITS + CTI_CHECK_BITS, CODE_BITS + RECORDING_CHECK_BITS
CTI_MASK, RECORDING_MASK = (1 << CTI_BITS) - 1, (1 << RECORDING_BITS) - 1
MASK_BYTES = 27
"""Bytes of the three masks, one behind the other: of a callId, a ctiCallId and a recording."""
CALL_SHIFT = 8 * (MASK_BYTES - NUMBER_BYTES)
"""Bits behind the mask of a callId."""
HASHED = 167
"""Bytes of the hash of a session: all but one of a block of SHAKE128."""
CHECKS = Struct(">5sHIH")
"""Checks of a callId, a ctiCallId and a recording, and the part of a second in a callId."""


class DecodedId(NamedTuple):
    """User number and first second of the session that an ID is of."""

    user: str
    begin: int
    """Start of the session, epoch seconds."""


def is_number(text: str) -> bool:
    """Check that a user number can have a generated history: 1 to 15 ASCII digits."""
    return 0 < len(text) <= LONGEST_NUMBER and text.isascii() and text.isdecimal()


class SessionIds(NamedTuple):
    """All that leads back to a session."""

    call_id: str
    cti_call_id: str
    """That of a voice call, epoch seconds of the second before `startTime` and digits."""
    recording: str
    """Name of the recording of a voice call, without `.wav`: epoch seconds and digits."""
    reached: int
    """Time in `call_id`: when the call reached the platform, epoch milliseconds."""


class IdCodec:
    """Encodes and decodes the IDs of one world."""

    def __init__(self, key: bytes) -> None:
        """Take the `key` of seed and world, at most 64 bytes."""
        self._key = key
        # A lookup by ID reads, checks and writes the IDs of one session. Each is replaced in one step, so
        # threads that interleave only lose what is remembered.
        self._last_hash = ("", 0, b"")
        self._last_masks = (-1, 0)
        self._last_ids = ("", 0, ("", "", "", 0))

    def hashed(self, user: str, begin: int) -> bytes:
        """Hash a session to `HASHED` bytes. The first ones are the checks of its IDs."""
        known_user, known_begin, known = self._last_hash
        if known_begin == begin and known_user == user:
            return known
        hashed = shake_128(self._key + _second(begin) + _code(user).to_bytes(NUMBER_BYTES)).digest(HASHED)
        self._last_hash = (user, begin, hashed)
        return hashed

    def ids(self, user: str, begin: int) -> SessionIds:
        """Encode the IDs of the session that begins at second `begin`."""
        return SessionIds._make(self.encode(user, begin))

    def encode(self, user: str, begin: int) -> tuple[str, str, str, int]:
        """Encode the fields of `SessionIds`."""
        known_user, known_begin, known = self._last_ids
        if known_begin == begin and known_user == user:
            return known
        ids = self._encode(user, begin)
        self._last_ids = (user, begin, ids)
        return ids

    def _encode(self, user: str, begin: int) -> tuple[str, str, str, int]:
        check, cti_check, check_of_recording, part = CHECKS.unpack_from(self.hashed(user, begin))
        code, masks = _code(user), self._masks(begin)
        # The example's call reached the platform half a second before its startTime, a whole second.
        reached = begin * 1000 - 1 - (part * 999 >> 16)
        cti = (code << CTI_CHECK_BITS | cti_check >> 1) ^ masks >> RECORDING_BITS & CTI_MASK
        name = (code << RECORDING_CHECK_BITS | check_of_recording) ^ masks & RECORDING_MASK
        # Widths in an f-string would take several times as long as all else here.
        return (
            str(reached).zfill(13) + (code ^ masks >> CALL_SHIFT).to_bytes(NUMBER_BYTES).hex() + check.hex(),
            f"{str(begin - 1).zfill(10)}-{str(cti).zfill(21)}",
            f"{str(begin).zfill(10)}-{str(name).zfill(26)}",
            reached,
        )

    def decode_call_id(self, text: str) -> DecodedId | None:
        """Decode a callId; None for an ID that this world did not write."""
        found = CALL_ID.fullmatch(text)
        if found is None:
            return None
        begin = int(found[1]) // 1000 + 1
        code = int(found[2][: 2 * NUMBER_BYTES], 16) ^ self._masks(begin) >> CALL_SHIFT
        return self._checked(code, begin, text, 0)

    def decode_cti_call_id(self, text: str) -> DecodedId | None:
        """Decode a ctiCallId; None for an ID that this world did not write."""
        found = CTI_CALL_ID.fullmatch(text)
        if found is None or int(found[2]) >> CTI_BITS:
            return None
        begin = int(found[1]) + 1
        code = (int(found[2]) ^ self._masks(begin) >> RECORDING_BITS & CTI_MASK) >> CTI_CHECK_BITS
        return self._checked(code, begin, text, 1)

    def decode_recording_name(self, text: str) -> DecodedId | None:
        """Decode the name of a recording; None for a name that this world did not write."""
        found = RECORDING.fullmatch(text)
        if found is None or int(found[2]) >> RECORDING_BITS:
            return None
        begin = int(found[1])
        code = (int(found[2]) ^ self._masks(begin) & RECORDING_MASK) >> RECORDING_CHECK_BITS
        return self._checked(code, begin, text, 2)

    def _checked(self, code: int, begin: int, text: str, place: int) -> DecodedId | None:
        """Find user and start, if `text` is the ID at `place` of that session's IDs."""
        user = _number(code)
        if user is None or self.ids(user, begin)[place] != text:
            return None
        return DecodedId(user, begin)

    def _masks(self, begin: int) -> int:
        """Hash a second to the masks of the IDs of sessions that begin in it, one behind the other."""
        known, masks = self._last_masks
        if known != begin:
            octets = blake2b(_second(begin), digest_size=MASK_BYTES, key=self._key).digest()
            masks = int.from_bytes(octets)
            self._last_masks = (begin, masks)
        return masks


def _second(begin: int) -> bytes:
    return str(begin).zfill(10).encode()


def _code(user: str) -> int:
    # The code includes the length, so that decoding restores leading zeros.
    return len(user) << DIGITS_BITS | int(user)


def _number(code: int) -> str | None:
    length, value = code >> DIGITS_BITS, code & (1 << DIGITS_BITS) - 1
    digits = f"{value:0{length}d}" if length else ""
    return digits if len(digits) == length and 0 < length <= LONGEST_NUMBER else None
