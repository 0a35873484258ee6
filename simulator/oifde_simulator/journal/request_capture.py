"""A request as the journal keeps it: redacted and cut to size, and cached, since clients repeat requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from oifde_simulator.journal.head_capture import CapturedHead, HeadCapture
from oifde_simulator.journal.redaction.credential_finder import CredentialFinder
from oifde_simulator.journal.redaction.redactor import Redactor, is_flat
from oifde_simulator.model.entry import KEPT, RecordedRequest
from oifde_simulator.model.http import Request

SLACK = 4096
"""Bytes after a cut that are still searched, so that the cut splits no credential."""
MOST_FIELDS, LONGEST_FIELD = 64, 256
"""Fields that are kept of a body over `KEPT`, and characters of each text."""
LARGEST_DECODED = 64 * 1024
"""Size in bytes up to which a body is decoded here to find credentials, if nobody has decoded it before."""
MEMBER, NESTED = 160, 40
"""Bytes of memory that a field takes beside its text, and that one byte of nested JSON takes."""
CACHED, LARGEST_CACHED = 512, 4096
"""Requests in the cache, and the charge up to which a request goes there."""


class RequestCapture:
    """Captures requests."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._heads = HeadCapture(redactor)
        self.headers = self._heads.headers
        """Redacts the headers of an answer."""
        self._cache: dict[object, tuple[RecordedRequest, CredentialFinder]] = {}

    def capture(
        self, request: Request, document: Mapping[str, Any]
    ) -> tuple[RecordedRequest, CredentialFinder, int]:
        """Redact a request whose decoded body is `document`, empty if nobody has decoded it.

        Returns the request, the finder of its credentials, and the bytes of memory to charge: 0 if they were
        charged before.
        """
        head = self._heads.capture(request.method, request.target, tuple(request.headers.items()))
        key = (request.body, head)
        cached = self._cache.get(key)
        if cached is not None:
            return *cached, 0
        recorded, finder, charge = self._captured(request.body, head, document)
        if charge <= LARGEST_CACHED and len(request.body) <= LARGEST_CACHED:
            if len(self._cache) >= CACHED:
                self._cache.clear()
            self._cache[key] = recorded, finder
        return recorded, finder, charge

    def _captured(
        self, body: bytes, head: CapturedHead, document: Mapping[str, Any]
    ) -> tuple[RecordedRequest, CredentialFinder, int]:
        credentials: list[str] = []
        value = document or _decoded(body)
        if type(value) is dict and value:
            flat, text = is_flat(value), ""
            value = self._redactor.fields(value, credentials, flat=flat)
            finder = self._redactor.finder(*credentials)
            fields, charge = _fields(value, finder, flat)
        else:
            value = self._redactor.value(value, credentials)
            finder = self._redactor.finder(*credentials)
            text = self._text(body, value, finder)
            fields, charge = {}, len(text)
        request = RecordedRequest(self._heads.without(head, finder), fields, text)
        return request, finder, charge + head.charge

    def _text(self, octets: bytes, value: Any, finder: CredentialFinder) -> str:
        beginning = finder.replace_bytes(orjson.dumps(value)) if value else octets
        return self._redactor.unparsed_bytes(beginning[: KEPT + SLACK])[:KEPT]


def shorten(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the first plain fields of a body over `KEPT`, and the beginning of each text."""
    plain = ((name, value) for name, value in fields.items() if not isinstance(value, dict | list))
    return {
        name[:LONGEST_FIELD]: value[:LONGEST_FIELD] if isinstance(value, str) else value
        for (name, value), _ in zip(plain, range(MOST_FIELDS), strict=False)
    }


def _decoded(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body and len(body) <= LARGEST_DECODED else None
    except orjson.JSONDecodeError:
        return None


def _fields(fields: dict[str, Any], finder: CredentialFinder, flat: bool) -> tuple[dict[str, Any], int]:
    """Redact the fields again by `finder` and shorten them; returns them and their charge."""
    written = orjson.dumps(fields)
    redacted = finder.replace_bytes(written)
    if redacted is not written:
        fields = orjson.loads(redacted)
    if len(written) > KEPT:
        fields = shorten(fields)
        return fields, len(fields) * (MEMBER + 2 * LONGEST_FIELD)
    return fields, len(written) * (1 if flat else NESTED) + MEMBER * len(fields)
