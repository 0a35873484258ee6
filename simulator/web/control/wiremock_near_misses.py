"""WireMock's near misses: what nearly took a request, and what a pattern nearly means."""

from __future__ import annotations

from heapq import nsmallest
from typing import Any

from aiohttp import web

from simulator.journal.entry import Entry
from simulator.journal.filters import Since
from simulator.web.control.listing import listed
from simulator.web.control.plane import Plane, Room
from simulator.web.control.problems import json_response
from simulator.web.control.turns import by_turns
from simulator.web.control.wiremock_work import scheme, told
from simulator.wiremock import rendering, stubs
from simulator.wiremock.credentials import Marking
from simulator.wiremock.patterns import RequestPattern
from simulator.wiremock.stubs import Miss
from simulator.wiremock.values import MISSING, Seen, Value, decoded

LOOKED_AT = 1000
"""Newest entries among which near misses are looked for."""
EXPLAINED = 100
"""Newest unmatched requests whose near misses are told."""


async def unmatched(plane: Plane, request: web.Request, body: Any) -> web.StreamResponse:  # noqa: ARG001
    """Requests that no endpoint of a known tenant took, the oldest first."""
    found = (rendering.logged(entry, scheme(plane)) for entry in _unmatched(plane))
    return await listed(plane, request, "requests", found, **told(plane, request))


async def unmatched_near_misses(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """For each of those, what nearly took it."""
    marking, tenants = Marking(plane.tenants.seed), list(plane.tenants.scenarios)
    told = []
    async for entry in by_turns(_unmatched(plane)[-EXPLAINED:]):
        shown = rendering.logged(entry, scheme(plane))
        told += [_missed(shown, miss) for miss in stubs.nearest(Seen.of(entry), tenants, marking)]
    return json_response({"nearMisses": told})


async def near_misses_of_request(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """What would nearly take a request."""
    text = body.get("body") or ""
    parsed = decoded(text) if text else MISSING
    headers = [(name, text) for name, text in (body.get("headers") or {}).items() if isinstance(text, str)]
    seen = Seen(body.get("method") or "ANY", body.get("url") or "/", headers, Value(text or None, parsed))
    near = stubs.nearest(seen, list(plane.tenants.scenarios), Marking(plane.tenants.seed))
    return json_response({"nearMisses": [_missed(body, miss) for miss in near]})


async def near_misses_of_pattern(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The requests that a pattern nearly means."""
    pattern = RequestPattern(body, Marking(plane.tenants.seed))
    newest = plane.journal.entries(None, Since())[-LOOKED_AT:]
    misses = [Miss(pattern.distance(Seen.of(entry)), entry) async for entry in by_turns(newest)]
    near = nsmallest(stubs.NEAREST, misses, key=lambda miss: (miss.distance, -miss.what.number))
    return json_response(
        {
            "nearMisses": [
                {
                    "request": rendering.logged(miss.what, scheme(plane)),
                    "requestPattern": body,
                    "matchResult": {"distance": miss.distance},
                }
                for miss in near
            ]
        }
    )


def _missed(request: Any, miss: Miss) -> dict[str, Any]:
    return {"request": request, "stubMapping": miss.what, "matchResult": {"distance": miss.distance}}


def _unmatched(plane: Plane) -> list[Entry]:
    return [entry for entry in plane.journal.entries(None, Since()) if not rendering.matched(entry)]


OPERATIONS: Room = {
    "wiremockUnmatched": unmatched,
    "wiremockUnmatchedNearMisses": unmatched_near_misses,
    "wiremockNearMissesOfRequest": near_misses_of_request,
    "wiremockNearMissesOfPattern": near_misses_of_pattern,
}
