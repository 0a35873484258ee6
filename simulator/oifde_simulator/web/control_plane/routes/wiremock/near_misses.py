"""WireMock's near misses: what nearly took a request, and what a pattern nearly means."""

from __future__ import annotations

from heapq import nsmallest
from typing import Any

from aiohttp import web

from oifde_simulator.journal.filters import Since
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.cooperative import by_turns
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.wiremock.shared import scheme, told
from oifde_simulator.web.control_plane.streaming import listed
from oifde_simulator.wiremock.admin import rendering, stubs
from oifde_simulator.wiremock.admin.stubs import NearMiss
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import MISSING, LoggedRequest, RequestValue, parse_json
from oifde_simulator.wiremock.patterns.request_pattern import RequestPattern

LOOKED_AT = 1000
"""Newest entries among which near misses are looked for."""
EXPLAINED = 100
"""Newest unmatched requests whose near misses are told."""


async def unmatched(call: Call) -> web.StreamResponse:
    """Requests that no endpoint of a known tenant took, the oldest first."""
    found = (
        rendering.logged_request(entry, scheme(call.context)) for entry in await _unmatched(call.context)
    )
    return await listed(
        call.context, call.request, "requests", found, **await told(call.context, call.request)
    )


async def unmatched_near_misses(call: Call) -> web.Response:
    """For each of those, what nearly took it."""
    marking, tenants = ExpectedRedactor(call.context.tenants.seed), await call.context.tenants.ids()
    told = []
    async for entry in by_turns((await _unmatched(call.context))[-EXPLAINED:]):
        shown = rendering.logged_request(entry, scheme(call.context))
        told += [
            _missed(shown, miss) for miss in stubs.nearest_stubs(LoggedRequest.of(entry), tenants, marking)
        ]
    return json_response({"nearMisses": told})


async def near_misses_of_request(call: Call) -> web.Response:
    """What would nearly take a request."""
    text = call.body.get("body") or ""
    parsed = parse_json(text) if text else MISSING
    headers = [
        (name, text) for name, text in (call.body.get("headers") or {}).items() if isinstance(text, str)
    ]
    seen = LoggedRequest(
        call.body.get("method") or "ANY",
        call.body.get("url") or "/",
        headers,
        RequestValue(text or None, parsed),
    )
    near = stubs.nearest_stubs(
        seen, await call.context.tenants.ids(), ExpectedRedactor(call.context.tenants.seed)
    )
    return json_response({"nearMisses": [_missed(call.body, miss) for miss in near]})


async def near_misses_of_pattern(call: Call) -> web.Response:
    """The requests that a pattern nearly means."""
    pattern = RequestPattern(call.body, ExpectedRedactor(call.context.tenants.seed))
    newest = (await call.context.journal.entries(None, Since()))[-LOOKED_AT:]
    misses = [NearMiss(pattern.distance(LoggedRequest.of(entry)), entry) async for entry in by_turns(newest)]
    near = nsmallest(stubs.NEAREST, misses, key=lambda miss: (miss.distance, -miss.what.number))
    return json_response(
        {
            "nearMisses": [
                {
                    "request": rendering.logged_request(miss.what, scheme(call.context)),
                    "requestPattern": call.body,
                    "matchResult": {"distance": miss.distance},
                }
                for miss in near
            ]
        }
    )


def _missed(request: Any, miss: NearMiss) -> dict[str, Any]:
    return {"request": request, "stubMapping": miss.what, "matchResult": {"distance": miss.distance}}


async def _unmatched(context: ControlContext) -> list[Entry]:
    return [
        entry for entry in await context.journal.entries(None, Since()) if not rendering.was_matched(entry)
    ]


OPERATIONS: RouteTable = {
    "wiremockUnmatched": unmatched,
    "wiremockUnmatchedNearMisses": unmatched_near_misses,
    "wiremockNearMissesOfRequest": near_misses_of_request,
    "wiremockNearMissesOfPattern": near_misses_of_pattern,
}
