"""The control plane: our own port, beside the vendor's. Faults never touch it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import orjson
from aiohttp import web

from simulator import __version__
from simulator.oifde import contract
from simulator.tenants import Tenants

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def control_plane(tenants: Tenants, ca_pem: bytes | None) -> web.AppRunner:
    """A runner for the control plane, not yet set up; `ca_pem` is the authority to trust, if we made one."""
    app = web.Application(middlewares=[problems])
    plane = ControlPlane(tenants, ca_pem)
    app.add_routes(
        [
            web.get("/livez", plane.livez),
            web.get("/readyz", plane.readyz),
            web.get("/ca.pem", plane.ca),
            web.get("/openapi.json", plane.openapi),
            web.get("/tenants", plane.tenants),
        ]
    )
    return web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)


class ControlPlane:
    """The routes of the control plane."""

    def __init__(self, tenants: Tenants, ca_pem: bytes | None) -> None:
        self._tenants = tenants
        self._ca_pem = ca_pem

    async def livez(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """The process is alive."""
        return _json({"status": "alive", "version": __version__})

    async def readyz(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Both listeners answer: this one is opened after the vendor's."""
        return _json({"status": "ready", "version": __version__, "tenants": len(self._tenants)})

    async def ca(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """The certificate authority to trust."""
        if self._ca_pem is None:
            raise web.HTTPNotFound(
                text="there is no authority of ours: TLS is off, or the certificate was given"
            )
        return web.Response(body=self._ca_pem, content_type="application/x-pem-file")

    async def openapi(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """The vendor's contract."""
        return _json(contract.document())

    async def tenants(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Every tenant: id, description, literal records, what generated ones depend on; no secrets."""
        generators = self._tenants.generators()
        return _json(
            [
                {
                    "id": name,
                    "description": scenario.description,
                    "records": len(scenario.records),
                    "generator": generators.get(name),
                }
                for name, scenario in self._tenants.scenarios.items()
            ]
        )


@web.middleware
async def problems(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Errors of the control plane as application/problem+json (RFC 9457)."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _problem(request, error)


def _problem(request: web.Request, error: web.HTTPException) -> web.Response:
    detail = error.text or ""
    if error.status == HTTPStatus.NOT_FOUND and detail.startswith("404"):
        paths = sorted({resource.canonical for resource in request.app.router.resources()})
        detail = f"nothing at {request.path[:80]}; expected one of {', '.join(paths)}"
    if isinstance(error, web.HTTPMethodNotAllowed):
        detail = (
            f"{request.method} is not for {request.path}; expected {', '.join(sorted(error.allowed_methods))}"
        )
    body = {"type": "about:blank", "title": error.reason, "status": error.status, "detail": detail}
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _json(body, status=error.status, content_type="application/problem+json", headers=headers)


def _json(
    value: object,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> web.Response:
    body = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    return web.Response(body=body, status=status, content_type=content_type, headers=headers)
