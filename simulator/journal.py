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
        if honest.problems or honest.warnings:
            noticed = (*(problem.message for problem in honest.problems), *honest.warnings)
            log.warning("%s: %s", _line(exchange), "; ".join(noticed))
        elif log.isEnabledFor(logging.INFO):
            log.info("%s", _line(exchange))


def _line(exchange: Exchange) -> str:
    fields, request = exchange.honest.fields, exchange.request
    place = exchange.endpoint or f"{request.method} {request.target[:80]!r}"
    total = f" total={fields['total']}" if "total" in fields and not fields["errorCode"] else ""
    status = exchange.honest.response.status
    return f"{exchange.tenant or '(no tenant)'} {place} {status} errorCode={fields['errorCode']}{total}"
