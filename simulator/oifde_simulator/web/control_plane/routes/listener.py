"""The vendor's port, closed and opened for every client."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes.values import duration_member, wrong_body
from oifde_simulator.web.data_plane.port import Port


async def read_listener(call: Call) -> web.Response:
    """Tell the state of the port."""
    return _status(call.context.port)


async def set_listener(call: Call) -> web.Response:
    """Close or open the port."""
    port = call.context.port
    if not call.body["open"]:
        await port.close(duration_member(call.body, "ttl"))
        return _status(port)
    if "ttl" in call.body:
        raise wrong_body('ttl: says when a closed port opens; it goes with {"open": false}')
    try:
        await port.open()
    except OSError as error:
        raise Problem(HTTPStatus.CONFLICT, "port-taken", str(error)) from None
    return _status(port)


def _status(port: Port) -> web.Response:
    own = port.own_recordings_url
    recordings = {"recordingsUrl": own} if own else {}
    return json_response({"open": port.is_open, "url": port.url, "ttl": port.ttl, **recordings})


ROUTES: RouteTable = {"readListener": read_listener, "setListener": set_listener}
