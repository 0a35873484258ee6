"""How many records an answer had, and how many there are: the end of an answer in a line of the report."""

from __future__ import annotations

import json
import re
from typing import Any

from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator_client import Exchange, ExchangeInWhole


def honest(entry: Exchange) -> str:
    """Write total and records of the answer of an unbroken service; empty where it has none."""
    operation = BY_NAME.get(entry.endpoint or "")
    paging = operation.paging if operation else None
    if operation is None or paging is None or entry.honest.get("errorCode"):
        return ""
    total = entry.honest.get(paging.total)
    number, size = (_number(entry, name, operation.request_defaults) for name in (paging.number, paging.size))
    if not isinstance(total, int) or not number or not size:
        return ""
    return _written(total, len(range(total)[(number - 1) * size : number * size]))


def sent(entry: Exchange, whole: ExchangeInWhole) -> str:
    """Write total and records of the answer that was sent; empty where it is no such answer."""
    operation = BY_NAME.get(entry.endpoint or "")
    if operation is None or operation.paging is None or entry.error_code:
        return ""
    text = str(whole.response.get("text") or "")
    if whole.response.get("cut"):  # the journal keeps the beginning, which has the total
        found = re.search(
            rf'"{operation.paging.total}":(-?[0-9]+)', text.partition(operation.records_field)[0]
        )
        return _written(int(found[1]) if found else None, None)
    document = _decoded(text)
    total, records = document.get(operation.paging.total), document.get(operation.records_field)
    return _written(total, len(records) if isinstance(records, list) else None)


def _decoded(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _number(entry: Exchange, name: str, defaults: Any) -> int:
    written = str(entry.request.get(name) or defaults.get(name, ""))
    return int(written) if written.isascii() and written.isdecimal() else 0


def _written(total: Any, records: int | None) -> str:
    parts = [f" total {total}"] if isinstance(total, int) else []
    return "".join([*parts, *([] if records is None else [f" records {records}"])])
