"""Scenarios to write and to choose: a text checked, and the gallery."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from oifde_simulator.immediate import aside
from oifde_simulator.scenario import gallery_guide
from oifde_simulator.scenario.gallery_guide import GuideEntry
from oifde_simulator.scenario.symptoms import MAGIC
from oifde_simulator.text import did_you_mean, normal, shown
from oifde_simulator.web.control_plane.context import Call, RouteTable
from oifde_simulator.web.control_plane.problems import Problem, json_response
from oifde_simulator.web.control_plane.routes.values import wrong_body

LONGEST_NAME = 80
"""Characters of a name that a message repeats."""


async def check(call: Call) -> web.Response:
    """Check the text of a scenario or of rules."""
    tenant = call.body.get("tenant")
    check = call.context.check
    checked = check.rules if call.body.get("kind") == "rules" else check.scenario
    return json_response(await checked(_text(call.body["yaml"]), tenant and normal(tenant)))


def _text(text: str) -> str:
    """Refuse a text that could not come back as JSON."""
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise wrong_body("yaml: expected text, found half of a pair of surrogates")
    return text


async def list_gallery(call: Call) -> web.Response:
    """List the bundled scenarios by symptom, and the magic numbers."""
    entries = await _entries(call)
    magic = await aside(gallery_guide.magic_numbers) if any(each.name == MAGIC for each in entries) else []
    return json_response(
        {
            "symptoms": gallery_guide.symptoms(entries),
            "scenarios": [each.as_json() for each in entries],
            "magic": magic,
        }
    )


async def read_gallery_scenario(call: Call) -> web.Response:
    """Show one bundled scenario with the text of its file."""
    name, entries = call.path["name"], await _entries(call)
    for each in entries:
        if each.name == name:
            return json_response(await aside(each.whole))
    hint = did_you_mean(name, [each.name for each in entries]) or "; GET /gallery lists those there are"
    detail = f"the gallery has no scenario {shown(name[:LONGEST_NAME])}{hint}"
    raise Problem(HTTPStatus.NOT_FOUND, "no-scenario", detail)


async def _entries(call: Call) -> tuple[GuideEntry, ...]:
    """List the bundled scenarios that the server has; the first time, that takes a moment."""
    return await aside(gallery_guide.entries, call.context.tenants.files)


ROUTES: RouteTable = {
    "check": check,
    "listGallery": list_gallery,
    "readGalleryScenario": read_gallery_scenario,
}
