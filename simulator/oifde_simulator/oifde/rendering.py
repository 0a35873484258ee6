"""Answers in the vendor's shapes, good and bad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Headers, Response
from oifde_simulator.model.sessions import CallSession
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde.router import GETTOKEN


def records(selection: Sequence[CallSession], page: slice, warnings: tuple[str, ...]) -> Answer:
    """The query's success: one page of a selection."""
    total = len(selection)
    response = records_response([session.encoded for session in selection[page]], total)
    fields = {"errorCode": 0, "errorMsg": "Success", "total": total}
    return Answer(response, fields, (), warnings, selection, page, records_response)


def records_response(encoded: Sequence[bytes], total: int) -> Response:
    """The query's success with these records, each as JSON text."""
    # The records are JSON already, so the object around them is written by hand.
    body = b'{"errorCode":0,"errorMsg":"Success","total":%d,"recordList":[%b]}' % (total, b",".join(encoded))
    return Response(200, body, JSON_UTF8)


def token(text: str, lifetime: int, warnings: tuple[str, ...]) -> Answer:
    """gettoken's success; `lifetime` is in seconds."""
    # errorMsg is "" on success here; the query's is "Success" (C3 OIAP Interface Authentication).
    fields = {"errorCode": 0, "errorMsg": "", "authToken": text, "expireTime": lifetime}
    return Answer(Response(200, orjson.dumps(fields), JSON_UTF8), fields, (), warnings)


def refusal(
    shape: str,
    problems: tuple[Problem, ...],
    *,
    status: int,
    headers: Headers = (),
    warnings: tuple[str, ...] = (),
) -> Answer:
    """The error answer to the first of `problems`, in the shape of the operation named `shape`."""
    first = problems[0]
    fields: dict[str, Any] = {"errorCode": first.error.code, "errorMsg": first.message}
    # Guess: [error-body] what tables mark mandatory is there in errors too, empty; a capture would settle it.
    empty: dict[str, Any] = {"authToken": ""} if shape == GETTOKEN else {"total": 0, "recordList": []}
    response = Response(first.status or status, orjson.dumps(fields | empty), JSON_UTF8 + headers)
    return Answer(response, fields | empty, problems, warnings)
