"""Entries of the journal: listed, shown and forgotten."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.journal.near_misses import search_near_misses
from oifde_simulator.model.entry import Entry
from oifde_simulator.quantities import one_of
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import wrong_parameter
from oifde_simulator.web.control_plane.routes.unknown_names import unknown_name
from oifde_simulator.web.control_plane.routes.values import is_entry_number, tenant_or_none_known

ORDER = one_of("oldest", "newest")
"""Reads which entries come first."""


async def list_exchanges(call: Call) -> web.Response:
    """List a page of the entries that a filter accepts, in the order that is asked for."""
    limit = call.query.number("limit")
    newest_first = call.query.get("order", "oldest", ORDER) == "newest"
    before = call.query.get("before", None, _number)
    journal = call.context.journal
    wanted = journal.filter(call.query.without("limit", "order", "before"))
    found = await journal.search(wanted, before)
    count, further = len(found.entries), "before" if newest_first else "since"
    page = found.entries[: -limit - 1 : -1] if newest_first else found.entries[:limit]
    hint = "" if count else await unknown_name(call.context, wanted)
    return json_response(
        {
            **found.summary(count),
            "next": call.query.url_with(further, page[-1].number) if count > limit else None,
            "entries": [entry.brief() for entry in page],
            **({"hint": hint} if hint else {}),
        }
    )


async def read_exchange(call: Call) -> web.Response:
    """Show one entry with everything that is kept of it."""
    entry = await entry_on_record(call)
    return json_response(entry.whole() | {"nearMisses": await _near_misses(call, entry)})


async def read_bodies(call: Call) -> web.Response:
    """Show the body that was sent and the honest one, and what differs."""
    bodies = await call.context.bodies.make(await entry_on_record(call))
    return json_response(bodies.as_json())


async def entry_on_record(call: Call) -> Entry:
    """Find the entry that the path names. Raises Problem."""
    text, journal = call.path["number"], call.context.journal
    if not is_entry_number(text):
        raise wrong_parameter(
            f"expected /journal/ and an entry's number, such as /journal/1, found {text[:60]!r}"
        )
    entry = await journal.get(int(text))
    if entry is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "not-on-record",
            f"entry {text} is not on record; the newest is {await journal.last()}, and old ones go",
        )
    return entry


async def _near_misses(call: Call, entry: Entry) -> list[dict[str, Any]]:
    """Compare the rules of its tenant with an entry that none of them took; others have turns between."""
    rules = None if entry.taken else await call.context.tenants.rules_about(entry)
    if not rules:
        return []
    return await call.context.evaluations.run(
        search_near_misses(rules, entry, call.context.journal.redaction)
    )


async def forget_exchanges(call: Call) -> web.Response:
    """Forget all entries, or those of one tenant."""
    tenant = call.query.get("tenant", None, tenant_or_none_known)
    return json_response({"deleted": await call.context.journal.clear(tenant)})


def _number(text: str) -> int:
    """Read the number of an entry."""
    if not is_entry_number(text):
        raise ValueError(f"expected the number of an entry, found {shown(text)}")
    return int(text)
