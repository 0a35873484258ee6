"""The control plane's application: each operation of the document is answered by a handler of `routes/`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import NoReturn, cast

from aiohttp import web
from aiohttp.typedefs import Handler as AiohttpHandler

from oifde_simulator.text import normal
from oifde_simulator.web.connection_limits import ConnectionLimits
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.auth import guard
from oifde_simulator.web.control_plane.bodies import Bodies
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.openapi import Route
from oifde_simulator.web.control_plane.problems import note_head_sent, problems
from oifde_simulator.web.control_plane.query import TENANT, read_query
from oifde_simulator.web.control_plane.server import ControlPlaneRunner

SHUTDOWN_SECONDS = 1.0
"""Seconds that calls in flight have when the server stops."""


def control_plane(
    context: ControlContext, token: str | None, limits: ConnectionLimits | None = None
) -> ControlPlaneRunner:
    """Make a runner for the control plane, not yet set up; `token` is the bearer token, None for none."""
    limits = limits or ConnectionLimits()
    bodies = Bodies(limits.body_seconds)
    app = web.Application(middlewares=[problems, guard(token)])
    for route in openapi.routes():
        handler = _handler(context, bodies, route)
        app.router.add_route(route.method, route.pattern, handler)
        if route.method == "GET":
            app.router.add_route("HEAD", route.pattern, handler)
    methods = openapi.methods()
    for pattern, path in {route.pattern: route.path for route in openapi.routes()}.items():
        # Or the router looks further: /mappings/{id} has the path /mappings/unmatched too.
        app.router.add_route("*", pattern, _method_not_allowed(methods[path]))

    async def shutdown(_: web.Application) -> None:
        context.subscriptions.shutdown()

    app.on_shutdown.append(shutdown)
    app.on_response_prepare.append(note_head_sent)
    return ControlPlaneRunner(app, limits, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS)


def route_table(module: str) -> RouteTable:
    """Import a module of `routes/` when it is first called, so that a server starts without it."""
    return cast(RouteTable, import_module(f"{__package__}.routes.{module}").ROUTES)


def _handler(context: ControlContext, bodies: Bodies, route: Route) -> AiohttpHandler:
    async def handle(request: web.Request) -> web.StreamResponse:
        from oifde_simulator.web.control_plane.body import reader  # not needed at the start

        query = read_query(request, route)
        path = _composed(request.match_info)
        octets = await reader.receive_body(request, bodies, route)
        with await bodies.turn(len(octets)):
            call = Call(context, request, path, query, await reader.read_body(octets, route))
            del octets
            if route.holds_turn:
                return await answer(call)
        return await answer(call)

    async def answer(call: Call) -> web.StreamResponse:
        return await route_table(route.module)[route.operation_id](call)

    return handle


def _composed(path: Mapping[str, str]) -> Mapping[str, str]:
    """Compose the tenant's id of a path, as those of files are."""
    id = path.get(TENANT, "")
    return path if id.isascii() else {**path, TENANT: normal(id)}


def _method_not_allowed(methods: frozenset[str]) -> AiohttpHandler:
    async def refuse(request: web.Request) -> NoReturn:
        raise web.HTTPMethodNotAllowed(request.method, methods)

    return refuse
