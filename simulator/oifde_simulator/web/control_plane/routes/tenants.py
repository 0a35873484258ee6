"""Tenants: listed, made, reset and deleted. What they have, such as rules, has modules of its own."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from oifde_simulator.scenario.lint.tenant import tenant_id_error
from oifde_simulator.text import normal, shown
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes import clock, recordings, rules, sessions
from oifde_simulator.web.control_plane.routes.values import wrong_body


async def list_tenants(call: Call) -> web.Response:
    """List every tenant, without secrets."""
    return json_response(await call.context.tenants.summaries())


async def make_tenant(call: Call) -> web.Response:
    """Make a tenant with fresh credentials."""
    id, admin = call.body.get("tenantId"), call.context.tenant_admin
    if id is not None and (complaint := _id_complaint(id)):
        raise wrong_body(f"tenantId: {complaint}")
    made = await admin.make(await admin.read_scenario(call.body["scenario"]), id and normal(id))
    urls = call.context.data_urls.of(call.request)
    body = {
        "tenantId": made.id,
        "appSecret": made.secret,
        "authToken": made.token,
        "accessKey": made.id,
        "url": urls.url,
        "recordingsUrl": urls.recordings_url,
        "last": await call.context.journal.last(),
    }
    location = f"/tenants/{quote(made.id, safe='')}"
    return json_response(body, status=HTTPStatus.CREATED, headers={"Location": location})


async def read_tenant(call: Call) -> web.Response:
    """Describe one tenant with its clock and its rules."""
    id, context = call.path["tenant"], call.context
    broken = context.tenants.broken_file(id)
    return json_response(
        {
            **asdict(await context.tenants.summary(id)),
            "scenario": await context.tenants.scenario_id(id),
            "clock": await context.tenants.clock(id),
            "rules": rules.as_json(await context.rules.all(id)),
            **({"brokenFile": broken.as_json()} if broken else {}),
        }
    )


async def delete_tenant(call: Call) -> web.Response:
    """Stop serving a tenant."""
    await call.context.delete_tenant(call.path["tenant"])
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def replace_scenario(call: Call) -> web.Response:
    """Serve another scenario as the tenant."""
    id, admin = call.path["tenant"], call.context.tenant_admin
    await call.context.tenants.require(id)
    await admin.replace_scenario(id, await admin.read_scenario(call.body["scenario"]))
    return await read_tenant(call)


async def reset_tenant(call: Call) -> web.Response:
    """Put a tenant back to the beginning of its scenario."""
    await call.context.reset_tenant(call.path["tenant"])
    return await read_tenant(call)


async def clear_tenant(call: Call) -> web.Response:
    """Put a tenant back to the beginning, without rules."""
    await call.context.clear_tenant(call.path["tenant"])
    return await read_tenant(call)


async def clear_all(call: Call) -> web.Response:
    """Give everybody a good day until the next reset."""
    try:
        await call.context.clear_tenants()
    except OSError as error:
        raise Problem(HTTPStatus.CONFLICT, "port-taken", str(error)) from None
    return json_response({"tenants": await call.context.tenants.count()})


async def reset_all(call: Call) -> web.Response:
    """Put everything back to how it was at the start."""
    try:
        deleted = await call.context.restore()
    except OSError as error:
        raise Problem(HTTPStatus.CONFLICT, "port-taken", str(error)) from None
    return json_response({"tenants": await call.context.tenants.count(), "deleted": deleted})


def _id_complaint(id: str) -> str:
    if id in (".", ".."):
        return f"the tenant id {shown(id)} cannot stand in a URL; choose another"
    return tenant_id_error(id)


ROUTES: RouteTable = {
    "listTenants": list_tenants,
    "makeTenant": make_tenant,
    "readTenant": read_tenant,
    "deleteTenant": delete_tenant,
    "replaceScenario": replace_scenario,
    "resetTenant": reset_tenant,
    "clearTenant": clear_tenant,
    "clearAll": clear_all,
    "resetAll": reset_all,
    **rules.ROUTES,
    **clock.ROUTES,
    **sessions.ROUTES,
    **recordings.ROUTES,
}
