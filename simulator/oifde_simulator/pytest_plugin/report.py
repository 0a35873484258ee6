"""The journal of a test that failed, as lines: what was asked and answered, and what would have been."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from oifde_simulator.client import ControlError, Exchange, SimulatedTenant
from oifde_simulator.oifde.operations import OPERATIONS

MOST = 50
"""Exchanges that are shown, the newest."""
WIDEST = 60
WHO = frozenset(name for each in OPERATIONS for name in each.identity_fields)
"""Fields that are the same in every line."""
CLOSED = "the vendor's port is closed (by PUT /listener), for everybody"
GIVE = "give the client simulator.url and .credentials"


def text(tenant: SimulatedTenant) -> str:
    """A line for each exchange; never raises, since a report must not fail."""
    try:
        entries = tenant.control.every_exchange(tenant=tenant.tenant_id)
        newest, count = deque[Exchange](maxlen=MOST), 0
        for count, entry in enumerate(entries, start=1):  # noqa: B007
            newest.append(entry)
        rules = {rule.name: rule.fired for rule in tenant.rules}
        closed = [] if tenant.control.listener().open else [CLOSED]
    except (ControlError, ValueError, LookupError) as error:
        return f"the journal cannot be shown: {error}"
    if not count:
        return "\n".join([*closed, f"nobody asked as tenant {tenant.tenant_id}; {GIVE}"])
    earlier = [f"({count - MOST} earlier ones)"] if count > MOST else []
    unused = [f"rule {name} never fired" for name, fired in rules.items() if not fired]
    return "\n".join([*closed, *earlier, *map(line, newest), *unused])


def line(entry: Exchange) -> str:
    """One exchange."""
    return " ".join(_parts(entry))


def _parts(entry: Exchange) -> Iterator[str]:
    yield f"#{entry.number}"
    yield entry.endpoint or "(no endpoint)"
    for name, value in entry.request.items():
        if name not in WHO:
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
    return shown if len(shown) <= WIDEST else f"{shown[: WIDEST - 1]}…"
