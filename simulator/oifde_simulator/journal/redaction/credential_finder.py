"""A search for known credentials in texts and bytes.

Rule: every text of every exchange is searched and few contain a credential, so the search itself must be
fast. Searching `str` takes half the time of searching `bytes`; bytes are therefore read as Latin-1.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

PREFIX_LENGTH = 8
"""Characters that identify a truncated credential in a message."""


class CredentialFinder:
    """Replaces credentials in texts: plain, escaped or in base64."""

    def __init__(self, fingerprints: Mapping[str, str]) -> None:
        """`fingerprints` maps each credential to its replacement."""
        self._needles = {form: mark for each, mark in fingerprints.items() for form in _forms(each)}
        self.longest = max(map(len, self._needles), default=0)
        """Length of the longest form in bytes."""
        self._prefixes = {
            each.encode("utf-8", "surrogatepass")[:PREFIX_LENGTH]: mark.encode()
            for each, mark in fingerprints.items()
            if len(each) >= 2 * PREFIX_LENGTH
        }
        self._sought = tuple(needle.decode("latin-1") for needle in self._needles)
        self._sought_in_messages = (*(each.decode("latin-1") for each in self._prefixes), *self._sought)

    def replace(self, text: str) -> str:
        """Replace the credentials in a text."""
        octets = text.encode("utf-8", "surrogateescape")
        replaced = self.replace_bytes(octets)
        return text if replaced is octets else replaced.decode("utf-8", "replace")

    def replace_bytes(self, octets: bytes) -> bytes:
        """Replace the credentials in bytes; returns the same object if there is none."""
        text = octets.decode("latin-1")
        for needle in self._sought:
            if needle in text:
                return self._replaced(octets)
        return octets

    def replace_in_message(self, text: str) -> str:
        """Replace the credentials in a message, and truncated ones: a message may quote part of a request."""
        if text.isascii() and not _contains_any(text, self._sought_in_messages):
            return text
        octets = text.encode("utf-8", "surrogateescape")
        replaced = self.replace_truncated(octets)
        return text if replaced is octets else replaced.decode("utf-8", "replace")

    def replace_truncated(self, octets: bytes) -> bytes:
        """Replace whole and truncated credentials in bytes; returns the same object if there is none."""
        octets = self.replace_bytes(octets)
        for prefix, mark in self._prefixes.items():
            if prefix in octets:
                octets = re.sub(re.escape(prefix) + rb"[\w+/=-]*", mark, octets)
        return octets

    def _replaced(self, octets: bytes) -> bytes:
        for needle, mark in self._needles.items():
            # The base64 characters at either end hold bits of the credential too.
            around = re.compile(rb"[A-Za-z0-9+/_-]{0,2}" + re.escape(needle) + rb"[A-Za-z0-9+/_-]{0,2}=*")
            octets = around.sub(mark.encode(), octets)
        return octets


def _contains_any(text: str, needles: Sequence[str]) -> bool:
    for needle in needles:  # noqa: SIM110  a generator costs more than the search
        if needle in text:
            return True
    return False


def _forms(credential: str) -> Iterator[bytes]:
    octets = credential.encode("utf-8", "surrogatepass")
    yield octets
    yield quote(octets, safe="").encode()
    yield quote(octets).encode()
    yield json.dumps(credential)[1:-1].encode()
    yield json.dumps(credential, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + octets)
        core = text[(8 * offset + 5) // 6 : 8 * (offset + len(octets)) // 6]
        yield core
        yield core.replace(b"+", b"-").replace(b"/", b"_")
        yield core.replace(b"/", rb"\/")
