"""A tenant's rules: listed, added for a while or for good, and removed."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web

from oifde_simulator.model.tenant_state import RuleStanding
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import json_response
from oifde_simulator.web.control_plane.routes.values import duration_member


async def list_rules(call: Call) -> web.Response:
    """List the rules in the order in which they are asked."""
    return json_response(as_json(await call.context.rules.all(call.path["tenant"])))


async def add_rules(call: Call) -> web.Response:
    """Add rules, which are asked before the others."""
    id, context = call.path["tenant"], call.context
    await context.tenants.require(id)
    given = call.body if isinstance(call.body, list) else [call.body]
    ttls = [duration_member(each, "ttl") for each in given]
    definitions = [{key: each[key] for key in each if key != "ttl"} for each in given]
    standing = await context.rules.add(id, definitions, ttls)
    return json_response(as_json(standing), status=HTTPStatus.CREATED)


async def remove_added_rules(call: Call) -> web.Response:
    """Remove the rules that were added."""
    await call.context.rules.remove_added(call.path["tenant"])
    return await list_rules(call)


async def remove_rule(call: Call) -> web.Response:
    """Remove one rule, added or not."""
    await call.context.rules.remove(call.path["tenant"], call.path["rule"])
    return web.Response(status=HTTPStatus.NO_CONTENT)


def as_json(standing: Sequence[RuleStanding]) -> list[dict[str, Any]]:
    """Describe rules; `ttlSeconds` is the same number as `ttl`, with its unit in its name."""
    return [each._asdict() | {"ttlSeconds": each.ttl} for each in standing]


ROUTES: RouteTable = {
    "listRules": list_rules,
    "addRules": add_rules,
    "removeAddedRules": remove_added_rules,
    "removeRule": remove_rule,
}
