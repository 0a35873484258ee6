"""Answer queryRecordHistory: one page of the session records that a query selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, ClassVar, NamedTuple

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Response
from oifde_simulator.model.operation import Credential, Paging
from oifde_simulator.model.sessions import CallSession, Criteria, Sessions
from oifde_simulator.oifde.credentials.checks import TokenCheck
from oifde_simulator.oifde.credentials.interface import CredentialCheck
from oifde_simulator.oifde.operations.base import (
    DocumentedOperation,
    ServicePolicy,
    ServiceRequest,
)

EMPTY_PAGE = slice(0, 0)


class PageRequest(NamedTuple):
    """Selection and page that a query asks for."""

    criteria: Criteria
    page: slice
    """Places of the page in the selection, newest session first; beyond the end there are no records."""


class QueryRecordHistory(DocumentedOperation):
    """Session Record Query Interface."""

    name = "queryRecordHistory"
    credential: ClassVar[Credential] = "token"
    tenant_field = "tenantId"
    token_field = "authToken"  # noqa: S105  a field's name
    check: ClassVar[CredentialCheck | None] = TokenCheck(token_field)
    user_field = "userMobile"
    # Guess: [reversed-times] an end before its beginning is refused, not empty; a query would settle it.
    time_range: ClassVar[tuple[str, str] | None] = ("beginTime", "endTime")
    records_field = "recordList"
    paging: ClassVar[Paging | None] = Paging("pageNum", "pageSize", "total")
    unmatchable: ClassVar[Mapping[str, str]] = {
        "recordList": "a rule sees no records; match total, or fields of the request"
    }
    error_members: ClassVar[Mapping[str, Any]] = {"total": 0, "recordList": []}
    # Names seen in other catalogues of calls.
    misnamed_fields: ClassVar[Mapping[str, str]] = {
        "startTime": "beginTime",
        "pageNo": "pageNum",
        "token": "authToken",
    }

    def answer(self, request: ServiceRequest, sessions: Sessions, policy: ServicePolicy, /) -> Answer:
        """Answer the records of the page, and the number of all selected sessions."""
        if not policy.flow_record:
            # Guess: [flow-record] disabled means success with nothing; a system without it would settle it.
            return _records((), EMPTY_PAGE, request.warnings)
        reading = request.reading
        wanted = reading.parsed
        if not isinstance(wanted, PageRequest):
            wanted = reading.parsed = page_request(reading.values, self.request_defaults, policy.time_zone)
        selection = sessions.select(wanted.criteria, request.now)
        return _records(selection, wanted.page, request.warnings)


def page_request(values: Mapping[str, Any], defaults: Mapping[str, Any], zone: tzinfo) -> PageRequest:
    """Parse valid request fields; read times in `zone`."""
    return PageRequest(_criteria(values, zone), _page(values, defaults))


def _criteria(values: Mapping[str, Any], zone: tzinfo) -> Criteria:
    begin, end = values.get("beginTime"), values.get("endTime")
    # Guess: [time-bounds] startTime, both ends inside, the last second whole; two queries would settle it.
    # Guess: [field-lengths] an ID longer than documented finds nothing, no error; one query would settle it.
    return Criteria(
        values.get("userMobile"),
        values.get("callId"),
        values.get("ctiCallId"),
        None if begin is None else _instant(begin, zone),
        None if end is None else _instant(end, zone) + 999,
    )


def _page(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> slice:
    # Guess: [past-the-end] no records, the same total, no error; asking for page 999 would settle it.
    number = int(values.get("pageNum") or defaults["pageNum"])
    size = int(values.get("pageSize") or defaults["pageSize"])
    return slice((number - 1) * size, number * size)


def _instant(text: str, zone: tzinfo) -> int:
    # Guess: [repeated-hour] where clocks go back, the first of the two; only a zone that does so asks.
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1000


def _records(selection: Sequence[CallSession], page: slice, warnings: tuple[str, ...]) -> Answer:
    """Answer one page of a selection."""
    total = len(selection)
    response = records_response([session.encoded for session in selection[page]], total)
    fields = {"errorCode": 0, "errorMsg": "Success", "total": total}
    return Answer(response, fields, (), warnings, selection, page, records_response)


def records_response(encoded: Sequence[bytes], total: int) -> Response:
    """Answer these records, each given as JSON text."""
    # The records are JSON already, so the object around them is written by hand.
    body = b'{"errorCode":0,"errorMsg":"Success","total":%d,"recordList":[%b]}' % (total, b",".join(encoded))
    return Response(200, body, JSON_UTF8)
