"""An exchange as a line of the log.

Rule: the line shows the client's text from the entry, which has no credentials.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from oifde_simulator.model.entry import Entry
from oifde_simulator.model.exchange import Exchange
from oifde_simulator.model.http import Response
from oifde_simulator.oifde.operations import BY_NAME, tenant_field
from oifde_simulator.text import printable, shown
from oifde_simulator.wire.script import Send

log = logging.getLogger("oifde_simulator.exchanges")

LONGEST = 64
"""Characters of a field's value."""
CODES = ("errorCode", "resultCode")
"""Members of answers that hold the code of an error."""
LARGEST = 1 << 20
"""Size in bytes up to which a spoiled body is decoded for the log."""


def log_exchange(exchange: Exchange, entry: Entry) -> None:
    """Log an exchange: at WARNING with its problems, warnings and notes if there are any, else at INFO."""
    if entry.problems or entry.warnings or entry.notes:
        if log.isEnabledFor(logging.WARNING):
            messages = printable("; ".join((*entry.problems, *entry.warnings, *entry.notes)))
            log.warning(
                "%s: %s", format_line(exchange, entry), messages, extra={"exchange": lambda: _decided(entry)}
            )
    elif log.isEnabledFor(logging.INFO):
        line = format_line(exchange, entry)
        log.info("%s%s", line, format_query(exchange, entry), extra={"exchange": lambda: _decided(entry)})


def _decided(entry: Entry) -> dict[str, Any]:
    """Render what is known of an entry when it is logged: its answer has not been sent yet."""
    document = entry.brief()
    del document["outcome"]
    return document


def logs_good() -> bool:
    """Check that an exchange without problems, warnings and notes is logged."""
    return log.isEnabledFor(logging.INFO)


def format_line(exchange: Exchange, entry: Entry) -> str:
    """Format an exchange as one printable line: tenant, operation, answer sent, honest answer if another."""
    if not exchange.request.method:
        answers = _answers(exchange, str(exchange.honest.response.status))
        return printable(f"{exchange.tenant or '(no tenant)'} (no request){_port(exchange)} {answers}")
    fields, head = exchange.honest.fields, entry.request.head
    place = exchange.endpoint or f"{head.method} {head.target[:80]!r}"
    place += _port(exchange)
    name = next((name for name in CODES if name in fields), "")
    code = f" {name}={fields[name]}" if name else f" bytes={fields['bytes']}" if "bytes" in fields else ""
    total = f" total={fields['total']}" if "total" in fields and not fields["errorCode"] else ""
    honest = f"{exchange.honest.response.status}{code}{total}"
    return printable(f"{exchange.tenant or _unknown_tenant(entry)} {place} {_answers(exchange, honest)}")


def format_query(exchange: Exchange, entry: Entry) -> str:
    """Format what a good query asked for, and how many records its honest answer has, as a line's end."""
    operation, honest = BY_NAME.get(exchange.endpoint), exchange.honest
    if operation is None or operation.paging is None or honest.page is None:
        return ""
    pages = (operation.paging.number, operation.paging.size)
    fields = {pages[0]: operation.request_defaults[pages[0]], **entry.request.document}
    own = (*operation.identity_fields, *pages)
    names = (*(name for name in operation.request_types if name not in own), *pages)
    asked = " ".join(f"{name}={str(fields[name])[:LONGEST]}" for name in names if fields.get(name))
    records = len(range(len(honest.selection))[honest.page])
    return printable(f"; {asked} records={records}")


def _port(exchange: Exchange) -> str:
    """Name the port by which a request came, unless it is the vendor's."""
    return f" on the {exchange.request.port} port" if exchange.request.port else ""


def _unknown_tenant(entry: Entry) -> str:
    """Format the tenant that a request names, if there is none of that name."""
    name = entry.request.document.get(tenant_field(entry.endpoint))
    known = entry.endpoint and name and isinstance(name, str)
    return f"(unknown tenant {shown(name)})" if known else "(no tenant)"


def _answers(exchange: Exchange, honest: str) -> str:
    if not exchange.rule:
        return honest
    faults, names = ", ".join(exchange.faults), ", ".join(map(repr, exchange.rules))
    by = f"by rule{'s' if len(exchange.rules) > 1 else ''} {names}"
    if not any(isinstance(action, Send) and action.octets for action in exchange.script):
        sent = f"no answer ({faults})"
    elif _is_honest(exchange.response, exchange.honest.response):
        return f"{honest} with {faults} {by}" if faults else f"{honest} {by}, which left the body as it is"
    else:
        sent = " ".join([str(exchange.response.status), *_changed_members(exchange)])
        sent += f" with {faults}" if faults else ""
    return f"{sent} {by}, would have been {honest}"


def _is_honest(sent: Response, honest: Response) -> bool:
    return sent is honest or (sent.status == honest.status and sent.body == honest.body)


def _changed_members(exchange: Exchange) -> Iterator[str]:
    """List the members of the answer that a rule changed, as `name=value`."""
    fields, response = exchange.honest.fields, exchange.response
    if response.body == exchange.honest.response.body:
        return
    document = _document(response)
    for name in ("errorCode", "resultCode", "total"):
        if name in document and document[name] != fields.get(name):
            yield f"{name}={shown(document[name])}"
        if document.get("errorCode") or document.get("resultCode"):
            return


def _document(response: Response) -> Mapping[str, Any]:
    body = response.body
    if not isinstance(body, bytes) or len(body) > LARGEST:
        return {}
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}
