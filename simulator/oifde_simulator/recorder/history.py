"""Read the whole history of one user, page by page.

A history that grows meanwhile moves its records over the ends of pages. That is noticed by a total that
changes, or by a record that comes twice: the pages are read once more, and if it happens again, it is told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.vendor_client import TargetError, TenantSession
from oifde_simulator.vendor_client.tokens import refusal

QUERY = BY_NAME["queryRecordHistory"].path
PAGE_SIZE = 100
"""Records of a page, the most that the vendor's table allows."""

Record = dict[str, Any]


class QueryRefused(TargetError):
    """A query about one user that the service answers with an error."""


@dataclass
class History:
    """What has been read of one user; a run that is broken off leaves part of it."""

    records: dict[str, Record] = field(default_factory=dict)
    """Records by what tells them apart, in the order of the service."""
    total: int | None = None
    shifted: bool = False
    """True if records moved over the ends of pages, or came twice."""
    ended: bool = False
    """True once the last page was read."""

    @property
    def whole(self) -> bool:
        """Whether as many records came as the service counts."""
        return self.ended and (self.total is None or len(self.records) == self.total)


class HistoryReader:
    """Reads histories of one tenant within a span of time."""

    def __init__(self, session: TenantSession, tenant: str, span: Mapping[str, str]) -> None:
        """Take the tenant's id; `span` has beginTime and endTime where they are given."""
        self._session = session
        self._fixed = {"tenantId": tenant, **span, "pageSize": str(PAGE_SIZE)}

    async def read(self, user: str, history: History) -> None:
        """Read all pages of `user` into `history`. Raises TargetError, with the pages so far in it."""
        await self._walk(user, history)
        if history.shifted or not history.whole:
            again = History()
            await self._walk(user, again)
            history.__dict__.update(again.__dict__)

    async def _walk(self, user: str, history: History) -> None:
        number = 1
        while not history.ended:
            answer = await self._page(user, number)
            _take(history, answer)
            number += 1

    async def _page(self, user: str, number: int) -> Mapping[str, Any]:
        reply = await self._session.post(QUERY, {**self._fixed, "userMobile": user, "pageNum": str(number)})
        records = reply.fields.get("recordList")
        if not reply.succeeded and reply.fields and reply.error_code is not None:
            raise QueryRefused(f"is refused: {refusal(reply)}")
        if not reply.succeeded:
            raise TargetError(f"the service answers what is no page of records: {refusal(reply)}")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise QueryRefused("is answered without a recordList of records")
        return reply.fields


def _take(history: History, answer: Mapping[str, Any]) -> None:
    """Add a page, and see whether it is the last."""
    total = answer.get("total")
    total = total if isinstance(total, int) and total >= 0 else None
    history.shifted |= history.total is not None and total != history.total
    history.total = total
    before = len(history.records)
    for record in answer["recordList"]:
        name = identity(record)
        history.shifted |= name in history.records
        history.records[name] = record
    nothing_new = len(history.records) == before
    enough = total is not None and len(history.records) >= total
    history.ended = nothing_new or enough or (total is None and len(answer["recordList"]) < PAGE_SIZE)


def identity(record: Record) -> str:
    """Name what tells a record from others: logId, which the vendor calls unique, or callId, or all."""
    for name in ("logId", "callId"):
        if isinstance(record.get(name), str) and record[name]:
            return f"{name}:{record[name]}"
    return json.dumps(record, sort_keys=True)
