"""An exchange as a line of the log. Credentials are never in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Response
from oifde_simulator.oifde.operations import tenant_field
from oifde_simulator.text import printable, shown
from oifde_simulator.wire.script import Send

log = logging.getLogger("oifde_simulator.exchanges")

LARGEST = 1 << 20
"""Bytes of a spoiled body that are still decoded for the log."""


def tell(exchange: Exchange, entry: Entry) -> None:
    """Log `exchange`: what was wrong with the request is said at WARNING, the rest at INFO."""
    if entry.problems or entry.warnings or entry.notes:
        if log.isEnabledFor(logging.WARNING):
            noticed = printable("; ".join((*entry.problems, *entry.warnings, *entry.notes)))
            log.warning("%s: %s", line(exchange, entry), noticed, extra={"exchange": entry.brief})
    elif log.isEnabledFor(logging.INFO):
        log.info("%s", line(exchange, entry), extra={"exchange": entry.brief})


def line(exchange: Exchange, entry: Entry) -> str:
    """An exchange in one printable line: who asked what, what was answered, and what would have been.

    What the client wrote is taken from its `entry`, which has no credentials.
    """
    if not exchange.request.method:
        told = _told(exchange, str(exchange.honest.response.status))
        return printable(f"{exchange.tenant or '(no tenant)'} (no request) {told}")
    fields, head = exchange.honest.fields, entry.asked.head
    place = exchange.endpoint or f"{head.method} {head.target[:80]!r}"
    code = f" errorCode={fields['errorCode']}" if "errorCode" in fields else ""
    total = f" total={fields['total']}" if "total" in fields and not fields["errorCode"] else ""
    honest = f"{exchange.honest.response.status}{code}{total}"
    return printable(f"{exchange.tenant or _nobody(entry)} {place} {_told(exchange, honest)}")


def _nobody(entry: Entry) -> str:
    """Who asked, where no tenant of that name is known."""
    name = entry.asked.document.get(tenant_field(entry.endpoint))
    known = entry.endpoint and name and isinstance(name, str)
    return f"(unknown tenant {shown(name)})" if known else "(no tenant)"


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
