"""Fingerprints in place of credentials: `redacted:` and a keyed hash.

Rule: a name identifies a credential. From then on it is replaced wherever the same exchange shows it, in
base64 too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from oifde_simulator.journal.redaction.credential_finder import CredentialFinder
from oifde_simulator.journal.redaction.credential_names import (
    HEADER,
    credential_fields,
    is_credential,
    replace_named,
    replace_userinfo,
)

PREFIX = "redacted:"
SHORTEST = 8
"""Length from which a credential is searched for in other places; a shorter one may be an ordinary word."""
DEEPEST = 16
"""Levels of a body that are kept."""
NESTING = frozenset((dict, list))
TOO_DEEP = "(nested deeper than is kept)"

TOKEN_LIKE = re.compile(r"[A-Za-z0-9+_-]{24,}={0,2}")
"""Possible token, or its base64 form, in text that cannot be parsed."""


class Redactor:
    """Replaces credentials in JSON values, headers and texts."""

    def __init__(self, seed: str) -> None:
        """Fingerprints depend on `seed`, so that replicas agree on them."""
        self._key = blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=32, person=b"journal").digest()
        self.fingerprint = lru_cache(maxsize=1024)(self._fingerprint)
        """Gives the replacement of a credential, such as `redacted:0123456789abcdef`."""
        self.finder = lru_cache(maxsize=1024)(self._finder)
        """Gives a finder of these credentials; too short ones are left out."""

    def _fingerprint(self, credential: str) -> str:
        octets = credential.encode("utf-8", "surrogatepass")
        return PREFIX + blake2b(octets, digest_size=8, key=self._key).hexdigest()

    def _finder(self, *credentials: str) -> CredentialFinder:
        return CredentialFinder(
            {each: self.fingerprint(each) for each in credentials if len(each) >= SHORTEST}
        )

    def fields(self, fields: Mapping[str, Any], found: list[str], *, flat: bool = False) -> dict[str, Any]:
        """Redact the fields of a body and append the credentials to `found`; `flat` fields hold no others."""
        redacted = dict(fields)
        for name in credential_fields(tuple(redacted)):
            value = redacted[name]
            if type(value) is str and value:
                found.append(value)
                redacted[name] = self.fingerprint(value)
            else:
                redacted[name] = self._member(name, value, found, 0)
        return redacted if flat else self._nested(redacted, found)

    def _nested(self, fields: Mapping[str, Any], found: list[str]) -> dict[str, Any]:
        return {
            name: value if is_credential(name) else self.value(value, found, 1)
            for name, value in fields.items()
        }

    def value(self, value: Any, found: list[str], depth: int = 0) -> Any:
        """Redact a JSON value and append the credentials to `found`."""
        if type(value) is dict:
            if depth > DEEPEST:
                return TOO_DEEP
            return {name: self._member(name, inner, found, depth) for name, inner in value.items()}
        if type(value) is list:
            return TOO_DEEP if depth > DEEPEST else [self.value(inner, found, depth + 1) for inner in value]
        return value

    def _member(self, name: str, value: Any, found: list[str], depth: int) -> Any:
        if not is_credential(name) or value is None or value == "":
            return value if type(value) is str else self.value(value, found, depth + 1)
        if type(value) is str:
            found.append(value)
            return self.fingerprint(value)
        return self.fingerprint(str(self.value(value, [], depth + 1)))

    def header(self, name: str, value: str, longest: int) -> str:
        """Redact the value of a header and cut it to `longest` characters."""
        if HEADER.search(name) and value:
            return self.fingerprint(value)
        text = replace_userinfo(value, self._once) if name.lower() == "host" else self.text(value)
        return text if len(text) <= longest else self.token_like(text)[:longest]

    def text(self, text: str) -> str:
        """Redact the credentials beside their names in a text."""
        return replace_named(text, self._once)

    def unparsed_bytes(self, octets: bytes) -> str:
        """Decode bytes that could not be parsed and redact possible tokens; empty if they are not text."""
        try:
            text = octets.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.end < len(octets):  # at the end, a cut may have split a character
                return ""
            text = octets[: error.start].decode("utf-8")
        if any(ord(character) < 32 and character not in "\t\r\n" for character in text):
            return ""
        return self.unparsed(text)

    def unparsed(self, text: str) -> str:
        """Redact named credentials and possible tokens in a text that could not be parsed."""
        return self.token_like(self.text(text))

    def token_like(self, text: str) -> str:
        """Redact everything in a text that may be a token or part of one."""
        return TOKEN_LIKE.sub(lambda match: self.fingerprint(match[0]), text)

    def _once(self, found: str) -> str:
        return found if found.startswith(PREFIX) else self.fingerprint(found)


def is_flat(fields: Mapping[str, Any]) -> bool:
    """Check that no field holds other fields or a list."""
    return NESTING.isdisjoint(map(type, fields.values()))
