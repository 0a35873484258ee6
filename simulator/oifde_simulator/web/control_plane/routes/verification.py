"""Verdicts on what is on record, and what rules have fired."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from oifde_simulator.clock import SystemClock
from oifde_simulator.coverage import report
from oifde_simulator.model.coverage import CoverageSnapshot, ScenarioCoverage
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.verification import expectations
from oifde_simulator.verification.expectations import WrongExpectations
from oifde_simulator.verification.snapshot import JournalSnapshot
from oifde_simulator.verification.verdicts import verdict
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.query import Parameters, wrong

MOST_TOLD = 10
"""Mistakes of a body that are told."""
FORMATS = ("json", "junit")
XML = ("application/xml", "text/xml", "application/junit+xml")


async def verify(call: Call) -> web.Response:
    """Whether the past is as expected."""
    try:
        # A large body takes a while to read, as a full journal does to judge, and others are to be answered.
        expected = await asyncio.to_thread(expectations.read, call.body, call.context.journal.redaction)
    except WrongExpectations as error:
        raise _wrong(error.mistakes) from None
    context = call.context
    past = await JournalSnapshot.read(
        context.journal, expected.tenants, expected.since, await _handed_out(context)
    )
    for tenant in expected.tenants:
        await _known(context, past, tenant)
    return json_response(await asyncio.to_thread(verdict, expected, past))


async def _handed_out(context: ControlContext) -> dict[str, str]:
    """Fingerprints of the tokens that tenants were made with, by tenant."""
    fingerprint = context.journal.redaction.fingerprint
    made = {name: await context.tenants.fresh(name) for name in await context.state.tenants.made()}
    return {name: fingerprint(fresh.token) for name, fresh in made.items() if fresh}


async def _known(context: ControlContext, past: JournalSnapshot, tenant: str | None) -> None:
    """Refuse a tenant that is not there and has nothing on record: it is a slip, and nothing holds for it."""
    if tenant and not past.range_of(tenant).entries and not await context.tenants.has(tenant):
        near = did_you_mean(tenant, await context.tenants.ids()) or "; GET /tenants lists those there are"
        raise _wrong([f"tenant: there is no tenant {shown(tenant)}{near}"])


def _wrong(mistakes: Sequence[str]) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-body", mistakes[0], errors=mistakes[:MOST_TOLD])


async def coverage(call: Call) -> web.Response:
    """Which rules have fired, and which never did."""
    given = Parameters(call.request)
    tenant = given.take("tenant", None, str)
    written = given.take("format", _asked_for(call.request), _format)
    given.end()
    snapshot = await call.context.state.coverage.snapshot()
    scenarios = await _scenarios(call.context, snapshot, tenant)
    if written == "junit":
        text = report.junit(scenarios, SystemClock().now())
        return web.Response(body=text, content_type="application/xml", charset="utf-8")
    uncounted = [] if tenant else await _uncounted(call.context, snapshot)
    return json_response(report.as_json(scenarios, truncated=snapshot.truncated, uncounted=uncounted))


def _asked_for(request: web.Request) -> str:
    """The format that the Accept header names."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "").split(",")]
    return "junit" if any(each in XML for each in accepted) and "application/json" not in accepted else "json"


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError(f"expected {' or '.join(FORMATS)}, found {shown(text)}")
    return text


async def _scenarios(
    context: ControlContext, snapshot: CoverageSnapshot, tenant: str | None
) -> list[ScenarioCoverage]:
    """Choose the scenarios that count; only that of `tenant`, where one is named."""
    if tenant is None:
        return list(snapshot)
    found, served = {each.id: each for each in snapshot}, await context.tenants.has(tenant)
    if not served and tenant not in found:
        names = (*await context.tenants.ids(), *found)
        near = did_you_mean(tenant, names) or "; GET /tenants lists those there are"
        raise wrong(f"tenant: there is no tenant {shown(tenant)}{near}")
    name = (await context.tenants.scenario(tenant)).id if served else tenant
    return [found[name]] if name in found else []


async def _uncounted(context: ControlContext, snapshot: CoverageSnapshot) -> list[str]:
    """List tenants that were never asked, or have no rule."""
    found = {each.id for each in snapshot}
    return [name for name in await context.tenants.ids() if context.tenants.scenario_id(name) not in found]


OPERATIONS: RouteTable = {"verify": verify, "coverage": coverage}
