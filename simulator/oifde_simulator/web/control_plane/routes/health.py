"""Health of the server, its authority, certificates for clients, and the documents of both planes."""

from __future__ import annotations

import os
from http import HTTPStatus

from aiohttp import web

from oifde_simulator import __version__
from oifde_simulator.immediate import aside
from oifde_simulator.oifde import contract
from oifde_simulator.quantities import one_of
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import wrong_parameter

CLOSED = "the vendor's port is closed by PUT /listener; open it, or wait for its ttl; /livez is 200 meanwhile"

NONE_TO_TRUST = (
    "there is no authority of ours: TLS is off, or the certificate was given; have the client trust the one "
    "that signed --tls-cert, or none with --tls off"
)

MOST_BROKEN = 20
"""Broken files that are told of."""


async def livez(_: Call) -> web.Response:
    """Say that the process is alive."""
    return json_response({"status": "alive", "version": __version__})


async def readyz(call: Call) -> web.Response:
    """Say that both ports listen, and that the state's store and other replicas agree.

    This port is opened after the vendor's, which may be closed by now.

    A watched file that is wrong is told of and changes nothing: what was good before is served.
    """
    call.context.standing.check()
    if not call.context.port.is_open:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "listener-closed", CLOSED)
    tenants = await call.context.tenants.count()
    group = call.context.workers
    pid = group.supervisor if group else os.getpid()
    ready = {"status": "ready", "version": __version__, "tenants": tenants, "pid": pid}
    if group:
        ready |= group.as_json()
    broken = [each.as_json() for each in call.context.tenants.broken_files[:MOST_BROKEN]]
    return json_response({**ready, **({"brokenFiles": broken} if broken else {})})


async def authority(call: Call) -> web.Response:
    """Send the certificate authority to trust, PEM."""
    if call.context.ca_pem is None:
        raise _no_authority()
    return web.Response(body=call.context.ca_pem, content_type="application/x-pem-file")


async def trust_store(call: Call) -> web.Response:
    """Send the certificate authority to trust as a trust store, PKCS#12."""
    if call.context.ca_pem is None:
        raise _no_authority()
    from oifde_simulator.web.tls.certificates.trust_store import trust_store_of  # seldom needed

    store = await aside(trust_store_of, call.context.ca_pem)
    return web.Response(body=store, content_type="application/x-pkcs12")


def _no_authority() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "no-authority", NONE_TO_TRUST)


async def client_certificate(call: Call) -> web.Response:
    """Send a private key with a certificate for a client, PEM; nothing of it is kept."""
    subject = call.query.get("subject", call.query.schemas["subject"]["default"], str)
    fault = call.query.get("fault", "", one_of(*call.query.schemas["fault"]["enum"]))
    try:
        pem = await aside(call.context.client_authority.make, subject, fault)
    except ValueError as error:
        raise wrong_parameter(f"subject: {error}") from None
    return web.Response(
        body=pem, content_type="application/x-pem-file", headers={"Cache-Control": "no-store"}
    )


async def vendor_document(_: Call) -> web.Response:
    """Send the vendor's contract."""
    return json_response(contract.document())


async def control_document(_: Call) -> web.Response:
    """Send the document of the control plane."""
    return json_response(openapi.document())


ROUTES: RouteTable = {
    "livez": livez,
    "readyz": readyz,
    "authority": authority,
    "trustStore": trust_store,
    "clientCertificate": client_certificate,
    "vendorDocument": vendor_document,
    "controlDocument": control_document,
}
