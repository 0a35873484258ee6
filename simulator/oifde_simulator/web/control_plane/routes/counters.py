"""Requests of the last minutes, second by second."""

from __future__ import annotations

from aiohttp import web

from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.values import tenant_or_none_known


async def counters(call: Call) -> web.Response:
    """Count the requests of the last seconds by how they ended, of all tenants or of one."""
    seconds, context = call.query.number("seconds"), call.context
    tenant = call.query.get("tenant", None, _tenant)
    if tenant:
        await context.tenants.require(tenant)
    found = await context.metrics.series(seconds, tenant)
    now = context.tenants.time_of_day()
    return json_response({"until": now, "step": 1, "complete": found.complete, "series": found.kinds})


def _tenant(text: str) -> str:
    if not text:
        raise ValueError("expected a tenant's id, or false for none known; leave it out for all")
    return tenant_or_none_known(text)


ROUTES: RouteTable = {"counters": counters}
