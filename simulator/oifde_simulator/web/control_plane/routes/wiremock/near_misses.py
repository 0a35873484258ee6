"""WireMock's near misses: stubs that nearly match a request, and requests that nearly match a pattern."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest
from typing import Any

from aiohttp import web

from oifde_simulator.model.entry import Entry
from oifde_simulator.stepwise import mapped
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.json_stream import stream_object
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.wiremock.journal_disabled import journal_disabled
from oifde_simulator.web.control_plane.time_slicing import time_sliced
from oifde_simulator.wiremock.admin import rendering, stubs
from oifde_simulator.wiremock.admin.stubs import NearMiss
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import MISSING, LoggedRequest, RequestValue, parse_json
from oifde_simulator.wiremock.patterns.request_pattern import RequestPattern

MOST_COMPARED = 1000
"""Newest entries among which near misses are looked for."""
MOST_EXPLAINED = 100
"""Newest unmatched requests whose near misses are shown."""


async def unmatched(call: Call) -> web.StreamResponse:
    """List the requests that matched no endpoint of a known tenant, the oldest first."""
    found = (rendering.logged_request(entry, call.context.scheme) for entry in await _unmatched(call))
    return await stream_object(call, "requests", found, **await journal_disabled(call))


async def unmatched_near_misses(call: Call) -> web.Response:
    """Show the stubs that nearly match each of those requests."""
    redactor, tenants = ExpectedRedactor(call.context.tenants.seed), await call.context.tenants.ids()
    near = []
    async for entry in time_sliced((await _unmatched(call))[-MOST_EXPLAINED:]):
        request = rendering.logged_request(entry, call.context.scheme)
        near += [
            _near_stub(request, miss)
            for miss in stubs.nearest_stubs(LoggedRequest.of(entry), tenants, redactor)
        ]
    return json_response({"nearMisses": near})


async def near_misses_of_request(call: Call) -> web.Response:
    """Show the stubs that nearly match a request."""
    redactor, tenants = ExpectedRedactor(call.context.tenants.seed), await call.context.tenants.ids()
    near = stubs.nearest_stubs(_request(call.body), tenants, redactor)
    return json_response({"nearMisses": [_near_stub(call.body, miss) for miss in near]})


def _request(body: Mapping[str, Any]) -> LoggedRequest:
    """Read a request in WireMock's shape."""
    text = body.get("body") or ""
    parsed = parse_json(text) if text else MISSING
    headers = [(name, value) for name, value in (body.get("headers") or {}).items() if isinstance(value, str)]
    return LoggedRequest(
        body.get("method") or "ANY", body.get("url") or "/", headers, RequestValue(text or None, parsed)
    )


async def near_misses_of_pattern(call: Call) -> web.Response:
    """Show the requests on record that nearly match a pattern."""
    pattern = RequestPattern(call.body, ExpectedRedactor(call.context.tenants.seed))
    newest = (await call.context.journal.entries())[-MOST_COMPARED:]
    measured = mapped(newest, lambda entry: NearMiss(pattern.distance(LoggedRequest.of(entry)), entry))
    misses = await call.context.evaluations.run(measured)
    near = nsmallest(stubs.NEAREST, misses, key=lambda miss: (miss.distance, -miss.what.number))
    return json_response({"nearMisses": [_near_request(call, miss) for miss in near]})


def _near_request(call: Call, miss: NearMiss) -> dict[str, Any]:
    return {
        "request": rendering.logged_request(miss.what, call.context.scheme),
        "requestPattern": call.body,
        "matchResult": {"distance": miss.distance},
    }


def _near_stub(request: Any, miss: NearMiss) -> dict[str, Any]:
    return {"request": request, "stubMapping": miss.what, "matchResult": {"distance": miss.distance}}


async def _unmatched(call: Call) -> list[Entry]:
    return [entry for entry in await call.context.journal.entries() if not rendering.was_matched(entry)]


ROUTES: RouteTable = {
    "wiremockUnmatched": unmatched,
    "wiremockUnmatchedNearMisses": unmatched_near_misses,
    "wiremockNearMissesOfRequest": near_misses_of_request,
    "wiremockNearMissesOfPattern": near_misses_of_pattern,
}
