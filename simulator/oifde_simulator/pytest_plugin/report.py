"""The journal of a failed test as lines: requests, answers, and the answers of an unbroken service."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from oifde_simulator.client import ControlError, Exchange, SimulatedTenant
from oifde_simulator.oifde.operations import OPERATIONS
from oifde_simulator.streams import encodable

NEWEST = 50
"""Number of newest exchanges in the report."""
VALUE_LIMIT = 60
"""Longest value of a field in characters."""
CREDENTIALS = frozenset(name for each in OPERATIONS for name in each.identity_fields)
"""Fields that the lines leave out."""
CLOSED = "the vendor's port is closed (by PUT /listener), for everybody"
GIVE = "give the client simulator.url and .credentials"


def format_section(tenant: SimulatedTenant) -> str:
    """Write the journal so that the terminal can show it.

    pytest would escape the line ends, too, where one character cannot be encoded. A worker of pytest-xdist
    has the encoding of the controller, and cannot send half a character at all.
    """
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return encodable(encodable(format_journal(tenant), "utf-8"), encoding)


def format_journal(tenant: SimulatedTenant) -> str:
    """Write a line for each exchange; write the reason instead if the journal cannot be read."""
    try:
        newest, count = _newest(tenant)
        rules = {rule.name: rule.fired for rule in tenant.rules}
        closed = [] if tenant.control.listener().open else [CLOSED]
    except (ControlError, ValueError, LookupError) as error:
        return f"the journal cannot be shown: {error}"
    if not count:
        return "\n".join([*closed, f"nobody asked as tenant {tenant.tenant_id}; {GIVE}"])
    earlier = [f"({count - NEWEST} earlier ones)"] if count > NEWEST else []
    unused = [f"rule {name} never fired" for name, fired in rules.items() if not fired]
    return "\n".join([*closed, *earlier, *map(format_exchange, newest), *unused])


def _newest(tenant: SimulatedTenant) -> tuple[Sequence[Exchange], int]:
    """Fetch the newest exchanges and the number of all."""
    newest, count = deque[Exchange](maxlen=NEWEST), 0
    for exchange in tenant.control.every_exchange(tenant=tenant.tenant_id):
        newest.append(exchange)
        count += 1
    return newest, count


def format_exchange(entry: Exchange) -> str:
    """Write one exchange as a line."""
    return " ".join(_parts(entry))


def _parts(entry: Exchange) -> Iterator[str]:
    yield f"#{entry.number}"
    yield entry.endpoint or "(no endpoint)"
    for name, value in entry.request.items():
        if name not in CREDENTIALS:
            yield f"{name}={_short(value)}"
    yield f"-> {_answer(entry.status, entry.error_code)}"
    if entry.rule:
        by = f"by rule {entry.rule}" + (f" ({', '.join(entry.faults)})" if entry.faults else "")
        total = entry.honest.get("total")
        honest = _answer(entry.honest.get("status"), entry.honest.get("errorCode"))
        yield f"{by}; would have been {honest}" + (f" total {total}" if total is not None else "")
    how = entry.outcome.get("how")
    if how != "complete":
        yield f"[{how}, {entry.outcome.get('bytes')} bytes]"


def _answer(status: Any, error_code: Any) -> str:
    return f"{status}" if error_code is None else f"{status} errorCode {error_code}"


def _short(value: Any) -> str:
    shown = str(value)
    return shown if len(shown) <= VALUE_LIMIT else f"{shown[: VALUE_LIMIT - 1]}…"
