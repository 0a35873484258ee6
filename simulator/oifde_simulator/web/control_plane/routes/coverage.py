"""Coverage of rules: which of them have fired, and which never did."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from oifde_simulator.clock import SystemClock
from oifde_simulator.coverage import report
from oifde_simulator.model.coverage import ScenarioCoverage
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response

FORMATS = ("json", "junit")
XML_TYPES = ("application/xml", "text/xml", "application/junit+xml")


async def coverage(call: Call) -> web.Response:
    """Report which rules have fired, as JSON or JUnit XML."""
    tenant = call.query.get("tenant", None, str)
    format = call.query.get("format", _accepted_format(call.request), _format)
    snapshot = await call.context.coverage()
    scenarios = await _choose(call, snapshot.scenarios, tenant)
    if format == "junit":
        text = report.junit(scenarios, SystemClock().now())
        return web.Response(body=text, content_type="application/xml", charset="utf-8")
    uncounted = [] if tenant else await _uncounted(call, snapshot.scenarios)
    return json_response(report.as_json(scenarios, truncated=snapshot.truncated, uncounted=uncounted))


def _accepted_format(request: web.Request) -> str:
    """Choose the format that the Accept header names."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("Accept", "").split(",")]
    is_xml = any(each in XML_TYPES for each in accepted) and "application/json" not in accepted
    return "junit" if is_xml else "json"


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError(f"expected {' or '.join(FORMATS)}, found {shown(text)}")
    return text


async def _choose(
    call: Call, scenarios: Sequence[ScenarioCoverage], tenant: str | None
) -> Sequence[ScenarioCoverage]:
    """Choose the scenario of a tenant, or all for None. Raises Problem."""
    if tenant is None:
        return scenarios
    counted, tenants = {each.id: each for each in scenarios}, call.context.tenants
    id = await tenants.served_scenario_id(tenant)
    if id is not None:
        return [counted[id]] if id in counted else []
    if tenant in counted:
        return [counted[tenant]]
    hint = await tenants.hint(tenant, *counted)
    raise Problem(HTTPStatus.NOT_FOUND, "no-tenant", f"there is no tenant {shown(tenant)}{hint}")


async def _uncounted(call: Call, scenarios: Sequence[ScenarioCoverage]) -> list[str]:
    """List the tenants that were never asked, or have no rule."""
    counted = {each.id for each in scenarios}
    ids = await call.context.tenants.scenario_ids()
    return [tenant for tenant, scenario in ids.items() if scenario not in counted]


ROUTES: RouteTable = {"coverage": coverage}
