"""The tenant that a URL names; and what is wrong with a scenario or with rules that came along."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.tenants import Tenant
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.web.control_plane.context import Plane
from oifde_simulator.web.control_plane.problems import Problem

MOST_TOLD = 100
"""Mistakes that are told of one scenario."""


def name_of(plane: Plane, request: web.Request) -> str:
    """The id in the URL, of a tenant that is served."""
    name = request.match_info["tenant"]
    if name not in plane.tenants.scenarios:
        # Those that were made are somebody else's business.
        hint = did_you_mean(name, plane.tenants.files) or "; GET /tenants lists those there are"
        raise Problem(HTTPStatus.NOT_FOUND, "no-tenant", f"there is no tenant {shown(name)}{hint}")
    return name


def tenant_of(plane: Plane, request: web.Request) -> Tenant:
    """The tenant that the URL names."""
    return plane.tenants.named(name_of(plane, request))


def wrong_scenario(mistakes: ScenarioErrors) -> Problem:
    """Every mistake, the first of them also as the detail."""
    told = list(map(str, mistakes.errors))
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-scenario", told[0], errors=told[:MOST_TOLD])
