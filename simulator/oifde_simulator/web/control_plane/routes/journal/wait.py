"""Waiting for exchanges: answered as soon as they have come, or when the wait is in vain."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.journal import NearMiss
from oifde_simulator.journal.subscriptions.index import MOST_GROUPS, CapacityExceeded
from oifde_simulator.journal.subscriptions.waiter import Waiter
from oifde_simulator.quantities import duration
from oifde_simulator.text import counted
from oifde_simulator.web.control_plane.context import Call, ControlContext
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.services.journal import JournalService, SearchResult

DEFAULT_TIMEOUT, LONGEST_TIMEOUT = 5.0, 600.0
"""Seconds of a wait without a `timeout`, and at most."""
MOST_WAITERS = 10_000
"""Requests that may wait at once."""
MOST_COMPARED = 1000
"""Newest entries among which near misses are looked for."""
CROWDED = (
    f"{MOST_GROUPS} requests wait already for what only their filters tell apart; name a tenant, or a field"
    " of the request that is of this one"
)


async def await_exchanges(call: Call) -> web.Response:
    """Answer as soon as `count` entries that a filter accepts have come. Raises Problem after `timeout`."""
    journal = call.context.journal
    count = call.query.number("count")
    timeout = call.query.get("timeout", DEFAULT_TIMEOUT, _timeout)
    wanted = journal.filter(call.query.without("count", "timeout"))
    if call.context.subscriptions.waiters >= MOST_WAITERS:
        raise _too_many_waiters(f"{MOST_WAITERS} requests wait already; let some of them end first")
    waiter = await wait(call.context, wanted, count, timeout)
    found = await journal.result(wanted, await journal.some(wanted.tenant, waiter.numbers()))
    if not waiter.enough:
        raise _timed_out(waiter, timeout, found, await _nearest(journal, waiter))
    entries = [entry.brief() for entry in found.entries]
    return json_response(found.summary(waiter.found) | {"entries": entries})


async def wait(context: ControlContext, wanted: Filter, count: int, seconds: float) -> Waiter:
    """Wait until `count` entries have come, `seconds` have passed or the server stops."""
    changed = asyncio.Event()
    waiter = Waiter(wanted, count, changed.set)
    try:
        async with context.subscriptions.waiting(waiter) as present:
            waiter.add_earlier(await context.journal.accepted(wanted, present))
            del present  # or the entries would be kept beyond the bounds
            async with asyncio.timeout(seconds):
                while not (waiter.enough or waiter.ended):
                    await _check_tenant(context, waiter)
                    await changed.wait()
                    changed.clear()
                    if waiter.behind:
                        await _catch_up(context, waiter)
    except CapacityExceeded:
        raise _too_many_waiters(CROWDED) from None
    except TimeoutError:
        pass
    return waiter


async def _catch_up(context: ControlContext, waiter: Waiter) -> None:
    """Judge the entries that have come since the waiter last did, by its own turn among evaluations."""
    fresh = await context.subscriptions.unjudged(waiter)
    waiter.add_earlier(
        await context.journal.accepted(waiter.filter, fresh), fresh if waiter.filter.needs_end else ()
    )


async def _nearest(journal: JournalService, waiter: Waiter) -> list[NearMiss]:
    """Find the entries that come nearest; none for a server that stops, which has no time for it."""
    if waiter.ended:
        return []
    compared = await journal.comparable(waiter.filter)
    return await journal.nearest(waiter.filter, compared[-MOST_COMPARED:])


async def _check_tenant(context: ControlContext, waiter: Waiter) -> None:
    """Raise Problem where the tenant is not served, or no longer: the wait would be in vain."""
    if waiter.filter.tenant:
        came = f"{waiter.found} of {counted(waiter.count, 'exchange')} came"
        await context.tenants.require(waiter.filter.tenant, f" to wait for, {came}")


def _too_many_waiters(detail: str) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-waiters", detail)


def _timed_out(waiter: Waiter, timeout: float, found: SearchResult, near: list[NearMiss]) -> Problem:
    """Make the problem of a wait that timed out, with the entries that came and those that differ least."""
    came = f"{waiter.found} of {counted(waiter.count, 'exchange')} came within {timeout:g} s"
    hint = f"; nearest is entry {near[0].entry.number}: {near[0].differences[0]}" if near else ""
    members = found.summary(waiter.found) | {
        "entries": [entry.brief() for entry in found.entries],
        "nearMisses": [
            {"number": miss.entry.number, "differences": list(map(str, miss.differences))} for miss in near
        ],
    }
    return Problem(HTTPStatus.GATEWAY_TIMEOUT, "not-come", came + hint, **members)


def _timeout(text: str) -> float:
    seconds = duration(text)
    if seconds > LONGEST_TIMEOUT:
        raise ValueError(f"expected at most {LONGEST_TIMEOUT:g}s, found {text}")
    return seconds
