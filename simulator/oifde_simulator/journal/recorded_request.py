"""What is kept of requests: without credentials, cut to size, and remembered, since clients ask again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from oifde_simulator.journal.recorded_head import Heads
from oifde_simulator.journal.redaction.redactor import Finder, Redaction, is_flat
from oifde_simulator.model.entry import KEPT, RecordedHead, RecordedRequest
from oifde_simulator.model.http import Request

SLACK = 4096
"""Bytes behind a cut in which a credential that it would part is still found."""
MOST_FIELDS, LONGEST_FIELD = 64, 256
"""What is kept of a body over `KEPT`: so many fields, texts so long."""
READ = 64 * 1024
"""Bytes up to which a body that nobody has decoded is decoded, to find credentials in it."""
MEMBER, NESTED = 160, 40
"""Bytes of memory that a field takes beside its text; that a byte of nested JSON takes."""
REMEMBERED, SHORT = 512, 4096
"""Requests that are remembered, and the charge up to which one is."""


class Requests:
    """Makes what is kept of requests."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._heads = Heads(redaction)
        self.headers = self._heads.headers
        """Headers of an answer, without what their names call credentials."""
        self._remembered: dict[object, tuple[RecordedRequest, Finder]] = {}

    def of(self, request: Request, document: Mapping[str, Any]) -> tuple[RecordedRequest, Finder, int]:
        """What is kept of a request with this decoded body; what finds its credentials; its memory."""
        head = self._heads.of(request.method, request.target, tuple(request.headers.items()))
        key = (request.body, head)
        remembered = self._remembered.get(key)
        if remembered is not None:
            return *remembered, 0
        asked, finder = self._made(request.body, head, document)
        if asked.charge <= SHORT and len(request.body) <= SHORT:
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = asked, finder
        return asked, finder, asked.charge

    def _made(
        self, body: bytes, head: RecordedHead, document: Mapping[str, Any]
    ) -> tuple[RecordedRequest, Finder]:
        credentials: list[str] = []
        value = document or _decoded(body)
        if type(value) is dict and value:
            flat, text = is_flat(value), ""
            value = self._redaction.fields(value, credentials, flat=flat)
            finder = self._redaction.finder(*credentials)
            fields, charge = _fields(value, finder, flat)
        else:
            value = self._redaction.value(value, credentials)
            finder = self._redaction.finder(*credentials)
            text = self._text(body, value, finder)
            fields, charge = {}, len(text)
        head = self._heads.without(head, finder)
        return RecordedRequest(head, fields, text, charge + head.charge), finder

    def _text(self, octets: bytes, value: Any, finder: Finder) -> str:
        """What is kept of a body that is no JSON object."""
        beginning = finder.clean_bytes(orjson.dumps(value)) if value else octets
        return self._redaction.obscure(beginning[: KEPT + SLACK])[:KEPT]


def _decoded(body: bytes) -> Any:
    """The JSON in a body that nobody has decoded, such as one to another path; None where there is none."""
    try:
        return orjson.loads(body) if body and len(body) <= READ else None
    except orjson.JSONDecodeError:
        return None


def _fields(fields: dict[str, Any], finder: Finder, flat: bool) -> tuple[dict[str, Any], int]:
    """What is kept of a body's fields, and the memory they take."""
    written = orjson.dumps(fields)
    cleaned = finder.clean_bytes(written)
    if cleaned is not written:
        fields = orjson.loads(cleaned)
    if len(written) > KEPT:
        fields = _shortened(fields)
        return fields, len(fields) * (MEMBER + 2 * LONGEST_FIELD)
    return fields, len(written) * (1 if flat else NESTED) + MEMBER * len(fields)


def _shortened(fields: dict[str, Any]) -> dict[str, Any]:
    plain = ((name, value) for name, value in fields.items() if not isinstance(value, dict | list))
    return {
        name[:LONGEST_FIELD]: value[:LONGEST_FIELD] if isinstance(value, str) else value
        for (name, value), _ in zip(plain, range(MOST_FIELDS), strict=False)
    }
