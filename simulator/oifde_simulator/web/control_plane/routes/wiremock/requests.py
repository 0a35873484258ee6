"""WireMock's requests: entries of the journal, found by WireMock's patterns."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from aiohttp import web

from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import selected
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.json_stream import stream_object
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import wrong_parameter
from oifde_simulator.web.control_plane.routes.wiremock.journal_disabled import journal_disabled
from oifde_simulator.web.control_plane.routes.wiremock.parameters import boolean, number, timestamp, uuid
from oifde_simulator.web.control_plane.time_slicing import time_sliced
from oifde_simulator.wiremock.admin import ids, rendering, stubs
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import LoggedRequest
from oifde_simulator.wiremock.patterns.request_pattern import RequestPattern


async def list_requests(call: Call) -> web.StreamResponse:
    """List requests as serve events, the newest first."""
    limit = call.query.get("limit", None, number)
    since = call.query.get("since", None, timestamp)
    unmatched = call.query.get("unmatched", False, boolean)
    stub = call.query.get("matchingStub", None, uuid)
    newest_first = (await call.context.journal.entries())[::-1]
    found = [
        entry
        async for entry in time_sliced(newest_first)
        if (since is None or entry.at > since)
        and not (unmatched and rendering.was_matched(entry))
        and (stub is None or stubs.stub_id(entry.tenant, entry.endpoint) == stub)
    ]
    events = (rendering.serve_event(entry, call.context.scheme) for entry in found[:limit])
    total = {"total": len(newest_first)}
    return await stream_object(call, "requests", events, meta=total, **await journal_disabled(call))


async def read_request(call: Call) -> web.Response:
    """Show one request as a serve event."""
    id = _id(call)
    number = ids.entry_number(id)
    entry = await call.context.journal.get(number) if number else None
    if entry is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not-on-record", f"no request {id} is on record; old ones go")
    return json_response(rendering.serve_event(entry, call.context.scheme))


async def remove_request(call: Call) -> web.Response:
    """Forget one request."""
    number = ids.entry_number(_id(call))
    await call.context.journal.remove({number} if number else ())
    return json_response({})


async def remove_all(call: Call) -> web.Response:
    """Forget all requests."""
    await call.context.journal.clear()
    return json_response({})


async def count_requests(call: Call) -> web.Response:
    """Count the requests that match a pattern."""
    return json_response({"count": len(await _matching(call)), **await journal_disabled(call)})


async def find_requests(call: Call) -> web.StreamResponse:
    """List the requests that match a pattern, the oldest first."""
    found = (rendering.logged_request(entry, call.context.scheme) for entry in await _matching(call))
    return await stream_object(call, "requests", found, **await journal_disabled(call))


async def remove_requests(call: Call) -> web.StreamResponse:
    """Forget the requests that match a pattern, and list them."""
    found = await _matching(call)
    await call.context.journal.remove({entry.number for entry in found})
    events = (rendering.serve_event(entry, call.context.scheme) for entry in found)
    return await stream_object(call, "serveEvents", events)


async def _matching(call: Call) -> list[Entry]:
    pattern = RequestPattern(call.body, ExpectedRedactor(call.context.tenants.seed))
    entries = await call.context.journal.entries()
    matching = selected(entries, lambda entry: pattern.matches(LoggedRequest.of(entry)))
    return await call.context.evaluations.run(matching)


def _id(call: Call) -> UUID:
    try:
        return uuid(call.path["id"])
    except ValueError as error:
        raise wrong_parameter(str(error)) from None


ROUTES: RouteTable = {
    "wiremockListRequests": list_requests,
    "wiremockReadRequest": read_request,
    "wiremockRemoveRequest": remove_request,
    "wiremockRemoveAllRequests": remove_all,
    "wiremockResetRequests": remove_all,
    "wiremockCountRequests": count_requests,
    "wiremockFindRequests": find_requests,
    "wiremockRemoveRequests": remove_requests,
}
