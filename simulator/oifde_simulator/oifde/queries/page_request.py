"""Read the fields of a query: which sessions it selects, and which page of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from oifde_simulator.model.sessions import Criteria
from oifde_simulator.oifde.policy.service_policy import ServicePolicy

SELECTORS = ("userMobile", "callId", "ctiCallId")
"""Fields of which one must be sent, in the vendor's order (Session Record Query Interface, Table 1)."""

ORDERS = {"first": SELECTORS, "call-first": ("callId", "ctiCallId", "userMobile")}
"""Order in which selectors are looked for, where the first one alone decides."""


class PageRequest(NamedTuple):
    """Selection and page that a query asks for."""

    criteria: Criteria
    page: slice
    """Places of the page in the selection, newest session first; beyond the end there are no records."""


def page_request(
    values: Mapping[str, Any], defaults: Mapping[str, Any], policy: ServicePolicy
) -> PageRequest:
    """Parse valid request fields as `policy` reads them."""
    # `PageRequest(...)` costs twice as much.
    found = criteria(values, policy, policy.time_zone), _page(values, defaults)
    return tuple.__new__(PageRequest, found)


def criteria(values: Mapping[str, Any], policy: ServicePolicy, zone: tzinfo) -> Criteria:
    """Read the conditions of a query, its times in `zone`."""
    begin, end = values.get("beginTime"), values.get("endTime")
    # Guess: [time-bounds] startTime, both ends inside, the last second whole; two queries would settle it.
    first = None if begin is None else policy.time_bounds.first(_instant(begin, zone))
    last = None if end is None else policy.time_bounds.last(_instant(end, zone))
    # `Criteria(...)` costs twice as much.
    return tuple.__new__(Criteria, (*_selectors(values, policy), first, last))


def _selectors(values: Mapping[str, Any], policy: ServicePolicy) -> tuple[str | None, ...]:
    if policy.selectors not in ORDERS:
        return values.get("userMobile"), values.get("callId"), values.get("ctiCallId")
    found = {name: values.get(name) for name in SELECTORS}
    first = next((name for name in ORDERS[policy.selectors] if found[name] is not None), "")
    return tuple(value if name == first else None for name, value in found.items())


def _page(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> slice:
    number = int(values.get("pageNum") or defaults["pageNum"])
    size = int(values.get("pageSize") or defaults["pageSize"])
    return slice((number - 1) * size, number * size)


def _instant(text: str, zone: tzinfo) -> int:
    # Guess: [repeated-hour] where clocks go back, the first of the two; only a zone that does so asks.
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1000
