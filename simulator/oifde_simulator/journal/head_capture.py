"""The head of a request as the journal keeps it: redacted and cut to size."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

from oifde_simulator.bounded_cache import BoundedCache, bounded_cache, measured
from oifde_simulator.journal.redaction.credential_finder import CredentialFinder
from oifde_simulator.journal.redaction.redactor import Redactor
from oifde_simulator.model.entry import RecordedHead
from oifde_simulator.model.http import Headers

MOST_HEADERS, LONGEST_HEADER, LONGEST_TARGET = 64, 512, 1024
HEADER = 160
"""Bytes of memory that a header takes beside its text."""
HEADS_KEPT, HEADERS_KEPT = 4 << 20, 1 << 20
"""Bytes of heads, and of headers of answers, in the caches."""
HEAVIEST_FINDER = 4 << 10
"""Bytes up to which a finder is remembered beside a head."""
SAFE = "%/?#[]@!$&'()*+,;=:"
"""Characters of a target that stay as sent: delimiters, RFC 3986 2.2, and the `%` of encoded characters."""
SAFE_IN_PIECE = "/?=:,"
"""Characters that are not encoded in a rewritten piece of a target; a fingerprint contains a colon."""


class CapturedHead:
    """A redacted head and its searchable text; identity is equality, since heads are cache keys."""

    __slots__ = ("charge", "cleared_by", "head", "octets")

    def __init__(self, head: RecordedHead, octets: bytes, charge: int) -> None:
        self.head = head
        self.octets = octets
        """Method, target and headers in one piece."""
        self.charge = charge
        """Bytes of memory that the head is charged with."""
        self.cleared_by: CredentialFinder | None = None
        """Finder that found nothing in the head; entries keep heads and never finders."""


class HeadCapture:
    """Captures heads and caches short ones, since the heads of one client are alike."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._cache: BoundedCache[CapturedHead] = BoundedCache(HEADS_KEPT, _weigh)
        self.headers = bounded_cache(HEADERS_KEPT)(self._headers)
        """Redacts headers by their names and texts, and cuts them to size."""

    def capture(self, method: str, target: str, headers: Headers) -> CapturedHead:
        """Redact the credentials that the head names itself."""
        key = (headers, target, method)
        captured = self._cache.find(key)
        return (
            self._cache.keep(key, self._captured(method, target, headers)) if captured is None else captured
        )

    def without(self, captured: CapturedHead, finder: CredentialFinder) -> RecordedHead:
        """Replace the credentials of `finder` in a head; returns the same head if there is none."""
        if captured.cleared_by is finder:
            return captured.head
        if finder.replace_bytes(captured.octets) is captured.octets:
            if finder.weight <= HEAVIEST_FINDER:
                captured.cleared_by = finder
            return captured.head
        method, target, headers, _ = captured.head
        return RecordedHead(
            finder.replace(method),
            redact_encoded(target, finder.replace),
            tuple((finder.replace(name), finder.replace(value)) for name, value in headers),
        )

    def _captured(self, method: str, target: str, headers: Headers) -> CapturedHead:
        method, target, headers = encodable(method), self._target(target), self._headers(headers)
        decoded = (unquote(target),) if "%" in target else ()
        text = "\n".join((method, target, *decoded, *(f"{name}\n{value}" for name, value in headers)))
        octets = text.encode()
        head = RecordedHead(method, target, headers)
        return CapturedHead(head, octets, len(octets) + HEADER * len(headers))

    def _target(self, target: str) -> str:
        target = target if target.isascii() else quote(target, safe=SAFE, errors="surrogateescape")
        target = redact_encoded(target, self._redactor.text)
        if len(target) > LONGEST_TARGET:
            return redact_encoded(target, self._redactor.token_like)[:LONGEST_TARGET]
        return target

    def _headers(self, headers: Headers) -> Headers:
        redact = self._redactor.header
        return tuple(
            (encodable(name)[:LONGEST_HEADER], encodable(redact(name, value, LONGEST_HEADER)))
            for name, value in headers[:MOST_HEADERS]
        )


def _weigh(key: object, captured: CapturedHead) -> int:
    return measured(key) + 2 * captured.charge + HEAVIEST_FINDER


def encodable(text: str) -> str:
    """Replace lone surrogates, which stand for bytes that are not UTF-8, so that the text can be encoded."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def redact_encoded(target: str, redact: Callable[[str], str]) -> str:
    """Apply `redact` to a target, or a text that quotes one, as written and percent-decoded.

    Pieces without a credential stay as written.
    """
    target = redact(target)
    if _is_clean(target, redact):
        return target
    pieces = re.split(r"([/?&\s\"])", target)
    target = "".join(piece if _is_clean(piece, redact) else _rewritten(piece, redact) for piece in pieces)
    return target if _is_clean(target, redact) else _rewritten(target, redact)


def _is_clean(text: str, redact: Callable[[str], str]) -> bool:
    return "%" not in text or redact(decoded := unquote(text)) == decoded


def _rewritten(piece: str, redact: Callable[[str], str]) -> str:
    return quote(redact(unquote(piece)), safe=SAFE_IN_PIECE)
