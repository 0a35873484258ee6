"""Verdicts in a browser: coverage, verification by form, the counters at a glance."""

from __future__ import annotations

from typing import Any

import pytest

from controlling import Controlling

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow


@pytest.fixture
def asked(served: Controlling) -> dict[str, str]:
    """A tenant with one exchange, and a rule that never fired."""
    made = served.make(
        {"rules": [{"name": "never", "match": {"request": {"userMobile": "7"}}, "respond": {"status": 500}}]}
    )
    served.query(made, userMobile="18000000005")
    return made


def test_a_rule_that_never_fired_is_named(tab: Any, asked: dict[str, str]) -> None:
    tab.goto("/#/verdicts")

    tab.get_by_text("Rules of yours that never fired").wait_for()

    assert "never" in tab.locator("tr.never").first.inner_text()


def test_the_form_verifies_and_shows_the_nearest_misses(tab: Any, asked: dict[str, str]) -> None:
    tab.goto("/#/verdicts")

    tab.get_by_label("tenant", exact=True).fill(asked["tenantId"])
    tab.get_by_label("userMobile").fill("18000000006")
    tab.get_by_role("button", name="Verify").click()

    tab.get_by_text("Failed: expected at least 1 exchange, found 0").wait_for()
    miss = tab.get_by_role("region", name="Nearest misses").locator("tbody tr").first.inner_text()
    assert "18000000006" in miss
    assert "18000000005" in miss

    tab.get_by_label("userMobile").fill("18000000005")
    tab.get_by_label("At most").fill("1")
    tab.get_by_role("button", name="Verify").click()
    tab.get_by_text("Passed: expected 1 exchange, found 1").wait_for()


def test_a_deep_link_fills_the_form(tab: Any, asked: dict[str, str]) -> None:
    tab.goto(f"/#/verdicts?tenant={asked['tenantId']}&status=200&atLeast=1&atMost=2")

    tab.get_by_role("button", name="Verify").click()

    tab.get_by_text("Passed: expected").wait_for()


def test_a_condition_that_nothing_has_is_told_in_the_servers_words(tab: Any) -> None:
    tab.goto("/#/verdicts")

    tab.get_by_label("Another condition: name").fill("colour")
    tab.get_by_label("Its value").fill("red")
    tab.get_by_role("button", name="Verify").click()

    tab.get_by_role("alert").get_by_text("nothing of an exchange is called").wait_for()


def test_the_counters_stand_at_the_top(tab: Any, asked: dict[str, str]) -> None:
    tab.goto("/#/verdicts")

    requests = tab.locator(".tiles div", has_text="Requests").locator("dd")
    requests.wait_for()

    assert int(requests.inner_text()) >= 1
    assert "queryRecordHistory" in tab.get_by_role("region", name="At a glance").inner_text()
