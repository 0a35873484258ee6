"""A tenant's rules: listed, added for a while or for good, and removed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.quantities import duration
from oifde_simulator.scenario.errors import ScenarioErrors
from oifde_simulator.state.errors import CapacityExceeded, DuplicateName, Stale, UnknownRule
from oifde_simulator.tenants import Tenant
from oifde_simulator.tenants.admin import check_rules
from oifde_simulator.text import did_you_mean, shown
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.lookup import tenant_of, wrong_scenario
from oifde_simulator.web.control_plane.problems import Problem, json_response

GONE = "it may have gone by itself; GET /tenants/{id}/rules lists those there are"


async def list_rules(call: Call) -> web.Response:
    """List the rules in the order in which they are asked."""
    return json_response(await rules_of(call.context, await tenant_of(call)))


async def add_rules(call: Call) -> web.Response:
    """Have rules asked before those there are."""
    tenant = await tenant_of(call)
    given = call.body if isinstance(call.body, list) else [call.body]
    ttls = _ttls(given)
    rules = [{key: each[key] for key in each if key != "ttl"} for each in given]
    try:
        await _add(call, tenant, rules, ttls)
    except DuplicateName as taken:
        detail = f"there is a rule {shown(str(taken))}; choose another name, or remove that rule first"
        raise Problem(HTTPStatus.CONFLICT, "rule-exists", detail) from None
    except CapacityExceeded as full:
        raise Problem(HTTPStatus.CONFLICT, "too-many-rules", str(full)) from None
    except ScenarioErrors as mistakes:
        raise wrong_scenario(mistakes) from None
    return json_response(await rules_of(call.context, tenant), status=HTTPStatus.CREATED)


async def _add(call: Call, tenant: Tenant, rules: list[dict[str, Any]], ttls: Sequence[float | None]) -> None:
    admin = call.context.admin
    names = await admin.new_names(tenant, rules)
    # Many rules take their time, and the vendor's port has others to answer.
    await asyncio.to_thread(check_rules, rules, names)
    await tenant_of(call)  # it may have gone meanwhile
    try:
        await admin.add_rules(tenant, rules, ttls)
    except Stale:
        detail = f"another tenant {shown(tenant.id)} has come meanwhile; ask again where it is meant"
        raise Problem(HTTPStatus.NOT_FOUND, "no-tenant", detail) from None


async def remove_added_rules(call: Call) -> web.Response:
    """Remove the rules that were added."""
    tenant = await tenant_of(call)
    await call.context.admin.remove_added_rules(tenant)
    return json_response(await rules_of(call.context, tenant))


async def remove_rule(call: Call) -> web.Response:
    """Remove a rule, added or not."""
    tenant, rule = await tenant_of(call), call.request.match_info["rule"]
    try:
        await call.context.admin.remove_rules(tenant, [rule])
    except UnknownRule:
        standing = await call.context.admin.rules(tenant)
        hint = did_you_mean(rule, (each.name for each in standing)) or f"; {GONE}"
        detail = f"the tenant {shown(tenant.id)} has no rule {shown(rule)}{hint}"
        raise Problem(HTTPStatus.NOT_FOUND, "no-rule", detail) from None
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def rules_of(context: ControlContext, tenant: Tenant) -> list[dict[str, Any]]:
    """Describe how the rules of a tenant stand."""
    return [each._asdict() for each in await context.admin.rules(tenant)]


def _ttls(given: Sequence[dict[str, Any]]) -> list[float | None]:
    try:
        return [duration(each["ttl"]) if "ttl" in each else None for each in given]
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong-body", f"ttl: {error}") from None


OPERATIONS: RouteTable = {
    "listRules": list_rules,
    "addRules": add_rules,
    "removeAddedRules": remove_added_rules,
    "removeRule": remove_rule,
}
