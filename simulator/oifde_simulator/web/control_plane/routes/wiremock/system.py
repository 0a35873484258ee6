"""WireMock's system operations: reset, global settings, health and version."""

from __future__ import annotations

from aiohttp import web

from oifde_simulator import __version__
from oifde_simulator.clock import SystemClock
from oifde_simulator.instants import iso
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.wiremock.errors import parse_error_response
from oifde_simulator.wiremock.patterns.errors import Unsupported

VERSION = "3.13.2"
"""Version of WireMock whose API this follows."""


async def reset(call: Call) -> web.Response:
    """Put each tenant back to the beginning of its scenario; tenants and settings stay."""
    await call.context.reset_tenants()
    return json_response({})


async def read_settings(call: Call) -> web.Response:
    """Show the delay of every answer."""
    return json_response({"settings": await call.context.global_delay()})


async def set_settings(call: Call) -> web.Response:
    """Delay every answer from now on; an empty object ends the delay."""
    if call.body.get("extended"):
        raise Unsupported("there are no extensions to set", "/extended")
    try:
        await call.context.set_global_delay(
            {name: value for name, value in call.body.items() if value is not None}
        )
    except ValueError as error:
        return parse_error_response(str(error), "/delayDistribution")
    return json_response({})


async def health(_: Call) -> web.Response:
    """Say that the server is well."""
    return json_response(
        {
            "status": "healthy",
            "message": f"oifde-simulator {__version__} is ok",
            "version": VERSION,
            "timestamp": iso(SystemClock().now()),
        }
    )


async def version(_: Call) -> web.Response:
    """Tell the version of WireMock whose API this follows."""
    return json_response({"version": VERSION})


ROUTES: RouteTable = {
    "wiremockReset": reset,
    "wiremockResetMappings": reset,
    "wiremockReadSettings": read_settings,
    "wiremockPostSettings": set_settings,
    "wiremockPutSettings": set_settings,
    "wiremockHealth": health,
    "wiremockVersion": version,
}
