"""What goes wrong while a view is open: each a sentence on the page, and no error of a script."""

from __future__ import annotations

from typing import Any

import pytest

from controlling import Controlling
from serving import running

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

GONE = "does not answer"


def test_a_server_that_is_gone_is_said_so_and_what_was_shown_stays(tab: Any) -> None:
    with running() as simulator:
        tab.goto(f"{simulator.control_url}/#/tenants/outage")
        tab.get_by_role("button", name="Reset").wait_for()

    tab.get_by_role("button", name="Stop the clock").click()

    tab.locator("main").get_by_role("alert").get_by_text(GONE).first.wait_for()
    assert tab.get_by_role("rowheader", name="outage").count() == 1


def test_what_is_asked_of_a_server_that_is_gone_is_not_done(tab: Any) -> None:
    with running() as simulator:
        tab.goto(f"{simulator.control_url}/#/verdicts")
        tab.locator(".tiles").wait_for()

    tab.get_by_role("button", name="Verify").click()

    tab.locator("form + .failure").get_by_text(GONE).wait_for()


def test_a_verdict_says_that_the_journal_has_lost_exchanges(tab: Any) -> None:
    with running(journal_exchanges=1) as simulator:
        served = Controlling(simulator)
        made = served.make("good-day")
        for _ in range(3):
            served.query(made)
        tab.goto(f"{simulator.control_url}/#/verdicts?tenant={made['tenantId']}&atMost=2")
        tab.get_by_role("button", name="Verify").click()
        tab.get_by_text("Older exchanges are no longer on record").wait_for()


def test_a_token_is_wanted_once_and_then_every_view_works(tab: Any) -> None:
    with running(control_host="0.0.0.0", control_token="right") as simulator:
        address = simulator.control_url.replace("0.0.0.0", "127.0.0.1")
        tab.goto(f"{address}/#token=wrong")
        tab.goto(f"{address}/#/tenants/outage")
        tab.locator("form.token input").fill("right")
        tab.locator("form.token button").click()
        tab.get_by_role("button", name="Reset").wait_for()
        tab.goto(f"{address}/#/verdicts")
        tab.locator(".tiles").wait_for()


@pytest.mark.parametrize(
    "view",
    [
        "tenants",
        "tenants/outage",
        "sessions?tenant=good-day&userMobile=18000000001",
        "gallery",
        "gallery/outage",
        "verdicts",
    ],
)
def test_a_view_fits_a_narrow_page_and_can_be_walked_by_keys(
    tab: Any, served: Controlling, view: str
) -> None:
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.goto(f"{served.simulator.control_url}/#/{view}")
    tab.get_by_role("heading", level=1).wait_for()
    tab.wait_for_load_state("networkidle")

    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    items = tab.locator("[data-open]")
    if items.count() > 1:
        tab.keyboard.press("j")
        tab.keyboard.press("j")
        assert items.nth(1).evaluate("item => item === document.activeElement")
    if tab.locator("[data-filter]").count():
        tab.keyboard.press("/")
        assert tab.locator("[data-filter]").first.evaluate("field => field === document.activeElement")
