"""A tenant's call sessions, as they are now on its clock."""

from __future__ import annotations

import orjson
from aiohttp import web

from oifde_simulator.model.sessions import Criteria
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.lookup import tenant_of
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.query import Parameters, up_to

MOST, LARGEST = 100, 1000
"""Sessions that are shown where nobody says, and at most."""
LONGEST_NUMBER = 64
"""Characters."""


async def list_sessions(call: Call) -> web.Response:
    """The sessions of a number, newest first."""
    given = Parameters(call.request)
    number = given.need("userMobile", _number)
    limit = given.take("limit", MOST, up_to(LARGEST))
    given.end()
    tenant = await tenant_of(call)
    found = await call.context.tenants.select(tenant.id, Criteria(user=number))
    shown = [orjson.Fragment(session.encoded) for session in found[:limit]]
    return json_response({"total": len(found), "sessions": shown})


def _number(text: str) -> str:
    if not 0 < len(text) <= LONGEST_NUMBER:
        raise ValueError(f"expected 1 to {LONGEST_NUMBER} characters, found {len(text)}")
    return text


OPERATIONS: RouteTable = {"listSessions": list_sessions}
