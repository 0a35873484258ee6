"""Whether the server lives, what to trust, and the documents of both planes."""

from __future__ import annotations

from aiohttp import web

from oifde_simulator import __version__
from oifde_simulator.oifde import contract
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response


async def livez(_: Call) -> web.Response:
    """The process is alive."""
    return json_response({"status": "alive", "version": __version__})


async def readyz(call: Call) -> web.Response:
    """Both listeners answer: this one is opened after the vendor's."""
    return json_response(
        {"status": "ready", "version": __version__, "tenants": len(await call.context.tenants.ids())}
    )


async def authority(call: Call) -> web.Response:
    """The certificate authority to trust."""
    if call.context.ca_pem is None:
        raise web.HTTPNotFound(text="there is no authority of ours: TLS is off, or the certificate was given")
    return web.Response(body=call.context.ca_pem, content_type="application/x-pem-file")


async def vendor_document(_: Call) -> web.Response:
    """The vendor's contract."""
    return json_response(contract.document())


async def control_document(_: Call) -> web.Response:
    """What the control plane itself offers."""
    return json_response(openapi.document())


OPERATIONS: RouteTable = {
    "livez": livez,
    "readyz": readyz,
    "authority": authority,
    "vendorDocument": vendor_document,
    "controlDocument": control_document,
}
