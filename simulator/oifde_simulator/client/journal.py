"""Calls about the journal: what was asked and answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.client import decode
from oifde_simulator.client.decode import built
from oifde_simulator.client.encode import Duration, duration, query, seconds
from oifde_simulator.client.errors import told
from oifde_simulator.client.models import Exchange, ExchangeInWhole, Exchanges
from oifde_simulator.client.transport import Transport

__tracebackhide__ = told  # a failing test shows its own line

PAGE = 1000
"""Entries that are fetched at once."""


class JournalCalls:
    """The part of `Control` that is about the journal.

    A filter is given by keywords: `tenant`, `endpoint`, `rule`, `status`, `error_code`, a field of the
    request such as `userMobile`, or `**{"headers.X-Trace": "7"}`. True is present, False is absent, a mapping
    is a JSON Schema, all else is equal. `since` is an entry's number, or an instant on the tenant's clock.
    """

    _transport: Transport

    def exchanges(self, *, limit: int | None = None, **wanted: Any) -> Exchanges:
        """The first `limit` (100; at most 1000) that are wanted, the oldest first, and how many there are."""
        return decode.exchanges(
            self._transport.ask("GET", "/journal" + query({"limit": limit, **wanted})).json
        )

    def every_exchange(self, **wanted: Any) -> Iterator[Exchange]:
        """All that are wanted, the oldest first, fetched page by page."""
        path: str | None = "/journal" + query({"limit": PAGE, **wanted})
        while path:
            page = decode.exchanges(self._transport.ask("GET", path).json)
            yield from page.entries
            path = page.next

    def exchange(self, number: int) -> ExchangeInWhole:
        """One exchange, with all that is kept."""
        return built(ExchangeInWhole, self._transport.ask("GET", f"/journal/{number}").json)

    def wait(self, count: int = 1, timeout: Duration = 5.0, **wanted: Any) -> Exchanges:
        """The first `count` that are wanted, as soon as so many are on record; NotCome after `timeout`."""
        asked = query({"count": count, "timeout": duration(timeout), **wanted})
        reply = self._transport.ask("GET", "/journal/wait" + asked, patience=seconds(timeout))
        return decode.exchanges(reply.json)

    def forget(self, tenant: str | None = None) -> int:
        """Forget all exchanges, or those of one tenant; returns how many."""
        return int(self._transport.ask("DELETE", "/journal" + query({"tenant": tenant})).json["deleted"])

    def har(self, *, limit: int | None = None, **wanted: Any) -> Mapping[str, Any]:
        """What is wanted as an HTTP archive (HAR 1.2), which a browser's network panel opens."""
        answer: Mapping[str, Any] = self._transport.ask(
            "GET", "/journal.har" + query({"limit": limit, **wanted})
        ).json
        return answer
