"""The console's page, and what it asks first."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator import __version__
from oifde_simulator.immediate import aside
from oifde_simulator.text import shown
from oifde_simulator.web.console.files import Page, page
from oifde_simulator.web.console.responses import file_response
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import LONGEST_PATH, Problem, json_response

OFF = "the console is off; start serve with --console on. The operations are in /control/openapi.json"


async def index(call: Call) -> web.Response:
    """Send the page."""
    return file_response(call.request, (await _page(call)).index)


async def page_file(call: Call) -> web.Response:
    """Send a file that the page refers to."""
    path = call.path["file"]
    file = (await _page(call)).get(path)
    if file is None:
        detail = f"the console has no file {shown(path[:LONGEST_PATH])}; GET / has its page"
        raise Problem(HTTPStatus.NOT_FOUND, "no-file", detail)
    return file_response(call.request, file)


async def describe(call: Call) -> web.Response:
    """Tell the version of the page, and what a page needs to know before its first call."""
    context = call.context
    return json_response(
        {
            "version": (await _page(call)).version,
            "simulator": __version__,
            "token": context.wants_token,
            "instance": context.instance,
        },
        headers={"Cache-Control": "no-store"},
    )


async def _page(call: Call) -> Page:
    """Read the page aside, since that takes a moment the first time. Raises Problem where it is off."""
    if not call.context.console:
        raise Problem(HTTPStatus.NOT_FOUND, "console-off", OFF)
    return await aside(page)


ROUTES: RouteTable = {"console": index, "consoleFile": page_file, "describeConsole": describe}
