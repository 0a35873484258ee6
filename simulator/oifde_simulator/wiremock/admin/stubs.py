"""What the simulator answers, as stub mappings to read: each endpoint of each tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from itertools import product
from typing import Any, NamedTuple

from oifde_simulator.oifde.operations import BY_NAME, OPERATIONS, TENANT_FIELDS
from oifde_simulator.wiremock.admin import ids
from oifde_simulator.wiremock.patterns import distance
from oifde_simulator.wiremock.patterns.credentials import Marking
from oifde_simulator.wiremock.patterns.request_pattern import RequestPattern
from oifde_simulator.wiremock.patterns.values import Seen

NEAREST = 3
"""Near misses that are told; as in WireMock's NearMissCalculator."""
COMPARED = 1000
"""Tenants whose names are compared with one that there is not."""
NOBODY: Mapping[str, Any] = {
    "id": str(ids.STUBS),
    "uuid": str(ids.STUBS),
    "request": {"method": "ANY"},
    "response": {"status": 404},
}
"""What stands for the stub of a request that nobody took."""


class Miss(NamedTuple):
    """A stub that nearly took a request, or a request that a pattern nearly means."""

    distance: float
    what: Any


def mapping(tenant: str, endpoint: str) -> dict[str, Any]:
    """The stub mapping of an endpoint of a tenant."""
    id = str(ids.of_stub(tenant, endpoint))
    return {
        "id": id,
        "uuid": id,
        "name": f"{tenant} {endpoint}",
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


def places(tenants: Iterable[str]) -> list[tuple[str, str]]:
    """List each tenant with each endpoint whose requests name a tenant."""
    return list(product(tenants, (each.name for each in OPERATIONS if each.tenant_field)))


def nearest(seen: Seen, tenants: list[str], marking: Marking) -> list[Miss]:
    """The stubs that nearly took a request: of the tenants with the names most like the one it has."""
    stubs = (mapping(*place) for place in places(_like(_named(seen), tenants)))
    misses = [Miss(RequestPattern(stub["request"], marking).distance(seen), stub) for stub in stubs]
    return nsmallest(NEAREST, misses, key=lambda miss: miss.distance)


def _named(seen: Seen) -> str:
    """The tenant that a request names, or says that it is; empty for none."""
    fields = seen.body.json
    names = [fields.get(name) for name in TENANT_FIELDS] if isinstance(fields, dict) else []
    return next((name for name in names if isinstance(name, str)), "")


def _like(name: str, tenants: list[str]) -> list[str]:
    if not name:
        return tenants[:NEAREST]
    compared = dict.fromkeys([*([name] if name in tenants else []), *tenants[:COMPARED]])
    return nsmallest(NEAREST, compared, key=lambda tenant: distance.of_texts(name, tenant))
