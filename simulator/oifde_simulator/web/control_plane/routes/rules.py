"""A tenant's rules: listed, added for a while or for good, and removed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.quantities import duration
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.tenants import Tenant
from oifde_simulator.tenants.added_rules import Taken, TooMany
from oifde_simulator.tenants.admin import read_rules
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.web.control_plane.context import Plane, Room
from oifde_simulator.web.control_plane.lookup import tenant_of, wrong_scenario
from oifde_simulator.web.control_plane.problems import Problem, json_response

GONE = "it may have gone by itself; GET /tenants/{id}/rules lists those there are"


async def list_rules(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """The rules in the order in which they are asked."""
    return json_response(rules_of(tenant_of(plane, request)))


async def add_rules(plane: Plane, request: web.Request, body: Any) -> web.Response:
    """Ask these before those there are."""
    tenant = tenant_of(plane, request)
    given = body if isinstance(body, list) else [body]
    ttls = _ttls(given)
    rules = [{key: each[key] for key in each if key != "ttl"} for each in given]
    try:
        names = plane.on_demand.names(tenant.id, rules)
        # Many take their time, and the vendor's port has others to answer.
        read = await asyncio.to_thread(read_rules, rules, names)
        if tenant_of(plane, request) is not tenant:
            detail = f"another tenant {shown(tenant.id)} has come meanwhile; ask again where it is meant"
            raise Problem(HTTPStatus.NOT_FOUND, "no-tenant", detail)
        plane.on_demand.add(tenant.id, read, rules, ttls)
    except Taken as taken:
        detail = f"there is a rule {shown(str(taken))}; choose another name, or remove that rule first"
        raise Problem(HTTPStatus.CONFLICT, "rule-exists", detail) from None
    except TooMany as full:
        raise Problem(HTTPStatus.CONFLICT, "too-many-rules", str(full)) from None
    except ScenarioErrors as mistakes:
        raise wrong_scenario(mistakes) from None
    return json_response(rules_of(tenant), status=HTTPStatus.CREATED)


async def remove_added_rules(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Ask those no more that were added."""
    tenant = tenant_of(plane, request)
    tenant.added.remove_all()
    return json_response(rules_of(tenant))


async def remove_rule(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """Ask this one no more."""
    tenant, rule = tenant_of(plane, request), request.match_info["rule"]
    try:
        tenant.added.remove(rule)
    except KeyError:
        hint = did_you_mean(rule, (each.name for each in tenant.rules.rules)) or f"; {GONE}"
        detail = f"the tenant {shown(tenant.id)} has no rule {shown(rule)}{hint}"
        raise Problem(HTTPStatus.NOT_FOUND, "no-rule", detail) from None
    return web.Response(status=HTTPStatus.NO_CONTENT)


def rules_of(tenant: Tenant) -> list[dict[str, Any]]:
    """How the rules of a tenant stand."""
    return [
        {"name": rule.name, "fired": rule.fired, "added": rule.added, "ttl": rule.ttl}
        for rule in tenant.added
    ]


def _ttls(given: Sequence[dict[str, Any]]) -> list[float | None]:
    try:
        return [duration(each["ttl"]) if "ttl" in each else None for each in given]
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-body", f"ttl: {error}") from None


OPERATIONS: Room = {
    "listRules": list_rules,
    "addRules": add_rules,
    "removeAddedRules": remove_added_rules,
    "removeRule": remove_rule,
}
