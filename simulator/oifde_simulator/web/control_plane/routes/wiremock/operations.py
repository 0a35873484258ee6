"""Operations of WireMock's admin API. Those that are not supported are refused, with a reason."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from oifde_simulator.web.control_plane.context import Call, Handler, RouteTable
from oifde_simulator.web.control_plane.problems import LONGEST_PATH
from oifde_simulator.web.control_plane.routes.wiremock import (
    mappings,
    near_misses,
    requests,
    scenarios,
    system,
)
from oifde_simulator.web.control_plane.routes.wiremock.errors import not_done_response, with_wiremock_errors

RULES = "add a rule to a tenant instead: POST /tenants/{id}/rules, as docs/wiremock.md shows"
FIXED = "what is answered are sessions and rules, not stubs"
RECORDING = "there is nothing behind this server to record; GET /journal.har has what came"
FILES = "there are no files here; a scenario has records"
UNSUPPORTED: Mapping[str, str] = {
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
"""Reasons by operationId."""


SUPPORTED = (requests, near_misses, scenarios, mappings, system)


def _unsupported(reason: str) -> Handler:
    async def refuse(call: Call) -> web.Response:
        request = call.request
        return not_done_response(f"{request.method} {request.path[:LONGEST_PATH]}: {reason}")

    return refuse


ROUTES: RouteTable = {
    **{id: with_wiremock_errors(each) for module in SUPPORTED for id, each in module.ROUTES.items()},
    **{id: _unsupported(reason) for id, reason in UNSUPPORTED.items()},
}
