"""A search for more credentials than any client has: for the beginnings of all of them at once.

Rule: the work is in proportion to the credentials and to the text, not to both multiplied. So one look-up
is made for each byte of a text, and from the first beginning on the rest of the text is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable

from oifde_simulator.journal.redaction.credential_finder import CredentialFinder
from oifde_simulator.journal.redaction.credential_forms import forms

PREFIX_LENGTH = 8
"""Bytes by which a credential is found; no shorter one is searched for."""
READ = 12
"""Characters of a credential that decide the first `PREFIX_LENGTH` bytes of all its forms."""


class ManyCredentialsFinder(CredentialFinder):
    """Replaces whatever follows the beginning of a credential."""

    def __init__(self, credentials: Iterable[str], mark: str) -> None:
        """`mark` takes the place of the rest of a text."""
        super().__init__({})
        self._mark = mark.encode()
        self._beginnings = frozenset(
            form[:PREFIX_LENGTH] for each in credentials for form in forms(each[:READ])
        )
        self.longest = PREFIX_LENGTH
        self.weight = 1 << 30  # never cached

    def replace_bytes(self, octets: bytes) -> bytes:
        """Replace the text from the first credential on; returns the same object if there is none."""
        beginnings = self._beginnings
        for place in range(len(octets) - PREFIX_LENGTH + 1):
            if octets[place : place + PREFIX_LENGTH] in beginnings:
                # The two base64 characters before it may hold bits of the credential too.
                return octets[: max(0, place - 2)] + self._mark
        return octets

    def replace_in_message(self, text: str) -> str:
        """Replace the rest of a message from the first credential on."""
        return self.replace(text)

    def replace_truncated(self, octets: bytes) -> bytes:
        """Replace the rest from the first credential on; a truncated one has the same beginning."""
        return self.replace_bytes(octets)
