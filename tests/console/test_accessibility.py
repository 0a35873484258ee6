"""The console for everybody: judged by axe-core, at twice the size, below a proxy's path, in few clicks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from controlling import USER, Controlling

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

VIEWS = ("exchanges", "exchange", "tenants", "tenant", "sessions", "gallery", "scenario", "verdicts")
SIZES = {"wide": {"width": 1400, "height": 900}, "narrow": {"width": 360, "height": 740}}
FEW = 5
"""Clicks within which a newcomer should have the rule of a failing request."""


@pytest.fixture(scope="module")
def made(served: Controlling) -> dict[str, str]:
    """A tenant whose query has failed by a rule."""
    made = served.make("fail-twice", "seen")
    served.query(made)
    return made


def address(view: str, served: Controlling) -> str:
    """The address of a view that shows something."""
    entries = served("GET", "/journal?tenant=seen").json["entries"]
    return {
        "exchange": f"/#/exchanges/{entries[0]['number']}?tenant=seen",
        "tenant": "/#/tenants/seen",
        "sessions": f"/#/sessions?tenant=seen&userMobile={USER}",
        "scenario": "/#/gallery/outage",
    }.get(view, f"/#/{view}")


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, tab: Any) -> Iterator[Any]:
    """A tab of somebody who likes it so, and wants no motion."""
    tab.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return tab


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
def test_no_rule_of_accessibility_is_violated(
    themed: Any, served: Controlling, made: dict[str, str], view: str, size: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    themed.set_viewport_size(SIZES[size])
    themed.goto(address(view, served))
    themed.wait_for_load_state("networkidle" if view not in ("exchanges", "exchange") else "load")
    themed.get_by_text("connected").wait_for()

    found = axe.run(themed)

    told = [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found.response["violations"]
    ]
    assert told == []


@pytest.mark.parametrize("view", VIEWS)
def test_at_twice_the_size_nothing_is_wider_than_the_screen(
    browser: Any, served: Controlling, made: dict[str, str], view: str
) -> None:
    context = browser.new_context(
        base_url=served.simulator.control_url, viewport={"width": 640, "height": 400}, device_scale_factor=2
    )
    page = context.new_page()
    page.goto(address(view, served))
    page.get_by_text("connected").wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    context.close()


def test_a_newcomer_has_the_reason_and_the_rule_in_few_clicks(
    tab: Any, served: Controlling, made: dict[str, str]
) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.add_init_script("window.clicks = 0; addEventListener('click', () => { clicks += 1; }, true);")
    tab.goto("/")

    tab.get_by_role("listitem").get_by_role("link").filter(has_text="spoiled by fail-twice").first.click()
    tab.get_by_text("Rule fail-twice fired.").wait_for()
    tab.get_by_role("button", name="Copy as YAML rule").click()
    tab.get_by_text("Copied", exact=True).wait_for()

    [rule] = yaml.safe_load(tab.evaluate("navigator.clipboard.readText()"))
    assert rule["respond"]["status"] == 503
    assert 2 <= tab.evaluate("clicks") <= FEW
