"""Operations on tenants: create, change, inspect and delete them."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Any

from oifde_simulator_client.call import Call, nothing, of_json
from oifde_simulator_client.decode import as_it_is, build, build_tenant, build_tenants
from oifde_simulator_client.encode import path, query_string
from oifde_simulator_client.errors import ControlProblem, hides_frames
from oifde_simulator_client.models import MadeTenant, Sessions, Tenant, TenantInWhole

__tracebackhide__ = hides_frames  # pytest shows the line of the failing test only

Scenario = str | Mapping[str, Any]
"""Name of a scenario of the server, YAML text of more than one line, or a mapping."""


def tenants() -> Call[Sequence[Tenant]]:
    """List every tenant, without secrets."""
    return Call("GET", "/tenants", of_json(build_tenants))


def make_tenant(scenario: Scenario, tenant_id: str | None = None) -> Call[MadeTenant]:
    """Create a tenant with fresh credentials; the server makes an id if none is given."""
    wanted = {"scenario": scenario} | ({} if tenant_id is None else {"tenantId": tenant_id})
    return Call("POST", "/tenants", of_json(partial(build, MadeTenant)), wanted)


def tenant(tenant: str) -> Call[TenantInWhole]:
    """Fetch one tenant with its rules and their fired counts."""
    return Call("GET", path("tenants", tenant), of_json(build_tenant))


def delete_tenant(tenant: str) -> Call[None]:
    """Delete a tenant and its journal."""
    return Call("DELETE", path("tenants", tenant), nothing)


def delete_if_there(tenant: str) -> Generator[Call[Any], Any, None]:
    """Delete the tenant; do nothing if it is deleted already."""
    try:
        yield from delete_tenant(tenant)
    except ControlProblem as refusal:
        if refusal.status != 404:
            raise


def use(tenant: str, scenario: Scenario) -> Call[TenantInWhole]:
    """Replace the tenant's scenario and start it anew; keep the credentials made with the tenant."""
    return Call("PUT", path("tenants", tenant, "scenario"), of_json(build_tenant), {"scenario": scenario})


def reset(tenant: str) -> Call[TenantInWhole]:
    """Reset rules, counts, states, tokens and clock to the tenant's scenario; empty its journal."""
    return Call("POST", path("tenants", tenant, "reset"), of_json(build_tenant))


def clear(tenant: str) -> Call[TenantInWhole]:
    """Reset the tenant and remove every rule until the next reset."""
    return Call("POST", path("tenants", tenant, "clear"), of_json(build_tenant))


def reset_all() -> Call[Mapping[str, int]]:
    """Reset all tenants to their files, delete made tenants and empty the journal.

    Returns the numbers of `tenants` and of `deleted` tenants.
    """
    return Call("POST", "/reset", of_json(as_it_is))


def clear_all() -> Call[Mapping[str, int]]:
    """Give all tenants a good day: reset them, remove every rule until the next reset, open the port.

    The journal is kept. Returns the number of `tenants`.
    """
    return Call("POST", "/clear", of_json(as_it_is))


def sessions(tenant: str, user_mobile: str, limit: int | None = None) -> Call[Sessions]:
    """Fetch the sessions of a number as a query finds them now, newest first."""
    query = query_string({"userMobile": user_mobile, "limit": limit})
    return Call("GET", path("tenants", tenant, "sessions") + query, of_json(partial(build, Sessions)))


def recording(tenant: str, file_name: str) -> Call[bytes]:
    """Fetch the sound of a recording by the name that a session record has, as WAV."""
    return Call(
        "GET",
        path("tenants", tenant, "recordings") + query_string({"fileName": file_name}),
        lambda reply: reply.body,
    )
