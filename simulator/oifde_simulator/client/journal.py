"""Calls about the journal: list, wait for, export and delete exchanges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.client.decode import build, build_exchanges
from oifde_simulator.client.encode import Duration, format_duration, query_string, seconds
from oifde_simulator.client.errors import hides_frames
from oifde_simulator.client.models import Exchange, ExchangeInWhole, Exchanges
from oifde_simulator.client.transport import Transport

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

PAGE = 1000
"""Entries of one page of `every_exchange`."""


class JournalCalls:
    """Calls of `Control` about the journal.

    Keywords are a filter: `tenant`, `endpoint`, `rule`, `status`, `error_code`, a field of the request such
    as `userMobile`, or `**{"headers.X-Trace": "7"}`. True means present, False absent, a mapping is a JSON
    Schema, and any other value must be equal. `since` is an entry's number, or an instant on the tenant's
    clock.
    """

    _transport: Transport

    def exchanges(self, *, limit: int | None = None, **wanted: Any) -> Exchanges:
        """Fetch the first `limit` (default 100, at most 1000) matching exchanges, oldest first."""
        return build_exchanges(
            self._transport.request("GET", "/journal" + query_string({"limit": limit, **wanted})).json
        )

    def every_exchange(self, **wanted: Any) -> Iterator[Exchange]:
        """Fetch all matching exchanges page by page, oldest first."""
        path: str | None = "/journal" + query_string({"limit": PAGE, **wanted})
        while path:
            page = build_exchanges(self._transport.request("GET", path).json)
            yield from page.entries
            path = page.next

    def exchange(self, number: int) -> ExchangeInWhole:
        """Fetch one exchange in whole."""
        return build(ExchangeInWhole, self._transport.request("GET", f"/journal/{number}").json)

    def wait(self, count: int = 1, timeout: Duration = 5.0, **wanted: Any) -> Exchanges:
        """Wait until `count` matching exchanges are on record and return the first `count`.

        Raises NotCome after `timeout`.
        """
        query = query_string({"count": count, "timeout": format_duration(timeout), **wanted})
        reply = self._transport.request("GET", "/journal/wait" + query, extra_timeout=seconds(timeout))
        return build_exchanges(reply.json)

    def forget(self, tenant: str | None = None) -> int:
        """Delete all exchanges, or those of one tenant, and return their number."""
        return int(
            self._transport.request("DELETE", "/journal" + query_string({"tenant": tenant})).json["deleted"]
        )

    def har(self, *, limit: int | None = None, **wanted: Any) -> Mapping[str, Any]:
        """Export matching exchanges as an HTTP archive (HAR 1.2), which browsers' network panels open."""
        answer: Mapping[str, Any] = self._transport.request(
            "GET", "/journal.har" + query_string({"limit": limit, **wanted})
        ).json
        return answer
