"""Every view for everybody: judged by axe-core, readable at 200 %, on a narrow screen, without movement."""

from __future__ import annotations

from typing import Any

import pytest

from controlling import Controlling

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

VIEWS = {
    "exchanges": "exchanges?tenant=seen",
    "exchange": "exchanges/1?tenant=seen",
    "tenants": "tenants",
    "tenant": "tenants/seen",
    "sessions": "sessions?tenant=seen&userMobile=18000000001",
    "gallery": "gallery",
    "scenario": "gallery/outage",
    "verdicts": "verdicts?tenant=seen",
    "elsewhere": "nowhere",
}
WIDE, NARROW = 1400, 360


@pytest.fixture(scope="module")
def seen(served: Controlling) -> Controlling:
    """A server with something to see in each view."""
    made = served.make("fail-twice", "seen")
    for _ in "123":
        served.query(made)
    served.query(made, pageSize="x")
    return served


@pytest.fixture
def axe(seen: Controlling) -> Any:
    """Run axe-core on a page, and list what it complains of."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def judge(tab: Any) -> list[str]:
        found = axe.run(tab).response["violations"]
        return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]

    return judge


def show(tab: Any, view: str, width: int) -> None:
    """Open a view and wait until it has all its data."""
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(f"/#/{VIEWS[view]}")
    tab.get_by_role("heading").first.wait_for(state="attached")
    for text in ("Loading…", "Checking…", "connecting"):
        tab.get_by_text(text).first.wait_for(state="detached")
    if view in ("exchanges", "exchange"):
        tab.locator(".rows li").nth(3).wait_for(state="attached")


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(tab: Any, axe: Any, view: str, width: int) -> None:
    show(tab, view, width)

    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert axe(tab) == [], scheme


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens(tab: Any, axe: Any, scheme: str) -> None:
    tab.emulate_media(color_scheme=scheme)
    show(tab, "sessions", WIDE)
    tab.locator("summary").first.click()
    tab.get_by_role("button", name="Fetch the recording").first.click()
    tab.locator(".player .mark").first.wait_for()
    assert axe(tab) == []

    tab.keyboard.press("?")
    tab.get_by_role("dialog").wait_for()
    assert axe(tab) == []
    tab.keyboard.press("Escape")

    show(tab, "tenant", WIDE)
    tab.get_by_role("button", name="As YAML", exact=True).click()
    tab.locator("textarea").fill("- name: outage\n  respond: {statsu: 503}\n")
    tab.locator(".found li").first.wait_for()
    assert axe(tab) == []

    show(tab, "scenario", WIDE)
    tab.get_by_role("button", name="Make me a tenant like this").click()
    tab.locator(".credentials").wait_for()
    assert axe(tab) == []


@pytest.mark.parametrize(("width", "scale"), [(700, 2), (NARROW, 1), (320, 4)])
def test_nothing_scrolls_sideways_at_any_zoom(
    browser: Any, seen: Controlling, width: int, scale: int
) -> None:
    context = browser.new_context(base_url=seen.simulator.control_url, device_scale_factor=scale)
    tab = context.new_page()

    def wide(view: str) -> int:
        show(tab, view, width)
        return int(tab.evaluate("document.documentElement.scrollWidth"))

    assert {view: found for view in VIEWS if (found := wide(view)) > width} == {}
    context.close()


def test_nothing_moves_for_who_wants_no_movement(tab: Any, seen: Controlling) -> None:
    tab.emulate_media(reduced_motion="reduce")

    def moves(view: str) -> bool:
        show(tab, view, WIDE)
        return bool(tab.evaluate(MOVING) or tab.evaluate("document.getAnimations().length"))

    assert [view for view in VIEWS if moves(view)] == []


MOVING = """[...document.querySelectorAll('*')].map((element) => getComputedStyle(element)).some((style) =>
    style.animationName !== 'none' || style.scrollBehavior === 'smooth'
    || (style.transitionProperty !== 'none'
        && style.transitionDuration.split(', ').some((each) => parseFloat(each) > 0)))"""
