"""The control plane's view of the journal: lists and single entries; the table of all that is asked of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.journal.near_misses import near_misses
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.journal_query import found_by, summary, wanted_by
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters, up_to, wrong
from oifde_simulator.web.control_plane.routes.events import follow_exchanges
from oifde_simulator.web.control_plane.routes.har import export_exchanges
from oifde_simulator.web.control_plane.routes.journal_wait import await_exchanges

PAGE, LARGEST_PAGE = 100, 1000
LONGEST_ID = 256
"""Characters."""


async def list_exchanges(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """A page of the entries that the parameters describe, the oldest first, and how many there are."""
    given, journal = Parameters(request), plane.journal
    limit = given.take("limit", PAGE, up_to(LARGEST_PAGE))
    wanted = wanted_by(given, journal)
    found = await found_by(wanted, journal.entries(wanted.tenant, wanted.since))
    page = found[:limit]
    return json_response(
        {
            **summary(journal, wanted, len(found)),
            "next": given.after(page[-1].number) if len(found) > limit else None,
            "entries": [entry.brief() for entry in page],
        }
    )


async def read_exchange(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """One entry, with all that is kept."""
    given = Parameters(request)
    given.end()
    text = request.match_info["number"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise wrong(f"expected /journal/ and an entry's number, such as /journal/1, found {text[:60]!r}")
    entry = plane.journal.get(int(text))
    if entry is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "not-on-record",
            f"entry {text} is not on record; the newest is {plane.journal.last}, and old ones go",
        )
    return json_response(entry.whole() | {"nearMisses": _near_misses(plane, entry)})


def _near_misses(plane: Plane, entry: Entry) -> list[dict[str, Any]]:
    if entry.rule or entry.tenant not in plane.tenants.scenarios:
        return []
    return near_misses(plane.tenants.named(entry.tenant).rules, entry, plane.journal.redaction)


async def forget_exchanges(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Forget all entries, or those of one tenant."""
    given = Parameters(request)
    tenant = given.take("tenant", None, _tenant)
    given.end()
    return json_response({"deleted": plane.journal.clear(tenant)})


def _tenant(text: str) -> str:
    if len(text) > LONGEST_ID:
        raise ValueError(f"expected at most {LONGEST_ID} characters, found {len(text)}")
    return "" if text == "false" else text


OPERATIONS: Room = {
    "listExchanges": list_exchanges,
    "readExchange": read_exchange,
    "forgetExchanges": forget_exchanges,
    "awaitExchanges": await_exchanges,
    "exportExchanges": export_exchanges,
    "followExchanges": follow_exchanges,
}
