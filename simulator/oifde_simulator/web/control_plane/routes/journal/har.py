"""The journal as an HTTP archive (HAR 1.2)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import orjson
from aiohttp import web

from oifde_simulator.journal import har
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.context import Call
from oifde_simulator.web.control_plane.json_stream import stream_list
from oifde_simulator.web.control_plane.routes.unknown_names import unknown_name

log = logging.getLogger("oifde_simulator")


async def export_exchanges(call: Call) -> web.StreamResponse:
    """Send the newest entries that a filter accepts, the oldest of them first."""
    limit = call.query.number("limit")
    journal = call.context.journal
    wanted = journal.filter(call.query.without("limit"))
    found = await journal.search(wanted)
    entries = found.entries[-limit:]
    hint = "" if entries else await unknown_name(call.context, wanted)
    log_object = har.log(len(entries), len(found.entries), truncated=found.truncated, hint=hint)
    # The list of entries is the last member, and is sent in the place of an empty one.
    head = orjson.dumps({"log": log_object | {"entries": []}})[: -len("]}}")]
    return await stream_list(call, head, _items(entries, call.context.scheme), b"]}}")


def _items(entries: Iterable[Entry], scheme: str) -> Iterator[bytes]:
    """Yield the entries as JSON, without those at which the simulator fails: the others can still be read."""
    for entry in entries:
        try:
            yield orjson.dumps(har.HarEntry(entry, scheme).as_json())
        except Exception:
            log.exception("a defect of the simulator: entry %d is left out of an archive", entry.number)
