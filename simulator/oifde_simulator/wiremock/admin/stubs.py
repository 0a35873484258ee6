"""What the simulator answers, as stub mappings to read: each endpoint of each tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from itertools import product
from typing import Any, NamedTuple

from oifde_simulator.oifde import contract
from oifde_simulator.oifde.router import GETTOKEN
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
    path, method = next(
        (path, o.method) for path, o in contract.operations().items() if o.operation_id == endpoint
    )
    named = {"expression": f"$.{_naming(endpoint)}", "equalTo": tenant}
    return {"method": method, "urlPath": path, "bodyPatterns": [{"matchesJsonPath": named}]}


def _naming(endpoint: str) -> str:
    """The field that names the tenant."""
    return "appKey" if endpoint == GETTOKEN else "tenantId"


def places(tenants: Iterable[str]) -> list[tuple[str, str]]:
    """What has a stub: each tenant with each endpoint."""
    return list(product(tenants, (o.operation_id for o in contract.operations().values())))


def nearest(seen: Seen, tenants: list[str], marking: Marking) -> list[Miss]:
    """The stubs that nearly took a request: of the tenants with the names most like the one it has."""
    stubs = (mapping(*place) for place in places(_like(_named(seen), tenants)))
    misses = [Miss(RequestPattern(stub["request"], marking).distance(seen), stub) for stub in stubs]
    return nsmallest(NEAREST, misses, key=lambda miss: miss.distance)


def _named(seen: Seen) -> str:
    """The tenant that a request names, or says that it is; empty for none."""
    fields = seen.body.json
    names = [fields.get(name) for name in ("tenantId", "appKey")] if isinstance(fields, dict) else []
    return next((name for name in names if isinstance(name, str)), "")


def _like(name: str, tenants: list[str]) -> list[str]:
    if not name:
        return tenants[:NEAREST]
    compared = dict.fromkeys([*([name] if name in tenants else []), *tenants[:COMPARED]])
    return nsmallest(NEAREST, compared, key=lambda tenant: distance.of_texts(name, tenant))
