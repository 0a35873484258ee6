"""The control plane's view of the journal: lists and single entries; the table of all that is asked of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.journal.near_misses import near_misses
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.journal_query import search, summary, wanted_by
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters, up_to, wrong
from oifde_simulator.web.control_plane.routes.events import follow_exchanges
from oifde_simulator.web.control_plane.routes.har import export_exchanges
from oifde_simulator.web.control_plane.routes.journal_wait import await_exchanges

PAGE, LARGEST_PAGE = 100, 1000
LONGEST_ID = 256
"""Characters."""


async def list_exchanges(call: Call) -> web.Response:
    """A page of the entries that the parameters describe, the oldest first, and how many there are."""
    given, journal = Parameters(call.request), call.context.journal
    limit = given.take("limit", PAGE, up_to(LARGEST_PAGE))
    wanted = wanted_by(given, journal)
    found = await search(journal, wanted)
    page = found[:limit]
    return json_response(
        {
            **await summary(journal, wanted, len(found)),
            "next": given.after(page[-1].number) if len(found) > limit else None,
            "entries": [entry.brief() for entry in page],
        }
    )


async def read_exchange(call: Call) -> web.Response:
    """One entry, with all that is kept."""
    given = Parameters(call.request)
    given.end()
    text = call.request.match_info["number"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise wrong(f"expected /journal/ and an entry's number, such as /journal/1, found {text[:60]!r}")
    entry = await call.context.journal.get(int(text))
    if entry is None:
        last = await call.context.journal.last()
        detail = f"entry {text} is not on record; the newest is {last}, and old ones go"
        raise Problem(HTTPStatus.NOT_FOUND, "not-on-record", detail)
    return json_response(entry.whole() | {"nearMisses": await _near_misses(call.context, entry)})


async def _near_misses(context: ControlContext, entry: Entry) -> list[dict[str, Any]]:
    if entry.rule or not entry.tenant:
        return []
    try:
        tenant = await context.tenants.named(entry.tenant)
    except KeyError:
        return []
    return near_misses(tenant.rules, entry, context.journal.redaction)


async def forget_exchanges(call: Call) -> web.Response:
    """Forget all entries, or those of one tenant."""
    given = Parameters(call.request)
    tenant = given.take("tenant", None, _tenant)
    given.end()
    return json_response({"deleted": await call.context.journal.clear(tenant)})


def _tenant(text: str) -> str:
    if len(text) > LONGEST_ID:
        raise ValueError(f"expected at most {LONGEST_ID} characters, found {len(text)}")
    return "" if text == "false" else text


OPERATIONS: RouteTable = {
    "listExchanges": list_exchanges,
    "readExchange": read_exchange,
    "forgetExchanges": forget_exchanges,
    "awaitExchanges": await_exchanges,
    "exportExchanges": export_exchanges,
    "followExchanges": follow_exchanges,
}
