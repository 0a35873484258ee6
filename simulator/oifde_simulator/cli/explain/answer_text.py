"""Answers as text for people: the simple members and the first records of a body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from oifde_simulator.cli.explain.script_text import WIDTH, shorten
from oifde_simulator.model.http import Response, reason
from oifde_simulator.oifde.operations import MAIN
from oifde_simulator.text import counted, shown

TEXT_LIMIT = 300
"""Longest request or message in characters."""
RECORD_LIMIT = 3
"""Most records of an answer."""
RECORD_FIELDS = ("callId", "startTime")
"""Fields that identify a record."""


def format_answer(response: Response) -> Iterator[str]:
    """Write the status, the simple members and the first records of an answer."""
    body = response.body
    document = _document(body) if isinstance(body, bytes) else {}
    if "errorCode" not in document and "resultCode" not in document:
        yield f"{response.status} {reason(response.status)}" + ("" if body else ", no body")
        if body:
            yield shorten(body, WIDTH - 10)
        return
    named = (f"{name} {shown(document[name], TEXT_LIMIT)}" for name in _simple_members(document))
    yield f"{response.status}, {', '.join(named)}"
    records = document.get(MAIN.records_field)
    if isinstance(records, list):
        yield from map(_record, records[:RECORD_LIMIT])
        if len(records) > RECORD_LIMIT:
            yield f"and {counted(len(records) - RECORD_LIMIT, 'record')} more on this page"


def _record(record: Any) -> str:
    """Write the fields that identify a record, or a part of a record without them."""
    named = [name for name in RECORD_FIELDS if name in record] if isinstance(record, dict) else []
    fields = ", ".join(f"{name} {shown(record[name])}" for name in named)
    return fields or shorten(orjson.dumps(record), WIDTH - 10)


def _document(octets: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(octets)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _simple_members(document: dict[str, Any]) -> list[str]:
    return [name for name, value in document.items() if not isinstance(value, list | dict)]
