"""The vendor's port, closed and opened for every client, and its TLS, broken and mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.tls_faults import FAULTS, GOOD
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes.values import duration_member, wrong_body

CHOICES = (GOOD, *FAULTS)
"""What TLS can be for everybody."""
TLS_OFF = "expected a port with TLS, found serve --tls off; start the server without it to have TLS to break"


async def read_listener(call: Call) -> web.Response:
    """Tell the state of the port."""
    return _status(call)


async def set_listener(call: Call) -> web.Response:
    """Close or open the port, or choose the TLS of its new connections."""
    if "tls" in call.body:
        return await _set_tls(call)
    listener = call.context.listener
    if not call.body["open"]:
        await _carry_out(listener.close(duration_member(call.body, "ttl")), _port_taken)
        return _status(call)
    if "ttl" in call.body:
        raise wrong_body('ttl: says when a closed port opens; it goes with {"open": false}')
    await _carry_out(listener.open(), _port_taken)
    return _status(call)


async def _carry_out(change: Awaitable[None], problem: Callable[[str], Problem]) -> None:
    """Await a change at all replicas. Raises Problem where one of them cannot."""
    try:
        await change
    except (OSError, ValueError) as error:
        raise problem(str(error)) from None


def _port_taken(why: str) -> Problem:
    return Problem(HTTPStatus.CONFLICT, "port-taken", why)


def _no_tls_fault(why: str) -> Problem:
    return Problem(HTTPStatus.CONFLICT, "tls-fault", why)


async def _set_tls(call: Call) -> web.Response:
    port, fault, ttl = call.context.port, _tls_member(call.body), duration_member(call.body, "ttl")
    if port.tls is None:
        raise Problem(HTTPStatus.CONFLICT, "tls-off", TLS_OFF)
    listener = call.context.listener
    await _carry_out(listener.mend() if fault == GOOD else listener.spoil(fault, ttl), _no_tls_fault)
    return _status(call)


def _tls_member(body: Mapping[str, Any]) -> str:
    """Read what TLS is to be, in a body that says nothing else. Raises Problem."""
    wanted: str = body["tls"]
    if wanted not in CHOICES:
        expected, found = f"one of {', '.join(CHOICES)}", shown(wanted)
        raise wrong_body(f"tls: expected {expected}, found {found}{did_you_mean(wanted, CHOICES)}")
    if "open" in body:
        raise wrong_body("open, tls: expected one of them, since a ttl is for one; send two requests")
    if wanted == GOOD and "ttl" in body:
        raise wrong_body('ttl: says when TLS is good again; it goes with a fault, such as {"tls": "expired"}')
    return wanted


def _status(call: Call) -> web.Response:
    port, urls = call.context.port, call.context.data_urls.of(call.request)
    own = urls.own_recordings_url
    recordings = {"recordingsUrl": own} if own else {}
    tls = {"tls": port.tls.fault, "tlsTtl": port.tls.ttl} if port.tls and port.tls.fault else {}
    ports = [{"fault": fault, "url": url} for fault, url in urls.fault_urls]
    faults = {"tlsFaults": ports} if ports else {}
    return json_response(
        {"open": port.is_open, "url": urls.url, "ttl": port.ttl, **recordings, **tls, **faults}
    )


ROUTES: RouteTable = {"readListener": read_listener, "setListener": set_listener}
