"""The exchanges, on record. For now the record is the log: a line an exchange, credentials never in it."""

from __future__ import annotations

import logging

from simulator.exchange import Exchange

log = logging.getLogger("simulator.exchanges")


class Journal:
    """Takes each exchange before its first byte leaves."""

    def record(self, exchange: Exchange) -> None:
        """Put `exchange` on record: what was wrong with the request is said at WARNING, the rest at INFO."""
        honest = exchange.honest
        if honest.problems or honest.warnings or exchange.notes:
            noticed = (*(problem.message for problem in honest.problems), *honest.warnings, *exchange.notes)
            log.warning("%s: %s", line(exchange), "; ".join(noticed))
        elif log.isEnabledFor(logging.INFO):
            log.info("%s", line(exchange))


def line(exchange: Exchange) -> str:
    """An exchange in one line: who asked what, what was answered, and what would have been."""
    fields, request = exchange.honest.fields, exchange.request
    place = exchange.endpoint or f"{request.method} {request.target[:80]!r}"
    total = f" total={fields['total']}" if "total" in fields and not fields["errorCode"] else ""
    honest = f"{exchange.honest.response.status} errorCode={fields['errorCode']}{total}"
    return f"{exchange.tenant or '(no tenant)'} {place} {_told(exchange, honest)}"


def _told(exchange: Exchange, honest: str) -> str:
    if not exchange.rule:
        return honest
    wire = f" with {', '.join(exchange.faults)}" if exchange.faults else ""
    return f"{exchange.response.status}{wire} by rule {exchange.rule!r}, would have been {honest}"
