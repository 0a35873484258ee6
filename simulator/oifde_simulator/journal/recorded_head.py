"""What is kept of the heads of messages: request line and headers, without credentials, cut to size."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, unquote

from oifde_simulator.journal.redaction.redactor import Finder, Redaction
from oifde_simulator.model.entry import RecordedHead
from oifde_simulator.model.http import Headers

MOST_HEADERS, LONGEST_HEADER, LONGEST_TARGET = 64, 512, 1024
HEADER = 160
"""Bytes of memory that a header takes beside its text."""
REMEMBERED, SHORT = 512, 4096
"""Heads that are remembered, and the characters up to which one is."""
SAFE = "%/?#[]@!$&'()*+,;=:"
"""What of a target stays as it is: what divides it, RFC 3986 2.2, and what is encoded already."""
SAFE_ANEW = "/?=:,"
"""What is not encoded in a piece of a target that is written anew; its marks have a colon."""


class Heads:
    """Makes heads, and remembers short ones: a client's are all alike."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._remembered: dict[object, RecordedHead] = {}
        self._searched: dict[RecordedHead, Finder] = {}
        """Heads in which a finder found nothing; apart from them, since entries keep heads, never finders."""
        self.headers = lru_cache(maxsize=256)(self._headers)
        """Headers without what their names call credentials."""

    def of(self, method: str, target: str, headers: Headers) -> RecordedHead:
        """What is kept of a head, once its own credentials are out."""
        key = (headers, target, method)
        head = self._remembered.get(key)
        if head is None:
            head = self._made(method, target, headers)
            if len(target) + sum(len(name) + len(value) for name, value in headers) <= SHORT:
                if len(self._remembered) >= REMEMBERED:
                    self._remembered.clear()
                    self._searched.clear()
                self._remembered[key] = head
        return head

    def without(self, head: RecordedHead, finder: Finder) -> RecordedHead:
        """The head without what `finder` finds; the same object where nothing is found."""
        if self._searched.get(head) is finder:
            return head
        if finder.clean_bytes(head.octets) is head.octets:
            if len(self._searched) < REMEMBERED:
                self._searched[head] = finder
            return head
        headers = tuple((finder.clean(name), finder.clean(value)) for name, value in head.headers)
        target = cleaned(head.target, finder.clean)
        return RecordedHead(finder.clean(head.method), target, headers, b"", head.charge)

    def _made(self, method: str, target: str, headers: Headers) -> RecordedHead:
        method, target, headers = writable(method), self._target(target), self._headers(headers)
        decoded = (unquote(target),) if "%" in target else ()
        text = "\n".join((method, target, *decoded, *(f"{name}\n{value}" for name, value in headers)))
        octets = text.encode()
        return RecordedHead(method, target, headers, octets, len(octets) + HEADER * len(headers))

    def _target(self, target: str) -> str:
        """A target without what it calls a credential, in ASCII and cut to size."""
        target = target if target.isascii() else quote(target, safe=SAFE, errors="surrogateescape")
        target = cleaned(target, self._redaction.text)
        if len(target) > LONGEST_TARGET:
            return cleaned(target, self._redaction.runs)[:LONGEST_TARGET]
        return target

    def _headers(self, headers: Headers) -> Headers:
        return tuple(
            (writable(name)[:LONGEST_HEADER], writable(self._redaction.header(name, value, LONGEST_HEADER)))
            for name, value in headers[:MOST_HEADERS]
        )


def writable(text: str) -> str:
    """A text that can be written as UTF-8: bytes that were none have become lone surrogates, U+DC80 on."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def cleaned(target: str, clean: Callable[[str], str]) -> str:
    """A target, or a text that quotes one, without what `clean` takes out of it, as it is or decoded.

    What has nothing to be taken out stays as it is.
    """
    target = clean(target)
    if _is_clean(target, clean):
        return target
    pieces = re.split(r"([/?&\s\"])", target)
    target = "".join(piece if _is_clean(piece, clean) else _anew(piece, clean) for piece in pieces)
    return target if _is_clean(target, clean) else _anew(target, clean)


def _is_clean(text: str, clean: Callable[[str], str]) -> bool:
    return "%" not in text or clean(decoded := unquote(text)) == decoded


def _anew(piece: str, clean: Callable[[str], str]) -> str:
    return quote(clean(unquote(piece)), safe=SAFE_ANEW)
