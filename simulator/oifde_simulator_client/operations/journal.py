"""Operations on the journal: list, wait for, export and delete exchanges.

Keywords are a filter: `tenant`, `endpoint`, `rule`, `status`, `error_code`, `warnings`, `spoiled`, `outcome`
(not of `wait` and `events`), `text` (a part of what is on record, in capitals or not), a field of the request
such as `userMobile`, or `**{"headers.X-Trace": "7"}`. True means present, False absent, a mapping is a JSON
Schema, and any other value must be equal. `since` is an entry's number, or an instant on the tenant's clock.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Any

from oifde_simulator_client.call import Call, of_json
from oifde_simulator_client.decode import as_it_is, build, build_exchange_in_whole, build_exchanges
from oifde_simulator_client.encode import Duration, format_duration, query_string, seconds
from oifde_simulator_client.errors import hides_frames
from oifde_simulator_client.models import Bodies, Exchange, ExchangeInWhole, Exchanges

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

PAGE = 1000
"""Entries of one page of `every_exchange`."""


def exchanges(*, limit: int | None = None, **wanted: Any) -> Call[Exchanges]:
    """Fetch the first `limit` (default 100, at most 1000) matching exchanges, oldest first."""
    return page("/journal" + query_string({"limit": limit, **wanted}))


def first_page(**wanted: Any) -> str:
    """Write the URL of the first page of all matching exchanges."""
    return "/journal" + query_string({"limit": PAGE, **wanted})


def page(url: str) -> Call[Exchanges]:
    """Fetch the page of the journal at `url`, such as `Exchanges.next`."""
    return Call("GET", url, of_json(build_exchanges))


def find(**wanted: Any) -> Generator[Call[Any], Any, Sequence[Exchange]]:
    """Fetch all matching exchanges, such as `status=503` or `userMobile="18000000001"`, oldest first."""
    found: list[Exchange] = []
    url: str | None = first_page(**wanted)
    while url:
        fetched = yield from page(url)
        found += fetched.entries
        url = fetched.next
    return found


def number_of_exchanges(**wanted: Any) -> Generator[Call[Any], Any, int]:
    """Count matching exchanges."""
    fetched = yield from exchanges(limit=1, **wanted)
    return fetched.count


def exchange(number: int) -> Call[ExchangeInWhole]:
    """Fetch one exchange in whole."""
    return Call("GET", f"/journal/{number}", of_json(build_exchange_in_whole))


def bodies(number: int) -> Call[Bodies]:
    """Fetch the body that was sent and the honest one, whole, and what differs."""
    return Call("GET", f"/journal/{number}/bodies", of_json(partial(build, Bodies)))


def wait(count: int = 1, timeout: Duration = 5.0, **wanted: Any) -> Call[Exchanges]:
    """Wait until `count` matching exchanges are on record and return the first `count`.

    Raises NotCome after `timeout`.
    """
    query = query_string({"count": count, "timeout": format_duration(timeout), **wanted})
    return Call("GET", "/journal/wait" + query, of_json(build_exchanges), extra_timeout=seconds(timeout))


def events(**wanted: Any) -> str:
    """Write the URL of the stream of matching exchanges."""
    return "/journal/events" + query_string(wanted)


def forget(tenant: str | None = None) -> Call[int]:
    """Delete all exchanges, or those of one tenant, and return their number."""
    query = query_string({"tenant": tenant})
    return Call("DELETE", "/journal" + query, of_json(lambda answer: int(answer["deleted"])))


def har(*, limit: int | None = None, **wanted: Any) -> Call[Mapping[str, Any]]:
    """Export matching exchanges as an HTTP archive (HAR 1.2), which browsers' network panels open."""
    return Call("GET", "/journal.har" + query_string({"limit": limit, **wanted}), of_json(as_it_is))
