"""Decodes text files and bodies, which are UTF-8, and names the encoding of others. Standard library only."""

from __future__ import annotations

import codecs

MARKS = (
    # The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""Byte order marks, and what each stands for."""
LOOKED_AT = 4096
"""Bytes by which an encoding is guessed."""


class NotUtf8(ValueError):
    """Bytes that are not UTF-8; the text is `found UTF-16; save it as UTF-8`."""

    def __init__(self, encoding: str, start: int | None) -> None:
        """`encoding` is a guess, or empty; `start` is the first wrong byte, None for all of them."""
        self.encoding = encoding
        self.start = start
        found = f"found {encoding}" if start is None else f"not UTF-8 at byte {start}"
        super().__init__(f"{found}; save it as UTF-8{self.guess}")

    @property
    def guess(self) -> str:
        """The end of a message that names a guessed encoding; empty without a guess."""
        return f" (it is probably {self.encoding})" if self.encoding and self.start is not None else ""


def decoded(octets: bytes) -> str:
    """Decode UTF-8, also after the byte order mark that editors on Windows write. Raises NotUtf8."""
    if wide := wide_encoding(octets):
        raise NotUtf8(wide, None)
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start + (len(octets) - len(error.object))
        raise NotUtf8(_narrow_encoding(octets), start) from None


def wide_encoding(octets: bytes) -> str:
    """Name UTF-16 or UTF-32 by a byte order mark or by its zero bytes; empty for others."""
    for mark, name in MARKS:
        if octets.startswith(mark):
            return name
    head = octets[:LOOKED_AT]
    if not head.count(0):
        return ""
    if len(octets) % 4 == 0 and _has_zeros(head, 4, (2, 3)) | _has_zeros(head, 4, (0, 1)):
        return "UTF-32"
    return "UTF-16" if _is_utf_16(octets, head) else ""


def _has_zeros(head: bytes, width: int, places: tuple[int, ...]) -> bool:
    """Check that every character has zero bytes in these places: none is beyond U+FFFF."""
    return all(not any(head[place::width]) for place in places)


def _is_utf_16(octets: bytes, head: bytes) -> bool:
    """Check for zero bytes in every other place: many of them where UTF-8 could have them too."""
    fewer, more = sorted((head[::2].count(0), head[1::2].count(0)))
    if len(octets) % 2 or fewer * 4 > more:
        return False
    return more * 16 > len(head) or not _is_utf_8(octets)


def _is_utf_8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _narrow_encoding(octets: bytes) -> str:
    """Guess GBK by its pairs of high bytes: those of Western encodings mostly stand alone."""
    try:
        octets.decode("gbk")
    except UnicodeDecodeError:
        return ""
    runs = _high_runs(octets[:LOOKED_AT])
    pairs = sum(length % 2 == 0 for length in runs)
    return "GBK" if pairs * 2 > len(runs) else ""


def _high_runs(octets: bytes) -> list[int]:
    """List the lengths of the runs of bytes beyond ASCII."""
    runs = "".join("h" if octet >= 0x80 else " " for octet in octets).split()
    return [len(run) for run in runs]
