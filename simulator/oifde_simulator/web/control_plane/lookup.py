"""The tenant that a URL names, and the problems of a tenant or a scenario that is not as it should be."""

from __future__ import annotations

from http import HTTPStatus

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.tenants import Tenant
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.web.control_plane.context import Call, ControlContext
from oifde_simulator.web.control_plane.problems import Problem

MOST_MISTAKES = 100
"""Mistakes that are listed of one scenario."""


async def tenant_of(call: Call) -> Tenant:
    """Find the tenant that the URL of a call names. Raises Problem where it is not served."""
    name = call.request.match_info["tenant"]
    try:
        return await call.context.tenants.named(name)
    except KeyError:
        # Tenants that were made are nobody else's business.
        raise no_tenant(call.context, name, f"there is no tenant {shown(name)}") from None


def no_tenant(context: ControlContext, name: str, detail: str) -> Problem:
    """Make the problem of a tenant that is not served."""
    hint = did_you_mean(name, context.tenants.files) or "; GET /tenants lists those there are"
    return Problem(HTTPStatus.NOT_FOUND, "no-tenant", f"{detail}{hint}")


def wrong_scenario(mistakes: ScenarioErrors) -> Problem:
    """Make the problem of a scenario: every mistake, the first of them also as the detail."""
    messages = list(map(str, mistakes.errors))
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-scenario", messages[0], errors=messages[:MOST_MISTAKES])
