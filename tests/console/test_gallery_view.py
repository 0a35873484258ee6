"""The gallery in a browser: all scenarios by symptom, found by words, each with a tenant to ask at once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from controlling import Controlling
from oifde_simulator import resources

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow


def test_all_scenarios_stand_under_their_symptoms(tab: Any) -> None:
    tab.goto("/#/gallery")
    tab.get_by_role("heading", name="Down and up").wait_for()

    shown = tab.locator(".cards strong").all_inner_texts()

    assert sorted(shown) == sorted(
        path.stem for path in resources.scenarios().iterdir() if path.suffix == ".yaml"
    )


def test_words_find_scenarios_and_stand_in_the_address(tab: Any) -> None:
    tab.goto("/#/gallery")

    tab.get_by_role("searchbox").fill("retry-after strictly")

    tab.get_by_text("Scenarios: 1").wait_for()
    assert tab.locator(".cards strong").all_inner_texts() == ["rate-limited-strictly"]
    assert "text=retry-after" in tab.url


def test_a_scenario_tells_all_and_makes_a_tenant_that_answers(tab: Any, served: Controlling) -> None:
    tab.goto("/#/gallery/error-in-200")

    for words in ("What a client sees", "Met by", "A good client"):
        tab.locator("dt", has_text=words).wait_for()
    text = (resources.scenarios() / "error-in-200.yaml").read_text()
    assert tab.locator("pre").last.inner_text().rstrip() == text.rstrip()
    tab.get_by_role("button", name="Make me a tenant like this").click()

    command = tab.locator(".credentials pre").inner_text()
    tenant, token = re.search(r'"tenantId":"([\w-]+)","authToken":"(\w+)"', command).groups()  # type: ignore[union-attr]
    assert served.query({"tenantId": tenant, "authToken": token}).json["errorCode"] == 10000001


def test_a_scenario_that_is_not_there_is_said_so(tab: Any) -> None:
    tab.goto("/#/gallery/nothing")

    tab.get_by_role("alert").get_by_text("The gallery has no scenario “nothing”").wait_for()
