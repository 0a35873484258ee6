"""WireMock's stub mappings, to read only: each endpoint of each tenant is one."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.json_stream import stream_object
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes.wiremock.parameters import number
from oifde_simulator.web.control_plane.time_slicing import time_sliced
from oifde_simulator.wiremock.admin import stubs


async def list_mappings(call: Call) -> web.StreamResponse:
    """List stub mappings."""
    limit, offset = call.query.get("limit", None, number), call.query.get("offset", 0, number)
    places = stubs.tenant_endpoints(await call.context.tenants.ids())
    end = None if limit is None else offset + limit
    found = (stubs.stub_mapping(*place) for place in places[offset:end])
    return await stream_object(call, "mappings", found, meta={"total": len(places)})


async def read_mapping(call: Call) -> web.Response:
    """Show one stub mapping."""
    id = call.path["id"]
    async for place in time_sliced(stubs.tenant_endpoints(await call.context.tenants.ids())):
        if str(stubs.stub_id(*place)) == id:
            return json_response(stubs.stub_mapping(*place))
    raise Problem(
        HTTPStatus.NOT_FOUND, "no-such-stub", f"there is no stub {shown(id)}; GET /__admin/mappings"
    )


ROUTES: RouteTable = {"wiremockListMappings": list_mappings, "wiremockReadMapping": read_mapping}
