"""From a query's values to what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from oifde_simulator.model.sessions import Criteria
from oifde_simulator.oifde import contract
from oifde_simulator.oifde.router import QUERY


class Wanted(NamedTuple):
    """What a query asks for."""

    criteria: Criteria
    page: slice
    """Which of the sessions that fit, newest first; beyond the end there are none."""


def wanted(values: Mapping[str, Any], zone: tzinfo) -> Wanted:
    """What `values`, already found good, ask for; times are read in `zone`."""
    return Wanted(_criteria(values, zone), _page(values))


def _criteria(values: Mapping[str, Any], zone: tzinfo) -> Criteria:
    begin, end = values.get("beginTime"), values.get("endTime")
    # Guess: [time-bounds] startTime, both ends inside, the last second whole; two queries would settle it.
    # Guess: [field-lengths] an ID longer than documented finds nothing, no error; one query would settle it.
    return Criteria(
        values.get("userMobile"),
        values.get("callId"),
        values.get("ctiCallId"),
        None if begin is None else _instant(begin, zone),
        None if end is None else _instant(end, zone) + 999,
    )


def _page(values: Mapping[str, Any]) -> slice:
    # Guess: [past-the-end] no records, the same total, no error; asking for page 999 would settle it.
    defaults = contract.request_defaults(QUERY)
    number = int(values.get("pageNum") or defaults["pageNum"])
    size = int(values.get("pageSize") or defaults["pageSize"])
    return slice((number - 1) * size, number * size)


def _instant(text: str, zone: tzinfo) -> int:
    # Guess: [repeated-hour] where clocks go back, the first of the two; only a zone that does so asks.
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1000
