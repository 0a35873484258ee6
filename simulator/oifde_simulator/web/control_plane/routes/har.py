"""The journal as an HTTP archive, written piece by piece: a full journal is large."""

from __future__ import annotations

import asyncio
import logging

import orjson
from aiohttp import web

from oifde_simulator.journal import har
from oifde_simulator.web.control_plane.context import Call
from oifde_simulator.web.control_plane.journal_query import search, wanted_by
from oifde_simulator.web.control_plane.query import Parameters, up_to

log = logging.getLogger("oifde_simulator")

LARGEST = 10_000
AT_ONCE = 100
"""Entries that are written before others have their turn."""


async def export_exchanges(call: Call) -> web.StreamResponse:
    """The newest entries that the parameters describe, the oldest of them first."""
    given, journal = Parameters(call.request), call.context.journal
    limit = given.take("limit", LARGEST, up_to(LARGEST))
    wanted = wanted_by(given, journal)
    found = await search(journal, wanted)
    truncated = await journal.truncated(wanted.tenant, wanted.since)
    head = har.log(len(found[-limit:]), len(found), truncated=truncated)
    scheme = "https" if call.context.port.url.startswith("https:") else "http"
    stream = web.StreamResponse(headers={"Content-Type": "application/json"})
    await stream.prepare(call.request)
    if call.request.method == "HEAD":
        return stream
    # The list of entries is the last member, and goes where the empty one is.
    await stream.write(orjson.dumps({"log": head | {"entries": []}})[: -len("]}}")])
    await _entries(stream, [har.HarEntry(entry, scheme) for entry in found[-limit:]])
    await stream.write(b"]}}\n")
    return stream


async def _entries(stream: web.StreamResponse, sources: list[har.HarEntry]) -> None:
    comma = b""
    for start in range(0, len(sources), AT_ONCE):
        octets = b",".join(filter(None, map(_written, sources[start : start + AT_ONCE])))
        if octets:
            await stream.write(comma + octets)
            comma = b","
        await asyncio.sleep(0)


def _written(source: har.HarEntry) -> bytes:
    """One entry; nothing for one at which the simulator fails, so that the others are still to be had."""
    try:
        return orjson.dumps(source.as_json())
    except Exception:
        log.exception("a defect of the simulator: entry %d is left out of an archive", source.entry.number)
        return b""
