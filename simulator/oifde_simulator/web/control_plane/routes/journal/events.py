"""The journal as server-sent events: each exchange as it comes, from wherever its reader was."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import orjson
from aiohttp import web

from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.subscriptions.follower import Follower
from oifde_simulator.model.entry import Entry
from oifde_simulator.state.errors import StoreGone
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.query import wrong_parameter
from oifde_simulator.web.control_plane.routes.values import is_entry_number

HEARTBEAT = 15.0
"""Seconds of silence after which a comment shows that the connection lives."""
PATIENCE = 30.0
"""Seconds that a client may leave its events unread; when it comes again, it is told what it missed."""
MOST_FOLLOWERS = 100
"""Clients that may follow at once."""
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep events back
}
TRUNCATED = b'event: truncated\ndata: {"why":"exchanges went before they were read"}\n\n'
STORE_GONE = b": the store of the state does not answer; what comes meanwhile is sent when it does again\n\n"


async def follow_exchanges(call: Call) -> web.StreamResponse:
    """Send each entry that a filter accepts as soon as it is there, until the client leaves."""
    subscriptions = call.context.subscriptions
    wanted = call.context.journal.filter_of_arrivals(call.query.pairs)
    last = await call.context.journal.last()
    after = _start(call.request, wanted, last)
    if subscriptions.followers >= MOST_FOLLOWERS:  # so few that they are never CapacityExceeded
        raise _too_many_followers()
    response = web.StreamResponse(headers=HEADERS)
    async with subscriptions.following(wanted, after, last) as follower:
        await response.prepare(call.request)
        if call.request.method != "HEAD":
            hello = _hello(call.context.instance, follower, last)
            await _send_events(follower, response, call.request, hello)
    return response


def _too_many_followers() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "too-many-followers",
        f"{MOST_FOLLOWERS} clients follow already; let some of them end first",
    )


def _start(request: web.Request, wanted: Filter, newest: int) -> int:
    """Find the number after which entries are sent: the client's last one, or `since`, or the newest."""
    last = request.headers.get("Last-Event-ID", "").strip()
    if last:
        if not is_entry_number(last):
            raise wrong_parameter(f"Last-Event-ID: expected the number of an entry, found {shown(last)}")
        return int(last)
    return wanted.since.number if wanted.since.given else newest


async def _send_events(
    follower: Follower, response: web.StreamResponse, request: web.Request, hello: bytes
) -> None:
    octets = hello
    while True:
        octets += await _unread(follower)
        if octets and not await _write(response, octets):
            if request.transport is not None:
                request.transport.abort()
            return
        if follower.ended:
            return
        octets = b"" if await follower.wait(HEARTBEAT) else _silence(follower)


def _hello(instance: str, follower: Follower, last: int) -> bytes:
    """Greet with the instance, so that a client notices another start of the server.

    The id is the place of the stream: a client that comes again before its first exchange misses none.
    """
    data = orjson.dumps({"instance": instance, "last": last})
    return b": following\n\nid: %d\nevent: hello\ndata: %b\n\n" % (follower.position, data)


def _silence(follower: Follower) -> bytes:
    """Show that the connection lives, and up to where there was nothing to tell."""
    return b": nothing new\nid: %d\n\n" % follower.position


async def _unread(follower: Follower) -> bytes:
    """Render the unread entries. No entry is kept while the follower waits, or bounds would not hold."""
    began = follower.position
    try:
        news = await follower.read()
    except StoreGone:  # all is read again when the store is back
        return STORE_GONE
    events = [*map(_event, news.entries)]
    if news.truncated:
        events.insert(0, TRUNCATED)
    reached = news.entries[-1].number if news.entries else began
    if events and reached < follower.position:
        events.append(b"id: %d\n\n" % follower.position)  # others were looked at, and need not be again
    return b"".join(events)


def _event(entry: Entry) -> bytes:
    return b"id: %d\nevent: exchange\ndata: %b\n\n" % (entry.number, orjson.dumps(entry.brief()))


async def _write(response: web.StreamResponse, octets: bytes) -> bool:
    """Write to a client; False where it does not read."""
    try:
        async with asyncio.timeout(PATIENCE):
            await response.write(octets)
    except TimeoutError:
        return False
    return True
