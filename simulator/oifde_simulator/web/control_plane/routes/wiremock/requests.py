"""WireMock's requests and near misses: entries of the journal, found by WireMock's patterns."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from aiohttp import web

from oifde_simulator.instants import instant
from oifde_simulator.journal.filters import Since
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.cooperative import by_turns
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters, wrong
from oifde_simulator.web.control_plane.routes.wiremock.shared import number, scheme, told
from oifde_simulator.web.control_plane.streaming import listed
from oifde_simulator.wiremock.admin import ids, rendering
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import LoggedRequest
from oifde_simulator.wiremock.patterns.request_pattern import RequestPattern


async def list_requests(call: Call) -> web.StreamResponse:
    """Serve events, the newest first."""
    given = Parameters(call.request)
    limit = given.take("limit", None, number)
    since = given.take("since", None, _instant)
    unmatched = given.take("unmatched", False, _truth)
    stub = given.take("matchingStub", None, _uuid)
    given.end()
    everything = (await call.context.journal.entries(None, Since()))[::-1]
    found = [
        entry
        async for entry in by_turns(everything)
        if (since is None or entry.at > since)
        and not (unmatched and rendering.was_matched(entry))
        and (stub is None or ids.stub_id(entry.tenant, entry.endpoint) == stub)
    ]
    events = (rendering.serve_event(entry, scheme(call.context)) for entry in found[:limit])
    return await listed(
        call.context,
        call.request,
        "requests",
        events,
        meta={"total": len(everything)},
        **await told(call.context, call.request),
    )


async def read_request(call: Call) -> web.Response:
    """One serve event."""
    id = _id(call.request)
    number = ids.entry_number(id)
    entry = await call.context.journal.get(number) if number else None
    if entry is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not-on-record", f"no request {id} is on record; old ones go")
    return json_response(rendering.serve_event(entry, scheme(call.context)))


async def remove_request(call: Call) -> web.Response:
    """Forget one."""
    number = ids.entry_number(_id(call.request))
    await call.context.journal.remove({number} if number else ())
    return json_response({})


async def remove_all(call: Call) -> web.Response:
    """Forget all."""
    await call.context.journal.clear()
    return json_response({})


async def count_requests(call: Call) -> web.Response:
    """How many requests a pattern means."""
    return json_response(
        {"count": len(await _meant(call.context, call.body)), **await told(call.context, call.request)}
    )


async def find_requests(call: Call) -> web.StreamResponse:
    """The requests that a pattern means, the oldest first."""
    found = (
        rendering.logged_request(entry, scheme(call.context))
        for entry in await _meant(call.context, call.body)
    )
    return await listed(
        call.context, call.request, "requests", found, **await told(call.context, call.request)
    )


async def remove_requests(call: Call) -> web.StreamResponse:
    """Forget the requests that a pattern means."""
    found = await _meant(call.context, call.body)
    await call.context.journal.remove({entry.number for entry in found})
    events = (rendering.serve_event(entry, scheme(call.context)) for entry in found)
    return await listed(call.context, call.request, "serveEvents", events)


def _pattern(context: ControlContext, body: Any) -> RequestPattern:
    return RequestPattern(body, ExpectedRedactor(context.tenants.seed))


async def _meant(context: ControlContext, body: Any) -> list[Entry]:
    pattern = _pattern(context, body)
    everything = await context.journal.entries(None, Since())
    return [entry async for entry in by_turns(everything) if pattern.matches(LoggedRequest.of(entry))]


def _id(request: web.Request) -> UUID:
    try:
        return _uuid(request.match_info["id"])
    except ValueError as error:
        raise wrong(str(error)) from None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(f"{text[:60]!r} is not a valid UUID; take the id of a request in the list") from None


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"expected true or false, found {text[:60]!r}")
    return text == "true"


def _instant(text: str) -> int:
    at = instant(text)
    if at is None:
        raise ValueError(f'expected an instant such as "2026-01-01T00:00:00Z", found {text[:60]!r}')
    return at


OPERATIONS: RouteTable = {
    "wiremockListRequests": list_requests,
    "wiremockReadRequest": read_request,
    "wiremockRemoveRequest": remove_request,
    "wiremockRemoveAllRequests": remove_all,
    "wiremockResetRequests": remove_all,
    "wiremockCountRequests": count_requests,
    "wiremockFindRequests": find_requests,
    "wiremockRemoveRequests": remove_requests,
}
