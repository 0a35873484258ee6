"""Access to the control plane: by a bearer token, or without one for programs of this machine, not web pages.

A page in a browser reaches loopback ports too. But it cannot leave out the headers by which a browser names
the origin of the page, nor choose the Host that it asks for; so these headers decide.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from oifde_simulator.text import shown
from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.access_token import names_loopback
from oifde_simulator.web.control_plane.problems import Problem

OPEN = frozenset(route.path for route in openapi.routes() if route.open)
"""Paths that need no token."""
CONSOLE = frozenset(route.path for route in openapi.routes() if route.module == "console")
"""Paths of the console's page, which holds no data: links from anywhere may lead to it."""


def guard(wanted: str | None) -> Middleware:
    """Make a middleware that refuses requests without access; `wanted` is the bearer token, None for none."""

    @web.middleware
    async def check_access(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = _document_path(request)
        if path not in OPEN:
            _check_page(request) if wanted is None else _check_token(request, wanted)
        elif path in CONSOLE and wanted is None:
            _check_host(request)
        return await handler(request)

    return check_access


def _document_path(request: web.Request) -> str:
    """Find the path of a request in the document; empty where it is none of these."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""


def _check_token(request: web.Request, wanted: str) -> None:
    scheme, _, found = request.headers.get("Authorization", "").partition(" ")
    given = found.strip().encode("utf-8", "surrogateescape")
    if scheme.casefold() == "bearer" and hmac.compare_digest(given, wanted.encode()):
        return
    how = "send the header Authorization: Bearer TOKEN, with the token that serve printed or was given"
    what = "another token" if given else "none"
    raise Problem(
        HTTPStatus.UNAUTHORIZED, "no-token", f"expected the control plane's token, found {what}; {how}"
    )


def _check_host(request: web.Request) -> list[str]:
    """Refuse a name that somebody has bound to this machine, since a page of that name could read answers."""
    hosts = request.headers.getall("Host", [])
    for host in hosts:
        if len(hosts) > 1 or not names_loopback(f"//{host}"):
            raise _foreign_page("Host", host)
    return hosts


def _check_page(request: web.Request) -> None:
    hosts = _check_host(request)
    for origin in request.headers.getall("Origin", []):
        # A page that another program of this machine serves is not a program of this machine.
        if [origin.casefold()] != [f"http://{host}".casefold() for host in hosts]:
            raise _foreign_page("Origin", origin)
    for site in request.headers.getall("Sec-Fetch-Site", []):
        if site not in ("none", "same-origin"):
            raise _foreign_page("Sec-Fetch-Site", site)


def _foreign_page(header: str, value: str) -> Problem:
    detail = (
        f"{header} is {shown(value)}: only programs of this machine may ask, and no other page; "
        "ask for 127.0.0.1 or localhost, or start with --control-token and send it"
    )
    return Problem(HTTPStatus.FORBIDDEN, "foreign-page", detail)
