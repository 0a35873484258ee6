"""The first minute of somebody new: from the start of the server to a failing request, why, and the rule."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from conftest import QUERY
from controlling import USER
from serving import fetch, running

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

MOST = 5
COUNT = """addEventListener(
  'click', (event) => { if (event.isTrusted) window.clicks = (window.clicks ?? 0) + 1; }, true
)"""


def test_a_failing_request_its_reason_and_its_rule_are_few_clicks_away(tab: Any) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.add_init_script(COUNT)
    with running() as simulator:
        tab.goto(simulator.control_url)
        body = {"tenantId": "outage", "authToken": "0" * 32, "userMobile": USER}
        assert fetch(simulator.data_url + QUERY, json.dumps(body).encode())[0] == 503

        line = tab.locator(".rows li").first
        line.get_by_text("spoiled by outage").wait_for()
        line.click()
        tab.get_by_text("Rule outage fired.").wait_for()
        tab.get_by_role("button", name="Copy as YAML rule").click()
        tab.get_by_text("Copied", exact=True).wait_for()

        [rule] = yaml.safe_load(tab.evaluate("navigator.clipboard.readText()"))
        assert (rule["name"], rule["respond"]["status"]) == ("outage", 503)
        assert tab.evaluate("clicks") <= MOST
