"""Endpoints of tenants as WireMock's stub mappings, to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from oifde_simulator.oifde.operations import BY_NAME, OPERATIONS, TENANT_FIELDS
from oifde_simulator.wiremock.admin import ids
from oifde_simulator.wiremock.patterns import distance
from oifde_simulator.wiremock.patterns.expected_redactor import ExpectedRedactor
from oifde_simulator.wiremock.patterns.logged_request import LoggedRequest
from oifde_simulator.wiremock.patterns.request_pattern import RequestPattern

NEAREST = 3
"""Near misses that are listed, as in WireMock's NearMissCalculator."""
COMPARED = 1000
"""Tenants whose names are compared with an unknown name."""
NO_STUB: Mapping[str, Any] = {
    "id": str(ids.STUBS),
    "uuid": str(ids.STUBS),
    "request": {"method": "ANY"},
    "response": {"status": 404},
}
"""Stub of requests that no endpoint of a known tenant answered."""


class NearMiss(NamedTuple):
    """A stub that nearly fits a request, or a request that nearly fits a pattern."""

    distance: float
    """Distance from fitting, from 0 to 1."""
    what: Any
    """The stub as JSON, or the entry of the request."""


def stub_id(tenant: str, endpoint: str) -> UUID:
    """Build the id of the stub that answers a tenant's endpoint; one that names no tenant has one for all."""
    return ids.stub_id(tenant if _names_tenant(endpoint) else "", endpoint)


def stub_mapping(tenant: str, endpoint: str) -> dict[str, Any]:
    """Render the stub mapping of a tenant's endpoint; `tenant` is empty where requests name none."""
    id = str(stub_id(tenant, endpoint))
    return {
        "id": id,
        "uuid": id,
        "name": f"{tenant} {endpoint}" if _names_tenant(endpoint) else endpoint,
        "request": _pattern(tenant, endpoint),
        "response": {"status": 200},
        "metadata": {"tenant": tenant, "endpoint": endpoint},
    }


def _pattern(tenant: str, endpoint: str) -> dict[str, Any]:
    operation = BY_NAME[endpoint]
    method = operation.methods[0] if len(operation.methods) == 1 else "ANY"
    pattern = {"method": method, "urlPath": operation.path}
    if not operation.tenant_field:
        return pattern
    named = {"expression": f"$.{operation.tenant_field}", "equalTo": tenant}
    return {**pattern, "bodyPatterns": [{"matchesJsonPath": named}]}


def tenant_endpoints(tenants: Iterable[str]) -> list[tuple[str, str]]:
    """List each tenant with each endpoint, and without one those that name none; each pair has a stub."""
    named = product(tenants, (each.name for each in OPERATIONS if each.tenant_field))
    return [*named, *(("", each.name) for each in OPERATIONS if not each.tenant_field)]


def is_answered(tenant: str, endpoint: str) -> bool:
    """Check that there is a stub for requests of a tenant, empty for none known, to an endpoint."""
    return bool(endpoint and (tenant or not _names_tenant(endpoint)))


def _names_tenant(endpoint: str) -> bool:
    return endpoint not in BY_NAME or bool(BY_NAME[endpoint].tenant_field)


def nearest_stubs(request: LoggedRequest, tenants: list[str], redactor: ExpectedRedactor) -> list[NearMiss]:
    """List the nearest stubs of a request, of the tenants whose names are most like a name in it."""
    name = _tenant_name(request)
    pairs = tenant_endpoints(_like(name, tenants)) if name else _one_of_each_endpoint(tenants)
    stubs = (stub_mapping(*pair) for pair in pairs)
    misses = [NearMiss(RequestPattern(stub["request"], redactor).distance(request), stub) for stub in stubs]
    return nsmallest(NEAREST, misses, key=lambda miss: miss.distance)


def _one_of_each_endpoint(tenants: list[str]) -> list[tuple[str, str]]:
    """List each endpoint once: stubs of several tenants are equally near to a request that names none."""
    first = tenants[0] if tenants else ""
    pairs = [("" if not each.tenant_field else first, each.name) for each in OPERATIONS]
    return [(tenant, endpoint) for tenant, endpoint in pairs if tenant or not BY_NAME[endpoint].tenant_field]


def _tenant_name(request: LoggedRequest) -> str:
    """Read the name of the tenant in a request; empty if there is none."""
    fields = request.body.json
    names = [fields.get(name) for name in TENANT_FIELDS] if isinstance(fields, dict) else []
    return next((name for name in names if isinstance(name, str)), "")


def _like(name: str, tenants: list[str]) -> list[str]:
    compared = dict.fromkeys([*([name] if name in tenants else []), *tenants[:COMPARED]])
    return nsmallest(NEAREST, compared, key=lambda tenant: distance.text_distance(name, tenant))
