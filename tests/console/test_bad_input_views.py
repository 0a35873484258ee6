"""What goes wrong while a view is open: each a sentence on the page, and no error of a script."""

from __future__ import annotations

from typing import Any

import pytest

from browsing import press_if_there
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


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("gallery", "Scenarios:"),
        ("gallery/outage", "Make me a tenant like this"),
        ("sessions?tenant=good-day&userMobile=18000000001", "the newest first"),
        ("exchanges", "No exchange yet."),
        ("tenants", "Fired"),
        ("verdicts", "Nobody has asked anything yet."),
    ],
)
def test_a_view_that_opened_without_a_server_shows_its_data_once_it_is_back(
    tab: Any, view: str, shown: str
) -> None:
    with running() as simulator:
        address = simulator.control_url
        tab.goto(f"{address}/#/nothing")
        tab.get_by_text("There is no such view").wait_for()
    tab.evaluate(f"location.hash = '#/{view}'")
    tab.locator("main").get_by_text(GONE).locator("visible=true").first.wait_for()

    with running(control_port=int(address.rpartition(":")[2])):
        press_if_there(tab, "Try now")

        tab.locator("main").get_by_text(shown).first.wait_for()
        tab.locator("main").get_by_text(GONE).first.wait_for(state="detached")


def test_lines_that_the_journal_no_longer_has_are_said_so(tab: Any) -> None:
    with running() as simulator:
        served = Controlling(simulator)
        made = served.make("outage")
        served.query(made)
        tab.goto(simulator.control_url)
        tab.locator(".rows li").wait_for()

        served("DELETE", "/journal")
        tab.get_by_text("The journal no longer has all that is shown here").wait_for()
        served.query(made)
        tab.locator(".rows li").nth(1).wait_for()
        tab.get_by_role("button", name="Show what it has").click()

        tab.locator(".rows li").nth(1).wait_for(state="detached")
        assert tab.locator(".rows .n").all_inner_texts() == ["2"]
        assert tab.get_by_text("The journal no longer has").count() == 0


def test_a_long_text_is_shown_in_steps(tab: Any, served: Controlling) -> None:
    answer = {"status": 500, "headers": {"Content-Type": "text/plain"}, "body": "y" * 9_000}
    served.query(served.make({"rules": [{"name": "long", "respond": answer}]}))
    tab.goto(f"/#/exchanges/{served('GET', '/journal?limit=1').json['last']}")
    value = tab.get_by_label("Sent", exact=True).or_(tab.locator(".side pre")).first
    value.wait_for()

    assert value.inner_text() == "y" * 4_000
    tab.get_by_role("button", name="Show more (4,000 of 9,000 characters)").first.click()
    tab.get_by_role("button", name="Show more").wait_for(state="detached")
    assert value.inner_text() == "y" * 9_000


def test_a_long_line_of_an_answer_is_cut_until_it_is_wanted(tab: Any, served: Controlling) -> None:
    answer = {"status": 500, "json": {"errorMsg": "y" * 9_000}}
    served.query(served.make({"rules": [{"name": "wide", "respond": answer}]}))
    tab.goto(f"/#/exchanges/{served('GET', '/journal?limit=1').json['last']}")
    line = tab.locator(".side.new pre span").filter(has_text="yyyy")
    line.wait_for()

    assert line.inner_text().count("y") < 4_000
    line.get_by_role("button", name="…").click()
    assert line.inner_text().count("y") == 9_000
