"""A request as the journal keeps it: redacted and cut to size, and cached, since clients repeat requests."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

import orjson

from oifde_simulator.bounded_cache import BoundedCache
from oifde_simulator.journal.head_capture import CapturedHead, HeadCapture
from oifde_simulator.journal.redaction.credential_finder import CredentialFinder
from oifde_simulator.journal.redaction.redactor import Redactor, is_flat
from oifde_simulator.model.entry import KEPT, RecordedRequest, ShortenedRequest
from oifde_simulator.model.http import PortName, Request

SLACK = 4096
"""Bytes after a cut that are still searched, so that the cut splits no credential."""
MOST_FIELDS, LONGEST_FIELD = 64, 256
"""Fields that are kept of a body over `KEPT`, and characters of each text."""
LARGEST_DECODED = 64 * 1024
"""Size in bytes up to which a body is decoded here to find credentials, if nobody has decoded it before."""
MEMBER, NESTED = 160, 40
"""Bytes of memory that a field takes beside its text, and that one byte of nested JSON takes."""
REQUESTS_KEPT = 2 << 20
"""Bytes of requests in the cache."""
KEPT_BESIDE = 250
"""Bytes that a request takes in the cache beside its body, its finder and what is charged."""


JSON = dict[str, Any]
_new: Any = tuple.__new__
"""Makes a named tuple of the tuple of its members, without a call of Python's."""


class Captured(NamedTuple):
    """A request as it is kept."""

    request: RecordedRequest
    finder: CredentialFinder
    charge: int
    """Bytes of memory to charge; 0 if they were charged before."""


class RequestCapture:
    """Captures requests."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._heads = HeadCapture(redactor)
        self.headers = self._heads.headers
        """Redacts the headers of an answer."""
        line = "", ""
        self._last = Request(*line, {}).headers, line, self._heads.capture(*line, ())
        """Headers, method and target of the last request, and its head as it is kept."""
        self._cache: BoundedCache[Captured] = BoundedCache(REQUESTS_KEPT, share=128)

    def capture(self, request: Request, document: Mapping[str, Any]) -> Captured:
        """Redact a request whose decoded body is `document`, empty if nobody has decoded it."""
        head = self._head(request)
        kept = self._captured if request.novel else self._known
        captured = kept(request.body, head, document)
        if request.peer.certificate:
            captured = _charged(captured, request.peer.certificate)
        return _by_port(captured, request.port) if request.port else captured

    def _head(self, request: Request) -> CapturedHead:
        """Capture the head of a request; where it was not parsed anew, its headers are the last one's."""
        headers, line, head = self._last
        if request.headers is not headers or (request.method, request.target) != line:
            line = request.method, request.target
            head = self._heads.capture(*line, tuple(request.headers.items()))
            self._last = request.headers, line, head
        return head

    def _known(self, body: bytes, head: CapturedHead, document: Mapping[str, Any]) -> Captured:
        """Capture a request that may have come before."""
        key = (body, head)
        captured = self._cache.find(key)
        if captured is None:
            captured = self._captured(body, head, document)
            recorded, finder, charge = captured
            weight = len(body) + finder.weight + charge + KEPT_BESIDE
            self._cache.keep(key, _new(Captured, (recorded, finder, 0)), weight)
        return captured

    def _captured(self, body: bytes, head: CapturedHead, document: Mapping[str, Any]) -> Captured:
        credentials: list[str] = []
        kind = RecordedRequest
        value = document or _decoded(body)
        if type(value) is dict and value:
            flat, text = is_flat(value), ""
            value = self._redactor.fields(value, credentials, flat=flat)
            finder = self._redactor.finder(*credentials)
            fields, charge, whole = self._fields(value, finder, flat)
            kind = RecordedRequest if whole else ShortenedRequest
        else:
            value = self._redactor.value(value, credentials)
            finder = self._redactor.finder(*credentials)
            text = self._text(body, value, finder)
            fields, charge = {}, len(text)
        request = _new(kind, (self._heads.without(head, finder), fields, text))
        captured: Captured = _new(Captured, (request, finder, charge + head.charge))
        return captured

    def _fields(self, fields: dict[str, Any], finder: CredentialFinder, flat: bool) -> tuple[JSON, int, bool]:
        """Redact the fields again by `finder` and shorten them.

        Returns them, their charge, and whether they are all there.
        """
        written = orjson.dumps(fields)
        if len(written) > KEPT:
            fields = kept_fields(self._redactor, fields, finder)
            return fields, len(fields) * (MEMBER + 2 * LONGEST_FIELD), False
        if finder.replace_bytes(written) is not written:
            fields = self._redactor.without(fields, finder)
        return fields, len(written) * (1 if flat else NESTED) + MEMBER * len(fields), True

    def _text(self, octets: bytes, value: Any, finder: CredentialFinder) -> str:
        beginning = (orjson.dumps(value) if value else octets)[: KEPT + SLACK]
        return self._redactor.unparsed_bytes(finder.replace_bytes(beginning))[:KEPT]


def _charged(captured: Captured, certificate: Mapping[str, str]) -> Captured:
    """Charge an entry with the certificate of its client, which the entries of a connection share."""
    octets = "".join(certificate.values()).encode("utf-8", "surrogatepass")
    return captured._replace(charge=captured.charge + MEMBER * len(certificate) + len(octets))


def _by_port(captured: Captured, port: PortName) -> Captured:
    request = captured.request
    return captured._replace(request=request._replace(head=request.head._replace(port=port)))


def kept_fields(redactor: Redactor, fields: Mapping[str, Any], finder: CredentialFinder) -> JSON:
    """Shorten the fields of a large body; the search reaches beyond cuts, which may split credentials."""
    longer: JSON = redactor.without(shorten(fields, finder.longest), finder)
    return shorten(longer)


def shorten(fields: Mapping[str, Any], slack: int = 0) -> JSON:
    """Keep the first plain fields of a body over `KEPT`, and the beginning of each text."""
    longest = LONGEST_FIELD + slack
    plain = ((name, value) for name, value in fields.items() if not isinstance(value, dict | list))
    return {
        name[:longest]: value[:longest] if isinstance(value, str) else value
        for name, value in islice(plain, MOST_FIELDS)
    }


def _decoded(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body and len(body) <= LARGEST_DECODED else None
    except orjson.JSONDecodeError:
        return None
