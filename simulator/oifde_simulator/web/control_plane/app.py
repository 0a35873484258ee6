"""The control plane's application: each operation of the document, answered by the room that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

from aiohttp import web

from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.auth import guard
from oifde_simulator.web.control_plane.connections import ControlPlane
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.openapi import Route
from oifde_simulator.web.control_plane.problems import Answering, begin, problems
from oifde_simulator.web.control_plane.query import Parameters
from oifde_simulator.web.control_plane.routes import health

LARGEST = 4 << 20
"""Bytes of a body."""


def _journal() -> Room:
    from oifde_simulator.web.control_plane.routes import journal

    return journal.OPERATIONS


def _tenants() -> Room:
    from oifde_simulator.web.control_plane.routes import tenants

    return tenants.OPERATIONS


def _listener() -> Room:
    from oifde_simulator.web.control_plane.routes import listener

    return listener.OPERATIONS


def _verification() -> Room:
    from oifde_simulator.web.control_plane.routes import verification

    return verification.OPERATIONS


def _metrics() -> Room:
    from oifde_simulator.web.control_plane.routes import metrics

    return metrics.OPERATIONS


def _wiremock() -> Room:
    from oifde_simulator.web.control_plane.routes.wiremock import admin

    return admin.OPERATIONS


ROOMS: Mapping[str, Callable[[], Room]] = {
    "health": lambda: health.OPERATIONS,
    "journal": _journal,
    "tenants": _tenants,
    "listener": _listener,
    "verification": _verification,
    "metrics": _metrics,
    "wiremock": _wiremock,
}
"""Rooms of the document; most are imported when they are first asked, so that a server starts at once."""


def control_plane(plane: Plane, token: str | None) -> web.AppRunner:
    """A runner for the control plane, not yet set up; `token` is what it wants, None for nothing."""
    app = web.Application(middlewares=[problems, guard(token)], client_max_size=LARGEST)
    for route in openapi.routes():
        answering = _answering(plane, route)
        app.router.add_route(route.method, route.path, answering)
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, answering)
    for path, methods in openapi.methods().items():
        # Or the router looks further: /mappings/{id} has the path /mappings/unmatched too.
        app.router.add_route("*", path, _refusing(methods))

    async def let_go(_: web.Application) -> None:
        plane.journal.waiters.shutdown()
        plane.journal.followers.shutdown()

    app.on_shutdown.append(let_go)
    app.on_response_prepare.append(begin)
    return ControlPlane(app, handle_signals=False, shutdown_timeout=1.0)


def _answering(plane: Plane, route: Route) -> Answering:
    async def answer(request: web.Request) -> web.StreamResponse:
        from oifde_simulator.web.control_plane import body as bodies  # not wanted before somebody asks

        Parameters(request).judge(route.parameters)
        asked = await bodies.body(request, route)
        return await ROOMS[route.room]()[route.operation_id](plane, request, asked)

    return answer


def _refusing(methods: frozenset[str]) -> Answering:
    async def refuse(request: web.Request) -> NoReturn:
        raise web.HTTPMethodNotAllowed(request.method, methods)

    return refuse
