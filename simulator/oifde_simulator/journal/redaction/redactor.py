"""Fingerprints in place of credentials: `redacted:` and a keyed hash.

Rule: a name identifies a credential. From then on it is replaced wherever the same exchange shows it, in
base64 too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from sys import getsizeof
from typing import Any

from oifde_simulator.bounded_cache import BoundedCache, bounded_cache
from oifde_simulator.journal.redaction.credential_finder import MOST_CREDENTIALS, CredentialFinder
from oifde_simulator.journal.redaction.credential_names import (
    HEADER,
    credential_fields,
    is_credential,
    replace_named,
    replace_userinfo,
)
from oifde_simulator.journal.redaction.many_credentials import ManyCredentialsFinder

PREFIX = "redacted:"
SHORTEST = 8
"""Length from which a credential is searched for in other places; a shorter one may be an ordinary word."""
DEEPEST = 16
"""Levels of a body that are kept."""
MANY = PREFIX + "one-of-many"
"""Mark in place of what follows a credential, in a request that has too many to tell them apart."""
FINGERPRINTS_KEPT, FINDERS_KEPT = 512 << 10, 4 << 20
"""Bytes of credentials with their fingerprints, and of finders, that are cached."""
NESTING = frozenset((dict, list))
TOO_DEEP = "(nested deeper than is kept)"

TOKEN_LIKE = re.compile(r"[A-Za-z0-9+_-]{24,}={0,2}")
"""Possible token, or its base64 form, in text that cannot be parsed."""


class Redactor:
    """Replaces credentials in JSON values, headers and texts."""

    def __init__(self, seed: str) -> None:
        """Fingerprints depend on `seed`, so that replicas agree on them."""
        self._key = blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=32, person=b"journal").digest()
        self.fingerprint = bounded_cache(
            FINGERPRINTS_KEPT, lambda credential, mark: 75 + getsizeof(credential)
        )(self._fingerprint)
        """Gives the replacement of a credential, such as `redacted:0123456789abcdef`."""
        self._finders: BoundedCache[CredentialFinder] = BoundedCache(FINDERS_KEPT, _finder_weight, share=256)

    def _fingerprint(self, credential: str) -> str:
        octets = credential.encode("utf-8", "surrogatepass")
        return PREFIX + blake2b(octets, digest_size=8, key=self._key).hexdigest()

    def finder(self, *credentials: str) -> CredentialFinder:
        """Give a finder of these credentials; too short ones are left out."""
        finder = self._finders.find(credentials)
        return self._finders.keep(credentials, self._finder(credentials)) if finder is None else finder

    def _finder(self, credentials: Iterable[str]) -> CredentialFinder:
        sought = {each for each in credentials if len(each) >= SHORTEST}
        if len(sought) > MOST_CREDENTIALS:
            return ManyCredentialsFinder(sought, MANY)
        # The longest first: a credential may be the beginning of another.
        longest_first = sorted(sought, key=lambda each: (-len(each), each))
        return CredentialFinder({each: self.fingerprint(each) for each in longest_first})

    def fields(self, fields: Mapping[str, Any], found: list[str], *, flat: bool = False) -> dict[str, Any]:
        """Redact the fields of a body and append the credentials to `found`; `flat` fields hold no others."""
        redacted = dict(fields)
        named = credential_fields(redacted)
        for name in named:
            value = redacted[name]
            if type(value) is str and value:
                found.append(value)
                redacted[name] = self.fingerprint(value)
            else:
                redacted[name] = self._member(name, value, found, 0)
        if not flat:
            for name in fields.keys() - named:
                redacted[name] = self.value(redacted[name], found, 1)
        return redacted

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

    def without(self, value: Any, finder: CredentialFinder) -> Any:
        """Replace the credentials of `finder` in a JSON value, in names and in numbers too."""
        if type(value) is str:
            return finder.replace(value)
        if type(value) is dict:
            return {finder.replace(name): self.without(inner, finder) for name, inner in value.items()}
        if type(value) is list:
            return [self.without(inner, finder) for inner in value]
        if type(value) is int or type(value) is float:
            written = str(value)
            return value if (replaced := finder.replace(written)) is written else replaced
        return value

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


def _finder_weight(credentials: tuple[str, ...], finder: CredentialFinder) -> int:
    return finder.weight + sum(map(getsizeof, credentials))
