"""Histories for tests: exchanges in a journal, written in a line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from conftest import GETTOKEN, QUERY
from journals import Journal
from oifde_simulator.immediate import immediate
from oifde_simulator.model.exchange import Answer, Exchange
from oifde_simulator.model.http import JSON_UTF8, Request, Response
from oifde_simulator.model.outcome import Ending
from oifde_simulator.model.turn import HeldBack
from oifde_simulator.stepwise import complete
from oifde_simulator.verification import expectations
from oifde_simulator.verification.snapshot import JournalSnapshot
from oifde_simulator.verification.verdicts import verdict


def queried(
    tenant: str = "acme",
    *,
    at: int = 0,
    status: int = 200,
    error: int = 0,
    total: int = 0,
    rule: str = "",
    how: Ending = "complete",
    held: Mapping[str, str] | None = None,
    **fields: Any,
) -> Exchange:
    """A query; `status` and `error` are what was sent, where the honest answer has `total` records.

    `held` has the reasons of rules that matched and did not fire.
    """
    honest = _response(errorCode=0, errorMsg="Success", total=total)
    sent = honest if (status, error) == (200, 0) else replace(_response(errorCode=error), status=status)
    asked = Request("POST", QUERY, {"Host": "vendor"}, repr(fields).encode())
    answer = Answer(honest, {"errorCode": 0, "errorMsg": "Success", "total": total})
    exchange = Exchange(at, tenant, "queryRecordHistory", asked, answer, sent, (), rule, document=fields)
    exchange.held_back = tuple(HeldBack(rule, why) for rule, why in (held or {}).items())
    exchange.outcome.end(how)
    return exchange


def fetched(
    token: str, tenant: str = "acme", *, down: bool = False, sent: str = "", how: Ending = "complete"
) -> Exchange:
    """A gettoken that was answered with a token, or, spoiled, with another one, or with none."""
    fields = {"errorCode": 0, "errorMsg": "Success", "authToken": token}
    honest, response = _response(**fields), None
    if down or sent:
        response = replace(
            _response(authToken=sent) if sent else _response(errorCode=1), status=503 if down else 200
        )
    asked = Request("POST", GETTOKEN, {"Host": "vendor"}, b"{}")
    rule = "spoils" if response else ""
    exchange = Exchange(0, tenant, "gettoken", asked, Answer(honest, fields), response or honest, (), rule)
    exchange.outcome.end(how)
    return exchange


def _response(**fields: Any) -> Response:
    return Response(200, orjson.dumps(fields), JSON_UTF8)


def recorded(*exchanges: Exchange, journal: Journal | None = None) -> Journal:
    """A journal with these on record."""
    journal = journal or Journal()
    for exchange in exchanges:
        journal.record(exchange)
    return journal


def judged(journal: Journal, *expect: Any, **about: Any) -> dict[str, Any]:
    """The verdict on a journal."""
    expected = complete(expectations.read({"expect": list(expect), **about}, journal.redaction))
    past = immediate(JournalSnapshot.read(journal.awaited, expected.tenants, expected.since))
    return complete(verdict(expected, past))
