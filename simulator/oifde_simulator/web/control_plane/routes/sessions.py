"""A tenant's call sessions, as they are now on its clock."""

from __future__ import annotations

import orjson
from aiohttp import web

from oifde_simulator.model.sessions import Criteria
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response

LONGEST_NUMBER = 64
"""Characters of a telephone number."""


async def list_sessions(call: Call) -> web.Response:
    """List the sessions of a number, the newest first."""
    number = call.query.require("userMobile", _number)
    limit = call.query.number("limit")
    found = await call.context.tenants.sessions(call.path["tenant"], Criteria(user=number))
    sessions = [orjson.Fragment(session.encoded) for session in found[:limit]]
    return json_response({"total": len(found), "sessions": sessions})


def _number(text: str) -> str:
    if not 0 < len(text) <= LONGEST_NUMBER:
        raise ValueError(f"expected 1 to {LONGEST_NUMBER} characters, found {len(text)}")
    return text


ROUTES: RouteTable = {"listSessions": list_sessions}
