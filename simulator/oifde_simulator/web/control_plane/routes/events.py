"""The journal as server-sent events: each exchange as it comes, from wherever its reader was."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import orjson
from aiohttp import web

from oifde_simulator.journal.filters import Filter
from oifde_simulator.journal.subscriptions.follower import Follower
from oifde_simulator.model.entry import Entry
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call
from oifde_simulator.web.control_plane.journal_query import wanted_by
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.query import Parameters, wrong

HEARTBEAT = 15.0
"""Seconds of silence after which a comment says that the connection lives."""
PATIENCE = 30.0
"""Seconds that a client may leave its events unread; one that comes again is told what it missed."""
MOST_FOLLOWERS = 100
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep events back
}


async def follow_exchanges(call: Call) -> web.StreamResponse:
    """Send each entry that the parameters describe as soon as it is there, until the client leaves."""
    given, journal = Parameters(call.request), call.context.journal
    wanted = wanted_by(given, journal)
    last = await journal.last()
    follower = Follower(journal, wanted, _beginning(call.request, wanted, last), last)
    if len(journal.followers) >= MOST_FOLLOWERS:  # so few that they are never CapacityExceeded
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "too-many-followers",
            f"{MOST_FOLLOWERS} clients follow already; let some of them end first",
        )
    stream = web.StreamResponse(headers=HEADERS)
    journal.followers.add(follower)
    try:
        await stream.prepare(call.request)
        if call.request.method != "HEAD":
            await _tell(follower, stream, call.request)
    finally:
        journal.followers.remove(follower)
    return stream


def _beginning(request: web.Request, wanted: Filter, last: int) -> int:
    """The number after which entries are sent: where a client was before, else `since`, else now."""
    seen = request.headers.get("Last-Event-ID", "").strip()
    if seen:
        if not (seen.isascii() and seen.isdecimal() and len(seen) <= 18):
            raise wrong(f"Last-Event-ID: expected the number of an entry, found {shown(seen)}")
        return int(seen)
    return wanted.since.number if wanted.since.given else last


async def _tell(follower: Follower, stream: web.StreamResponse, request: web.Request) -> None:
    text = b": following\n\n"
    while True:
        octets = text + await _news(follower)
        if octets and not await _written(stream, octets):
            if request.transport is not None:
                request.transport.abort()
            return
        if follower.ended:
            return
        text = b"" if await follower.wait(HEARTBEAT) else b": nothing new\n\n"


async def _news(follower: Follower) -> bytes:
    """What has come; who follows holds no entry while it waits, or would keep it beyond the bounds."""
    news = await follower.read()
    text = b'event: truncated\ndata: {"why":"exchanges went before they were read"}\n\n'
    return b"".join([text if news.truncated else b"", *map(_event, news.entries)])


def _event(entry: Entry) -> bytes:
    return b"id: %d\nevent: exchange\ndata: %b\n\n" % (entry.number, orjson.dumps(entry.brief()))


async def _written(stream: web.StreamResponse, octets: bytes) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await stream.write(octets)
    except TimeoutError:
        return False
    return True
