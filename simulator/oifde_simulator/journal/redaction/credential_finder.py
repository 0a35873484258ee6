"""A search for known credentials in texts and bytes.

Rule: every text of every exchange is searched and few contain a credential, so the search itself must be
fast. Searching `str` takes half the time of searching `bytes`; bytes are therefore read as Latin-1.

Rule: a client decides how many credentials it sends, and how long they are. So a finder has at most
`MOST_CREDENTIALS` of them (`many_credentials.py` finds more), and of a form it knows the first
`LONGEST_NEEDLE` bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge

from oifde_simulator.journal.redaction.credential_forms import forms

MOST_CREDENTIALS = 16
"""Credentials of one finder; a client sends one or two."""
LONGEST_NEEDLE = 1024
"""Bytes of a form that are searched for; where a longer form begins, the rest of the text is replaced."""
PREFIX_LENGTH = 8
"""Characters that identify a truncated credential in a message."""
LONGEST_CLEAN = 256
"""Characters of a message without a credential that a finder remembers."""
BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
NEEDLE, FINDER = 120, 256
"""Bytes of memory that a needle takes beside its text, and a finder with what it remembers."""


class CredentialFinder:
    """Replaces credentials in texts: plain, escaped or in base64."""

    def __init__(self, fingerprints: Mapping[str, str]) -> None:
        """`fingerprints` maps each credential to its replacement, `MOST_CREDENTIALS` at most."""
        self._needles: dict[bytes, bytes] = {}
        self._unfinished: set[bytes] = set()
        """Needles that are only the beginning of their form."""
        for credential, mark in fingerprints.items():
            self._add(credential, mark.encode())
        self.longest = max(map(len, self._needles), default=0)
        """Length of the longest needle in bytes."""
        self._prefixes = {
            each[:PREFIX_LENGTH].encode("utf-8", "surrogatepass")[:PREFIX_LENGTH]: mark.encode()
            for each, mark in fingerprints.items()
            if len(each) >= 2 * PREFIX_LENGTH
        }
        self.needles = tuple(needle.decode("latin-1") for needle in self._needles)
        """Texts that are searched for."""
        self._sought_in_messages = self._signs()
        self._clean = ""
        """Last message without a credential: an answer and its problem have the same."""
        self.weight = FINDER + sum(2 * (len(needle) + NEEDLE) for needle in self._needles)
        """Bytes of memory that the finder takes."""

    def _add(self, credential: str, mark: bytes) -> None:
        """Search for the forms of a credential, or for the beginnings of long ones."""
        beginning = credential[: LONGEST_NEEDLE + 1]
        for form in forms(beginning):
            needle = form[:LONGEST_NEEDLE]
            self._needles[needle] = mark
            if len(form) > len(needle) or len(credential) > len(beginning):
                self._unfinished.add(needle)

    def _signs(self) -> tuple[str, ...]:
        """List the texts one of which each message with a credential contains."""
        prefixes = tuple(each.decode("latin-1") for each in self._prefixes)
        return (*prefixes, *(each for each in self.needles if not _contains_any(each, prefixes)))

    def replace(self, text: str) -> str:
        """Replace the credentials in a text."""
        octets = text.encode("utf-8", "surrogateescape")
        replaced = self.replace_bytes(octets)
        return text if replaced is octets else replaced.decode("utf-8", "replace")

    def replace_bytes(self, octets: bytes) -> bytes:
        """Replace the credentials in bytes; returns the same object if there is none."""
        text = octets.decode("latin-1")
        for needle in self.needles:
            if needle in text:
                return self._replaced(octets)
        return octets

    def replace_in_message(self, text: str) -> str:
        """Replace the credentials in a message, and truncated ones: a message may quote part of a request."""
        if text == self._clean:
            return text
        if text.isascii() and not _contains_any(text, self._sought_in_messages):
            self._clean = text if len(text) <= LONGEST_CLEAN else ""
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
        """Replace all needles in one go: one that is replaced before may take a part of its neighbour."""
        pieces: list[bytes] = []
        rest = 0
        for found, length, needle in merge(*(_places(octets, needle) for needle in self._needles)):
            if found - length <= rest:  # is replaced already
                continue
            begin, end = _widened(octets, max(found, rest), found - length, rest)
            pieces += octets[rest:begin], self._needles[needle]
            rest = len(octets) if needle in self._unfinished else end
        return b"".join((*pieces, octets[rest:]))


def _places(octets: bytes, needle: bytes) -> Iterator[tuple[int, int, bytes]]:
    """List where a needle is, with its negative length: of two at one place, the longer comes first."""
    found = octets.find(needle)
    while found >= 0:
        yield found, -len(needle), needle
        found = octets.find(needle, found + len(needle))


def _widened(octets: bytes, begin: int, end: int, rest: int) -> tuple[int, int]:
    """Take the base64 characters at either end in, which hold bits of the credential too."""
    first, last = max(rest, begin - 2), min(len(octets), end + 2)
    while begin > first and octets[begin - 1] in BASE64:
        begin -= 1
    while end < last and octets[end] in BASE64:
        end += 1
    while octets.startswith(b"=", end):
        end += 1
    return begin, end


def _contains_any(text: str, needles: Sequence[str]) -> bool:
    for needle in needles:  # noqa: SIM110  a generator costs more than the search
        if needle in text:
            return True
    return False
