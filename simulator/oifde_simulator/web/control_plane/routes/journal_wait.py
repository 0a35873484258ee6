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
from oifde_simulator.text import counted, did_you_mean, shown
from oifde_simulator.web.control_plane.context import Plane
from oifde_simulator.web.control_plane.journal_query import found_by, summary, wanted_by
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


async def await_exchanges(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Answer as soon as so many entries that the parameters describe have come."""
    given, journal = Parameters(request), plane.journal
    number = given.take("count", 1, up_to(MOST_AWAITED))
    patience = given.take("timeout", PATIENCE, _patience)
    wanted = wanted_by(given, journal)
    if len(journal.waiters) >= MOST_WAITERS:
        raise _too_many(f"{MOST_WAITERS} requests wait already; let some of them end first")
    waiter = await _waited(plane, wanted, number, patience)
    told = summary(journal, wanted, waiter.found)
    if not waiter.enough:
        raise _missed(journal, waiter, patience, told)
    return json_response(told | {"entries": _came(journal, waiter)})


async def _waited(plane: Plane, wanted: Filter, number: int, patience: float) -> Waiter:
    enough, journal = asyncio.Event(), plane.journal
    waiter = Waiter(wanted, number, enough.set)
    # What comes from here on is told to it, so what is here already is counted once.
    present = journal.entries(wanted.tenant, wanted.since)
    try:
        journal.waiters.add(waiter)
    except CapacityExceeded:
        raise _too_many(CROWDED) from None
    try:
        waiter.add_earlier(await found_by(wanted, present))
        del present  # or they would be kept beyond the bounds
        async with asyncio.timeout(patience):
            while not (waiter.enough or waiter.ended):
                _known(plane, waiter)
                await enough.wait()
                enough.clear()
    except TimeoutError:
        pass
    finally:
        journal.waiters.remove(waiter)
    return waiter


def _known(plane: Plane, waiter: Waiter) -> None:
    """Whoever waits for a tenant that is not there, or no more, would wait in vain."""
    name = waiter.filter.tenant
    if name and name not in plane.tenants.scenarios:
        hint = did_you_mean(name, plane.tenants.files) or "; GET /tenants lists those there are"
        came = f"{waiter.found} of {counted(waiter.count, 'exchange')} came"
        detail = f"there is no tenant {shown(name)} to wait for, {came}{hint}"
        raise Problem(HTTPStatus.NOT_FOUND, "no-tenant", detail)


def _came(journal: Journal, waiter: Waiter) -> list[dict[str, Any]]:
    """What has come and is still on record; what had to go meanwhile makes the range truncated."""
    return [entry.brief() for entry in journal.some(waiter.filter.tenant, waiter.numbers())]


def _too_many(detail: str) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-waiters", detail)


def _missed(journal: Journal, waiter: Waiter, patience: float, told: dict[str, Any]) -> Problem:
    wanted = waiter.filter
    others = journal.entries(None, wanted.since)[-LOOKED_AT:]
    near = nearest(wanted, others)
    misses = [{"number": miss.entry.number, "differences": list(map(str, miss.differences))} for miss in near]
    came = f"{told['count']} of {counted(waiter.count, 'exchange')} came within {patience:g} s"
    hint = f"; nearest is entry {near[0].entry.number}: {near[0].differences[0]}" if near else ""
    more = {"entries": _came(journal, waiter), "nearMisses": misses}
    return Problem(HTTPStatus.GATEWAY_TIMEOUT, "not-come", came + hint, **told, **more)


def _patience(text: str) -> float:
    seconds = duration(text)
    if seconds > LONGEST_PATIENCE:
        raise ValueError(f"expected at most {LONGEST_PATIENCE:g}s, found {text}")
    return seconds
