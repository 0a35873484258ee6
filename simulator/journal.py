"""The exchanges, on record. For now the record is the log: a line an exchange, credentials never in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from simulator.exchange import Exchange
from simulator.failure.loading import printable
from simulator.failure.located import shown
from simulator.http import Response
from simulator.oifde.decoding import NotAnObject, decode
from simulator.oifde.routing import GETTOKEN
from simulator.wire import Send

log = logging.getLogger("simulator.exchanges")

LARGEST = 1 << 20
"""Bytes of a spoiled body that are still decoded for the log."""


class Journal:
    """Takes each exchange before its first byte leaves."""

    def record(self, exchange: Exchange) -> None:
        """Put `exchange` on record: what was wrong with the request is said at WARNING, the rest at INFO."""
        honest = exchange.honest
        if honest.problems or honest.warnings or exchange.notes:
            noticed = (*(problem.message for problem in honest.problems), *honest.warnings, *exchange.notes)
            log.warning("%s: %s", line(exchange), printable("; ".join(noticed)))
        elif log.isEnabledFor(logging.INFO):
            log.info("%s", line(exchange))


def line(exchange: Exchange) -> str:
    """An exchange in one printable line: who asked what, what was answered, and what would have been."""
    fields, request = exchange.honest.fields, exchange.request
    place = exchange.endpoint or f"{request.method} {request.target[:80]!r}"
    total = f" total={fields['total']}" if "total" in fields and not fields["errorCode"] else ""
    honest = f"{exchange.honest.response.status} errorCode={fields['errorCode']}{total}"
    return printable(f"{exchange.tenant or _nobody(exchange)} {place} {_told(exchange, honest)}")


def _nobody(exchange: Exchange) -> str:
    """Who asked, where no tenant of that name is known."""
    name = None
    if exchange.endpoint and not exchange.request.obstacle:
        try:
            document = decode(exchange.request.body)
        except NotAnObject:
            document = {}
        name = document.get("appKey" if exchange.endpoint == GETTOKEN else "tenantId")
    return f"(unknown tenant {shown(name)})" if name and isinstance(name, str) else "(no tenant)"


def _told(exchange: Exchange, honest: str) -> str:
    if not exchange.rule:
        return honest
    faults = ", ".join(exchange.faults)
    if not any(isinstance(action, Send) and action.octets for action in exchange.script):
        sent = f"no answer ({faults})"
    else:
        sent = " ".join([str(exchange.response.status), *_spoiled(exchange)])
        sent += f" with {faults}" if faults else ""
    return f"{sent} by rule {exchange.rule!r}, would have been {honest}"


def _spoiled(exchange: Exchange) -> Iterator[str]:
    """The members of the answer that a rule gave another value."""
    fields, response = exchange.honest.fields, exchange.response
    if response.body == exchange.honest.response.body:
        return
    document = _document(response)
    for name in ("errorCode", "total"):
        if name in document and document[name] != fields.get(name):
            yield f"{name}={shown(document[name])}"
        if document.get("errorCode"):
            return


def _document(response: Response) -> Mapping[str, Any]:
    if len(response.body) > LARGEST:
        return {}
    try:
        document = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}
