"""Whether the server lives, what to trust, and the documents of both planes."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from oifde_simulator import __version__
from oifde_simulator.oifde import contract
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.problems import json_response


async def livez(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The process is alive."""
    return json_response({"status": "alive", "version": __version__})


async def readyz(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Both listeners answer: this one is opened after the vendor's."""
    return json_response({"status": "ready", "version": __version__, "tenants": len(plane.tenants)})


async def authority(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The certificate authority to trust."""
    if plane.ca_pem is None:
        raise web.HTTPNotFound(text="there is no authority of ours: TLS is off, or the certificate was given")
    return web.Response(body=plane.ca_pem, content_type="application/x-pem-file")


async def vendor_document(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The vendor's contract."""
    return json_response(contract.document())


async def control_document(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """What the control plane itself offers."""
    return json_response(openapi.document())


OPERATIONS: Room = {
    "livez": livez,
    "readyz": readyz,
    "authority": authority,
    "vendorDocument": vendor_document,
    "controlDocument": control_document,
}
