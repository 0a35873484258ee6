"""WireMock's near misses: what nearly took a request, and what a pattern nearly means."""

from __future__ import annotations

from heapq import nsmallest
from typing import Any

from aiohttp import web

from oifde_simulator.journal.filters import Since
from oifde_simulator.model.entry import Entry
from oifde_simulator.web.control_plane.context import Plane, Room
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


async def unmatched(plane: Plane, request: web.Request, body: Any) -> web.StreamResponse:  # noqa: ARG001
    """Requests that no endpoint of a known tenant took, the oldest first."""
    found = (rendering.logged_request(entry, scheme(plane)) for entry in _unmatched(plane))
    return await listed(plane, request, "requests", found, **told(plane, request))


async def unmatched_near_misses(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """For each of those, what nearly took it."""
    marking, tenants = ExpectedRedactor(plane.tenants.seed), list(plane.tenants.scenarios)
    told = []
    async for entry in by_turns(_unmatched(plane)[-EXPLAINED:]):
        shown = rendering.logged_request(entry, scheme(plane))
        told += [
            _missed(shown, miss) for miss in stubs.nearest_stubs(LoggedRequest.of(entry), tenants, marking)
        ]
    return json_response({"nearMisses": told})


async def near_misses_of_request(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """What would nearly take a request."""
    text = body.get("body") or ""
    parsed = parse_json(text) if text else MISSING
    headers = [(name, text) for name, text in (body.get("headers") or {}).items() if isinstance(text, str)]
    seen = LoggedRequest(
        body.get("method") or "ANY", body.get("url") or "/", headers, RequestValue(text or None, parsed)
    )
    near = stubs.nearest_stubs(seen, list(plane.tenants.scenarios), ExpectedRedactor(plane.tenants.seed))
    return json_response({"nearMisses": [_missed(body, miss) for miss in near]})


async def near_misses_of_pattern(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The requests that a pattern nearly means."""
    pattern = RequestPattern(body, ExpectedRedactor(plane.tenants.seed))
    newest = plane.journal.entries(None, Since())[-LOOKED_AT:]
    misses = [NearMiss(pattern.distance(LoggedRequest.of(entry)), entry) async for entry in by_turns(newest)]
    near = nsmallest(stubs.NEAREST, misses, key=lambda miss: (miss.distance, -miss.what.number))
    return json_response(
        {
            "nearMisses": [
                {
                    "request": rendering.logged_request(miss.what, scheme(plane)),
                    "requestPattern": body,
                    "matchResult": {"distance": miss.distance},
                }
                for miss in near
            ]
        }
    )


def _missed(request: Any, miss: NearMiss) -> dict[str, Any]:
    return {"request": request, "stubMapping": miss.what, "matchResult": {"distance": miss.distance}}


def _unmatched(plane: Plane) -> list[Entry]:
    return [entry for entry in plane.journal.entries(None, Since()) if not rendering.was_matched(entry)]


OPERATIONS: Room = {
    "wiremockUnmatched": unmatched,
    "wiremockUnmatchedNearMisses": unmatched_near_misses,
    "wiremockNearMissesOfRequest": near_misses_of_request,
    "wiremockNearMissesOfPattern": near_misses_of_pattern,
}
