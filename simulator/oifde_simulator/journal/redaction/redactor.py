"""Credentials out of what is kept: each becomes `redacted:` and a keyed fingerprint of itself.

What is redacted is redacted when an entry is made; nothing that is kept holds the original. A
credential is known by the name beside it, and from then on taken out wherever else the same
exchange shows it, in base64 too.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from oifde_simulator.journal.redaction.names import FIELD, HEADER, without_named, without_userinfo

PREFIX = "redacted:"
SHORTEST = 8
"""Characters from which a credential is looked for outside its own place; a shorter one is also a word."""
STEM = 8
"""Characters by which a part of a credential is known, where a message quotes no more of it."""
DEEPEST = 16
"""Levels of a body that are kept."""
NESTING = frozenset((dict, list))
TOO_DEEP = "(nested deeper than is kept)"

RUN = re.compile(r"[A-Za-z0-9+_-]{24,}={0,2}")
"""What may be a token, or the base64 form of one, in text that cannot be understood."""


class Redaction:
    """Takes credentials out of values and texts."""

    def __init__(self, seed: str) -> None:
        """Fingerprints depend on `seed`, so that replicas agree on them."""
        self._key = blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=32, person=b"journal").digest()
        self.mark = lru_cache(maxsize=1024)(self._mark)
        """What stands for a credential."""
        self.finder = lru_cache(maxsize=1024)(self._finder)
        """What finds credentials in a text."""

    def _mark(self, credential: str) -> str:
        octets = credential.encode("utf-8", "surrogatepass")
        return PREFIX + blake2b(octets, digest_size=8, key=self._key).hexdigest()

    def _finder(self, *credentials: str) -> Finder:
        return Finder({each: self.mark(each) for each in credentials if len(each) >= SHORTEST})

    def fields(self, fields: Mapping[str, Any], found: list[str], *, flat: bool = False) -> dict[str, Any]:
        """The fields of a body, `flat` when none holds others, without credentials; these go to `found`."""
        clean = dict(fields)
        for name in credentials(tuple(clean)):
            value = clean[name]
            if type(value) is str and value:
                found.append(value)
                clean[name] = self.mark(value)
            else:
                clean[name] = self._member(name, value, found, 0)
        return clean if flat else self._nested(clean, found)

    def _nested(self, fields: Mapping[str, Any], found: list[str]) -> dict[str, Any]:
        return {
            name: value if is_credential(name) else self.value(value, found, 1)
            for name, value in fields.items()
        }

    def value(self, value: Any, found: list[str], depth: int = 0) -> Any:
        """A JSON value without what its names call credentials; these are added to `found`."""
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
            return self.mark(value)
        return self.mark(str(self.value(value, [], depth + 1)))

    @staticmethod
    def holds_credential(part: str, name: str) -> bool:
        """Whether a field of the `request` or `response`, or one of the `headers`, holds a credential."""
        return HEADER.search(name) is not None if part == "headers" else is_credential(name)

    def header(self, name: str, value: str, longest: int) -> str:
        """The value of a header, without what its name or its text call a credential, cut to size."""
        if HEADER.search(name) and value:
            return self.mark(value)
        text = without_userinfo(value, self._once) if name.lower() == "host" else self.text(value)
        return text if len(text) <= longest else self.runs(text)[:longest]

    def text(self, text: str) -> str:
        """A text without what stands beside the name of a credential."""
        return without_named(text, self._once)

    def obscure(self, octets: bytes) -> str:
        """Bytes that cannot be understood: their text, if they are one, without all that may be a token."""
        try:
            text = octets.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.end < len(octets):  # a character that a cut has parted is no reason
                return ""
            text = octets[: error.start].decode("utf-8")
        if any(ord(character) < 32 and character not in "\t\r\n" for character in text):
            return ""
        return self.unread(text)

    def unread(self, text: str) -> str:
        """A text that nobody understands, without what is called a credential or may be one."""
        return self.runs(self.text(text))

    def runs(self, text: str) -> str:
        """A text that is cut or not understood, without all that may be a token or a part of one."""
        return RUN.sub(lambda match: self.mark(match[0]), text)

    def _once(self, found: str) -> str:
        return found if found.startswith(PREFIX) else self.mark(found)


class Finder:
    """Finds certain credentials in a text, as they are, escaped or in base64.

    Each text of each exchange is searched and hardly one has any: searching is what has to be fast. A
    `str` is searched twice as fast as `bytes`, so bytes are searched as the Latin-1 that they could be.
    """

    def __init__(self, marks: Mapping[str, str]) -> None:
        """`marks` says what stands for each."""
        self._needles = {needle: mark for each, mark in marks.items() for needle in _forms(each)}
        self.longest = max(map(len, self._needles), default=0)
        """Bytes of the longest form."""
        self._stems = {
            each.encode("utf-8", "surrogatepass")[:STEM]: mark.encode()
            for each, mark in marks.items()
            if len(each) >= 2 * STEM
        }
        self._sought = tuple(needle.decode("latin-1") for needle in self._needles)
        self._sought_in_messages = (*(stem.decode("latin-1") for stem in self._stems), *self._sought)

    def clean(self, text: str) -> str:
        """The text without them."""
        octets = text.encode("utf-8", "surrogateescape")
        cleaned = self.clean_bytes(octets)
        return text if cleaned is octets else cleaned.decode("utf-8", "replace")

    def clean_message(self, text: str) -> str:
        """A message without them; it may quote the request up to some length, and so a part of them."""
        if text.isascii() and not _has_any(text, self._sought_in_messages):
            return text
        octets = text.encode("utf-8", "surrogateescape")
        cleaned = self.clean_quotes(octets)
        return text if cleaned is octets else cleaned.decode("utf-8", "replace")

    def clean_quotes(self, octets: bytes) -> bytes:
        """The same of bytes; the same object where none is there."""
        octets = self.clean_bytes(octets)
        for stem, mark in self._stems.items():
            if stem in octets:
                octets = re.sub(re.escape(stem) + rb"[\w+/=-]*", mark, octets)
        return octets

    def clean_bytes(self, octets: bytes) -> bytes:
        """The text without them; the same object where none is there."""
        text = octets.decode("latin-1")
        for needle in self._sought:
            if needle in text:
                return self._replaced(octets)
        return octets

    def _replaced(self, octets: bytes) -> bytes:
        for needle, mark in self._needles.items():
            # What base64 has at either end holds bits of the credential too.
            around = re.compile(rb"[A-Za-z0-9+/_-]{0,2}" + re.escape(needle) + rb"[A-Za-z0-9+/_-]{0,2}=*")
            octets = around.sub(mark.encode(), octets)
        return octets


def _has_any(text: str, sought: Sequence[str]) -> bool:
    for needle in sought:  # noqa: SIM110  a generator costs more than the search
        if needle in text:
            return True
    return False


def is_flat(fields: Mapping[str, Any]) -> bool:
    """Whether no field holds others."""
    return NESTING.isdisjoint(map(type, fields.values()))


@lru_cache(maxsize=1024)
def is_credential(name: str) -> bool:
    """Whether a field of this name holds a credential."""
    return FIELD.search(name) is not None


@lru_cache(maxsize=256)
def credentials(names: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these fields hold credentials."""
    return tuple(filter(is_credential, names))


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
