"""Waiting for exchanges that have not come yet: answered as soon as they have, or when it is in vain."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.journal import Journal
from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.journal import nearest
from oifde_simulator.journal.subscriptions.index import MOST_GROUPS, CapacityExceeded
from oifde_simulator.journal.subscriptions.waiter import Waiter
from oifde_simulator.quantities import duration
from oifde_simulator.text import counted, shown
from oifde_simulator.web.control_plane.context import Call, ControlContext
from oifde_simulator.web.control_plane.journal_query import accepted, summary, wanted_by
from oifde_simulator.web.control_plane.lookup import no_tenant
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters, up_to

PATIENCE, LONGEST_PATIENCE = 5.0, 600.0
"""Seconds a client waits where it does not say, and at most."""
MOST_WAITERS = 10_000
MOST_AWAITED = 10_000
CROWDED = (
    f"{MOST_GROUPS} requests wait already for what only their filters tell apart; name a tenant, or a field"
    " of the request that is of this one"
)
LOOKED_AT = 1000
"""Newest entries among which near misses are looked for."""


async def await_exchanges(call: Call) -> web.Response:
    """Answer as soon as so many entries that the parameters describe have come."""
    given, journal = Parameters(call.request), call.context.journal
    number = given.take("count", 1, up_to(MOST_AWAITED))
    patience = given.take("timeout", PATIENCE, _patience)
    wanted = wanted_by(given, journal)
    if len(journal.waiters) >= MOST_WAITERS:
        raise _too_many(f"{MOST_WAITERS} requests wait already; let some of them end first")
    waiter = await _waited(call.context, wanted, number, patience)
    told = await summary(journal, wanted, waiter.found)
    if not waiter.enough:
        raise await _missed(journal, waiter, patience, told)
    return json_response(told | {"entries": await _came(journal, waiter)})


async def _waited(context: ControlContext, wanted: Filter, number: int, patience: float) -> Waiter:
    enough, journal = asyncio.Event(), context.journal
    waiter = Waiter(wanted, number, enough.set)
    try:
        journal.waiters.add(waiter)
    except CapacityExceeded:
        raise _too_many(CROWDED) from None
    try:
        # The waiter hears of what comes from here on, and may hear of an entry that is among these too.
        present = await journal.entries(wanted.tenant, wanted.since)
        waiter.add_earlier(await accepted(wanted, present))
        del present  # or they would be kept beyond the bounds
        async with asyncio.timeout(patience):
            while not (waiter.enough or waiter.ended):
                await _known(context, waiter)
                await enough.wait()
                enough.clear()
    except TimeoutError:
        pass
    finally:
        journal.waiters.remove(waiter)
    return waiter


async def _known(context: ControlContext, waiter: Waiter) -> None:
    """Whoever waits for a tenant that is not there, or no more, would wait in vain."""
    name = waiter.filter.tenant
    if name and not await context.tenants.has(name):
        came = f"{waiter.found} of {counted(waiter.count, 'exchange')} came"
        raise no_tenant(context, name, f"there is no tenant {shown(name)} to wait for, {came}")


async def _came(journal: Journal, waiter: Waiter) -> list[dict[str, Any]]:
    """What has come and is still on record; what had to go meanwhile makes the range truncated."""
    return [entry.brief() for entry in await journal.some(waiter.filter.tenant, waiter.numbers())]


def _too_many(detail: str) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-waiters", detail)


async def _missed(journal: Journal, waiter: Waiter, patience: float, told: dict[str, Any]) -> Problem:
    wanted = waiter.filter
    others = (await journal.entries(None, wanted.since))[-LOOKED_AT:]
    near = nearest(wanted, others)
    misses = [{"number": miss.entry.number, "differences": list(map(str, miss.differences))} for miss in near]
    came = f"{told['count']} of {counted(waiter.count, 'exchange')} came within {patience:g} s"
    hint = f"; nearest is entry {near[0].entry.number}: {near[0].differences[0]}" if near else ""
    more = {"entries": await _came(journal, waiter), "nearMisses": misses}
    return Problem(HTTPStatus.GATEWAY_TIMEOUT, "not-come", came + hint, **told, **more)


def _patience(text: str) -> float:
    seconds = duration(text)
    if seconds > LONGEST_PATIENCE:
        raise ValueError(f"expected at most {LONGEST_PATIENCE:g}s, found {text}")
    return seconds
