"""Verdicts on what is on record, and what rules have fired."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.clock import SystemClock
from oifde_simulator.coverage import report
from oifde_simulator.coverage.coverage import ScenarioCoverage
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.verification import expectations
from oifde_simulator.verification.expectations import WrongExpectations
from oifde_simulator.verification.snapshot import JournalSnapshot
from oifde_simulator.verification.verdicts import verdict
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters, wrong

MOST_TOLD = 10
"""Mistakes of a body that are told."""
FORMATS = ("json", "junit")
XML = ("application/xml", "text/xml", "application/junit+xml")


async def verify(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Whether the past is as expected."""
    try:
        # A large body takes a while to read, as a full journal does to judge, and others are to be answered.
        expected = await asyncio.to_thread(expectations.read, body, plane.journal.redaction)
    except WrongExpectations as error:
        raise _wrong(error.mistakes) from None
    past = JournalSnapshot(plane.journal, expected.tenants, expected.since, partial(_handed_out, plane))
    for tenant in expected.tenants:
        _known(plane, past, tenant)
    return json_response(await asyncio.to_thread(verdict, expected, past))


def _handed_out(plane: Plane, tenant: str) -> str:
    """The fingerprint of the token that the tenant was made with; empty where it was not made on demand."""
    fresh = plane.tenants.fresh(tenant)
    return plane.journal.redaction.fingerprint(fresh.token) if fresh else ""


def _known(plane: Plane, past: JournalSnapshot, tenant: str | None) -> None:
    """A tenant that is not there and has nothing on record is a slip, and nothing holds for it."""
    if tenant and tenant not in plane.tenants.scenarios and not past.range_of(tenant).entries:
        near = did_you_mean(tenant, plane.tenants.scenarios) or "; GET /tenants lists those there are"
        raise _wrong([f"tenant: there is no tenant {shown(tenant)}{near}"])


def _wrong(mistakes: Sequence[str]) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", mistakes[0], errors=mistakes[:MOST_TOLD])


async def coverage(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Which rules have fired, and which never did."""
    given = Parameters(request)
    tenant = given.take("tenant", None, str)
    written = given.take("format", _asked_for(request), _format)
    given.end()
    scenarios = _scenarios(plane, tenant)
    if written == "junit":
        text = report.junit(scenarios, SystemClock().now())
        return web.Response(body=text, content_type="application/xml", charset="utf-8")
    uncounted = [] if tenant else _uncounted(plane)
    return json_response(report.as_json(scenarios, truncated=plane.coverage.truncated, uncounted=uncounted))


def _asked_for(request: web.Request) -> str:
    """The format that the Accept header names."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "").split(",")]
    return "junit" if any(each in XML for each in accepted) and "application/json" not in accepted else "json"


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError(f"expected {' or '.join(FORMATS)}, found {shown(text)}")
    return text


def _scenarios(plane: Plane, tenant: str | None) -> list[ScenarioCoverage]:
    """Those that count; only that of `tenant`, where one is named."""
    if tenant is None:
        return list(plane.coverage)
    every, found = plane.tenants.scenarios, {each.id: each for each in plane.coverage}
    if tenant not in every and tenant not in found:
        near = did_you_mean(tenant, (*every, *found)) or "; GET /tenants lists those there are"
        raise wrong(f"tenant: there is no tenant {shown(tenant)}{near}")
    name = every[tenant].id if tenant in every else tenant
    return [found[name]] if name in found else []


def _uncounted(plane: Plane) -> list[str]:
    """Tenants that were never asked, or have no rule."""
    found = {each.id for each in plane.coverage}
    read = plane.tenants.scenarios.read()
    return [
        name for name in plane.tenants.scenarios if (read[name].id if name in read else name) not in found
    ]


OPERATIONS: Room = {"verify": verify, "coverage": coverage}
