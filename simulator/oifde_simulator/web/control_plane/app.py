"""The control plane's application: each operation of the document, answered by the room that has it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import NoReturn

from aiohttp import web

from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.auth import guard
from oifde_simulator.web.control_plane.connections import ControlPlane
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.openapi import Route
from oifde_simulator.web.control_plane.problems import RequestHandler, begin, problems
from oifde_simulator.web.control_plane.query import Parameters

LARGEST = 4 << 20
"""Bytes of a body."""


MODULES: Mapping[str, str] = {"wiremock": "wiremock.admin"}
"""Modules of the parts of the document that are not called like the part."""


def route_table(part: str) -> RouteTable:
    """Import the handlers of a part of the document, when they are first asked: a server starts without."""
    module = import_module(f"{__package__}.routes.{MODULES.get(part, part)}")
    table: RouteTable = module.OPERATIONS
    return table


def control_plane(context: ControlContext, token: str | None) -> web.AppRunner:
    """Make the runner of the control plane, not yet set up; `token` is what it wants, None for nothing."""
    app = web.Application(middlewares=[problems, guard(token)], client_max_size=LARGEST)
    for route in openapi.routes():
        handler = _handler(context, route)
        app.router.add_route(route.method, route.path, handler)
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, handler)
    for path, methods in openapi.methods().items():
        # Or the router looks further: /mappings/{id} has the path /mappings/unmatched too.
        app.router.add_route("*", path, _refusing(methods))

    async def shutdown(_: web.Application) -> None:
        context.journal.waiters.shutdown()
        context.journal.followers.shutdown()

    app.on_shutdown.append(shutdown)
    app.on_response_prepare.append(begin)
    return ControlPlane(app, handle_signals=False, shutdown_timeout=1.0)


def _handler(context: ControlContext, route: Route) -> RequestHandler:
    async def handle(request: web.Request) -> web.StreamResponse:
        from oifde_simulator.web.control_plane.body import read_body  # not wanted before somebody asks

        Parameters(request).judge(route.parameters)
        call = Call(context, request, await read_body(request, route))
        return await route_table(route.room)[route.operation_id](call)

    return handle


def _refusing(methods: frozenset[str]) -> RequestHandler:
    async def refuse(request: web.Request) -> NoReturn:
        raise web.HTTPMethodNotAllowed(request.method, methods)

    return refuse
