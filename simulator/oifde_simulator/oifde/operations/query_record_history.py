"""Answer queryRecordHistory: one page of the session records that a query selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from oifde_simulator.model.exchange import Answer
from oifde_simulator.model.http import JSON_UTF8, Response
from oifde_simulator.model.operation import Credential, Paging
from oifde_simulator.model.sessions import CallSession, Sessions
from oifde_simulator.model.vendor_errors import PARAMETER_INCORRECT, Problem
from oifde_simulator.oifde.credentials.checks import TokenCheck
from oifde_simulator.oifde.credentials.interface import CredentialCheck
from oifde_simulator.oifde.operations.base import DocumentedOperation, Refused, ServiceRequest
from oifde_simulator.oifde.policy.service_policy import ServicePolicy
from oifde_simulator.oifde.queries.hints import hints
from oifde_simulator.oifde.queries.page_request import PageRequest, page_request
from oifde_simulator.text import counted


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
    # vendor facts, "Meaning of fields": the lengths of both IDs.
    longest_ids: ClassVar[Mapping[str, int]] = {"callId": 64, "ctiCallId": 32}
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
        reading = request.reading
        wanted: PageRequest | None = reading.parsed
        if wanted is None:
            wanted = reading.parsed = page_request(reading.values, self.request_defaults, policy)
        selection = sessions.select(wanted.criteria, request.now)
        total, page, warnings = len(selection), wanted.page, request.warnings
        if total <= page.start:
            page = _page_past_the_end(page, total, policy)
            if not total and policy.has_sessions:
                warnings = (*warnings, *hints(reading, wanted.criteria, sessions, policy, request.now))
            if policy.past_end == "zero-total":
                selection, total = (), 0
        return _records(selection, total, page, warnings)


def _page_past_the_end(page: slice, total: int, policy: ServicePolicy) -> slice:
    """Choose the page that answers one without records. Raises Refused where the policy has an error."""
    size = page.stop - page.start
    last = max(0, total - 1) // size
    # Guess: [past-the-end] no records, the same total, no error; asking for page 999 would settle it.
    if page.start and policy.past_end == "error":
        found = f"page {page.start // size + 1}: expected 1 to {last + 1}"
        detail = f"{found} for {counted(total, 'record')}"
        raise Refused(Problem(PARAMETER_INCORRECT, detail, kind="past_end"))
    return slice(last * size, (last + 1) * size) if policy.past_end == "last" else page


def _records(selection: Sequence[CallSession], total: int, page: slice, warnings: tuple[str, ...]) -> Answer:
    """Answer one page of a selection."""
    response = records_response([session.encoded for session in selection[page]], total)
    fields = {"errorCode": 0, "errorMsg": "Success", "total": total}
    return Answer(response, fields, (), warnings, selection, page, records_response)


def records_response(encoded: Sequence[bytes], total: int) -> Response:
    """Answer these records, each given as JSON text."""
    # The records are JSON already, so the object around them is written by hand.
    body = b'{"errorCode":0,"errorMsg":"Success","total":%d,"recordList":[%b]}' % (total, b",".join(encoded))
    return Response(200, body, JSON_UTF8)
