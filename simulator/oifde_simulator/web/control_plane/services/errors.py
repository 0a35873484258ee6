"""Problems that several services raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.tenants import Tenant, Tenants
from oifde_simulator.tenants.errors import NotServed
from oifde_simulator.text import shown
from oifde_simulator.web.control_plane.problems import Problem

MOST_MISTAKES = 100
"""Mistakes of one scenario that are listed."""


@contextmanager
def needs_tenant(tenants: Tenants, id: str) -> Iterator[None]:
    """Raise Problem where a step within finds that a tenant is not served."""
    try:
        yield
    except NotServed:
        raise no_tenant(tenants, id) from None


async def named_tenant(tenants: Tenants, id: str) -> Tenant:
    """Find a tenant as it is now. Raises Problem where it is not served."""
    with needs_tenant(tenants, id):
        return await tenants.named(id)


def no_tenant(tenants: Tenants, id: str, purpose: str = "") -> Problem:
    """Make the problem of a tenant that is not served; `purpose` goes into the message behind the id."""
    # Tenants that were made on demand are not suggested: they are somebody else's business.
    near = tenants.files.near_names.nearest(id)
    hint = tenant_hint(tenants, id, f'; did you mean "{near}"?' if near else "")
    return Problem(HTTPStatus.NOT_FOUND, "no-tenant", f"there is no tenant {shown(id)}{purpose}{hint}")


def tenant_hint(tenants: Tenants, id: str, suggested: str) -> str:
    """Say which broken file has a tenant, or what is `suggested` in its place, or where ids are listed."""
    if why := tenants.unserved(id):
        return f": {why}"
    return suggested or "; GET /tenants lists those there are"


def wrong_scenario(errors: ScenarioErrors) -> Problem:
    """Make the problem of a scenario or rule that is wrong; its detail is the first mistake."""
    mistakes = list(map(str, errors.errors))
    return Problem(HTTPStatus.BAD_REQUEST, "wrong-scenario", mistakes[0], errors=mistakes[:MOST_MISTAKES])
