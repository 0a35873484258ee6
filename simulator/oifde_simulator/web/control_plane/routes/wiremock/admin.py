"""WireMock's admin API, as far as it is spoken here; the rest is answered 501, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NoReturn

from aiohttp import web

from oifde_simulator.web.control_plane.context import Operation, Plane, Room
from oifde_simulator.web.control_plane.problems import Problem
from oifde_simulator.web.control_plane.routes.wiremock import near_misses, requests, server
from oifde_simulator.web.control_plane.routes.wiremock.errors import understood

RULES = "add a rule to a tenant instead: POST /tenants/{id}/rules, as docs/wiremock.md shows"
FIXED = "what is answered are sessions and rules, not stubs"
RECORDING = "there is nothing behind this server to record; GET /journal.har has what came"
FILES = "there are no files here; a scenario has records"
NOT_DONE: Mapping[str, str] = {
    "wiremockAddMapping": RULES,
    "wiremockEditMapping": RULES,
    "wiremockImportMappings": RULES,
    "wiremockRemoveMapping": f"{FIXED}; DELETE /tenants/{{id}}/rules/{{rule}} takes one away",
    "wiremockRemoveMappings": f"{FIXED}; POST /tenants/{{id}}/clear takes all away",
    "wiremockSaveMappings": f"{FIXED}; write a scenario file",
    "wiremockFindMappings": FIXED,
    "wiremockRemoveMappingsByMetadata": FIXED,
    "wiremockUnmatchedMappings": f"{FIXED}; GET /coverage has the rules that never fired",
    "wiremockRemoveUnmatchedMappings": FIXED,
    "wiremockRemoveByMetadata": "use /__admin/requests/remove with a pattern",
    "wiremockStartRecording": RECORDING,
    "wiremockStopRecording": RECORDING,
    "wiremockRecordingStatus": RECORDING,
    "wiremockSnapshot": RECORDING,
    "wiremockListFiles": FILES,
    "wiremockReadFile": FILES,
    "wiremockWriteFile": FILES,
    "wiremockDeleteFile": FILES,
    "wiremockShutdown": "whoever started the server stops it, with SIGTERM",
}


def _refusal(why: str) -> Operation:
    async def refuse(plane: Plane, request: web.Request, body: Any) -> NoReturn:  # noqa: ARG001
        raise Problem(HTTPStatus.NOT_IMPLEMENTED, "not-done", f"{request.method} {request.path[:80]}: {why}")

    return refuse


DONE = (requests.OPERATIONS, near_misses.OPERATIONS, server.OPERATIONS)
OPERATIONS: Room = {
    **{name: understood(answer) for room in DONE for name, answer in room.items()},
    **{name: _refusal(why) for name, why in NOT_DONE.items()},
}
