"""The shell of the console in a browser: token, states of the connection, language, accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from browsing import press_if_there
from serving import running

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

TOKEN = "a token with 1/3 & more"


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    """The address of a server that wants a token."""
    with running(control_token=TOKEN) as simulator:
        yield simulator.control_url


def test_the_token_is_asked_for_once_and_kept_for_the_tab(tab: Any, guarded: str) -> None:
    tab.goto(f"{guarded}/#/tenants")
    tab.get_by_label("Token").fill("another")
    tab.get_by_role("button", name="Continue").click()
    tab.get_by_role("alert").get_by_text("another one than the server's").wait_for()

    tab.get_by_label("Token").fill(TOKEN)
    tab.get_by_role("button", name="Continue").click()

    tab.get_by_role("link", name="account-locks", exact=True).wait_for()
    tab.reload()
    tab.get_by_role("link", name="account-locks", exact=True).wait_for()
    assert tab.evaluate("localStorage.length") == 0


def test_a_token_in_the_fragment_is_taken_and_removed(tab: Any, guarded: str) -> None:
    tab.goto(f"{guarded}/#token=a%20token%20with%201%2F3%20%26%20more")

    tab.get_by_text("No exchange yet.").wait_for()
    assert tab.url == f"{guarded}/#/"
    assert "1%2F3" not in tab.evaluate(
        "performance.getEntriesByType('resource').map(({name}) => name).join()"
    )


def test_a_server_that_goes_is_said_so_and_its_next_start_begins_anew(tab: Any) -> None:
    with running() as simulator:
        port = simulator.control_url.rpartition(":")[2]
        tab.goto(simulator.control_url)
        tab.get_by_text("No exchange yet.").wait_for()
    tab.get_by_text("The server does not answer. What you see is from before.").wait_for()

    with running(control_port=int(port)):
        press_if_there(tab, "Try now")

        tab.get_by_text("The server was started anew").wait_for()
        tab.locator(".controls .state", has_text="Live").wait_for()


def test_a_page_that_is_older_than_the_server_asks_to_be_reloaded(tab: Any) -> None:
    tab.route(
        "**/console.json",
        lambda route: route.fulfill(json={"version": "0123456789ab", "instance": "1", "token": False}),
    )

    tab.goto("/")

    tab.get_by_text("The server has a newer version of this page.").wait_for()
    assert tab.get_by_role("button", name="Reload").is_visible()


def test_without_javascript_the_page_says_what_the_api_is(browser: Any, served: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(served.simulator.control_url)

    said = page.locator("body").inner_text()
    assert "It needs JavaScript" in said
    assert "control/openapi.json: all operations" in said
    context.close()


def test_the_page_speaks_chinese_to_who_reads_it(browser: Any, served: Any) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()

    page.goto(served.simulator.control_url + "/#/tenants")

    page.get_by_role("heading", name="租户").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    context.close()


@pytest.mark.parametrize("view", ["exchanges", "exchanges/1", "tenants", "sessions", "gallery", "verdicts"])
def test_nothing_is_wider_than_a_narrow_screen(tab: Any, view: str) -> None:
    tab.set_viewport_size({"width": 360, "height": 640})

    tab.goto(f"/#/{view}")
    tab.get_by_text("connected").wait_for()

    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_burst_is_shown_in_500_lines_and_one_update_a_frame(tab: Any, served: Any) -> None:
    made = served.make("outage", "burst")
    tab.goto("/#/exchanges?tenant=burst")
    tab.get_by_text("No exchange fits this filter").wait_for()
    tab.evaluate(COUNT)

    for _ in range(700):
        served.query(made)
    newest = served("GET", "/journal?limit=1").json["last"]

    tab.locator(".rows .n").get_by_text(str(newest), exact=True).wait_for()
    counted = tab.evaluate("counted")
    assert counted["rows"] == 500
    assert counted["updates"] == 1


COUNT = """() => {
  window.counted = {rows: 0, updates: 0};
  let updates = 0;
  const frame = () => { updates = 0; requestAnimationFrame(frame); };
  frame();
  new MutationObserver(() => {
    updates += 1;
    counted.updates = Math.max(counted.updates, updates);
    counted.rows = Math.max(counted.rows, document.querySelectorAll('.rows li').length);
  }).observe(document.querySelector('.rows'), {childList: true});
}"""
