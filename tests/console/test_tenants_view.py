"""The view of tenants in a browser: made, changed, cleared, deleted; rules by form and as YAML."""

from __future__ import annotations

import re
from typing import Any

import pytest

from controlling import Controlling

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow


def rules(served: Controlling, tenant: str) -> list[dict[str, Any]]:
    """List the rules of a tenant."""
    found: list[dict[str, Any]] = served("GET", f"/tenants/{tenant}/rules").json
    return found


def test_the_list_shows_each_tenant_with_scenario_clock_and_rules(tab: Any, served: Controlling) -> None:
    served.make("outage", "shown")
    tab.goto("/#/tenants?text=shown")

    cells = tab.locator("tbody tr", has_text="shown").locator("td")

    cells.nth(0).get_by_text("outage").wait_for()
    assert [cell.strip() for cell in cells.all_inner_texts()][2:] == ["1", "0"]


def test_a_tenant_is_made_of_a_scenario_and_answers_with_the_credentials_that_are_shown(
    tab: Any, served: Controlling
) -> None:
    tab.goto("/#/tenants?make=outage")

    tab.get_by_label("Its id (optional)").fill("pasted")
    tab.get_by_role("button", name="Make it").click()

    command = tab.locator(".credentials pre").inner_text()
    assert "pasted" in command
    assert "curl" in command
    token = re.search(r'"authToken":"(\w+)"', command)
    assert token
    assert served.query({"tenantId": "pasted", "authToken": token[1]}).status == 503


def test_yaml_is_checked_while_it_is_typed_and_then_makes_a_tenant(tab: Any, served: Controlling) -> None:
    tab.goto("/#/tenants?make=outage")
    tab.get_by_label("YAML of your own").check()
    editor = tab.locator("form textarea")

    editor.fill("rules:\n  - {name: down, respnd: {status: 503}}\n")

    tab.get_by_text("did you mean").first.wait_for()
    assert tab.get_by_role("button", name="Make it").is_disabled()

    editor.fill("tenant: {id: typed}\nrules:\n  - {name: down, respond: {status: 503}}\n")
    tab.get_by_text("All is well.").wait_for()
    tab.get_by_role("button", name="Make it").click()
    made = tab.get_by_text("The tenant is made").locator("a").inner_text()
    assert made.startswith("typed")
    assert [rule["name"] for rule in rules(served, made)] == ["down"]


def test_a_rule_of_the_form_is_held_by_the_server_and_counts_down(tab: Any, served: Controlling) -> None:
    made = served.make("good-day", "formed")
    tab.goto("/#/tenants/formed")

    tab.locator("select[name=scenario]").select_option("outage")
    tab.get_by_label("Only for userMobile").fill("18000000007")
    tab.get_by_role("spinbutton", name="Times").fill("1")
    tab.get_by_label("The server removes it").select_option("1m")
    tab.get_by_role("button", name="Add it").click()

    assert re.fullmatch(r"1:00|0:5\d", tab.get_by_role("timer").inner_text())
    (rule,) = rules(served, "formed")
    assert rule["name"] == "outage"
    assert 50 < rule["ttl"] <= 60
    assert [served.query(made, userMobile=user).status for user in ("1", "18000000007", "18000000007")] == [
        200,
        503,
        200,
    ]
    tab.locator("tbody tr td", has_text=re.compile("^1$")).wait_for()


def test_a_rule_that_is_there_already_gets_another_name(tab: Any, served: Controlling) -> None:
    served.make("outage", "named")
    tab.goto("/#/tenants/named")

    tab.get_by_role("button", name="Add it").click()

    tab.get_by_text("Added: outage-2").wait_for()
    assert [rule["name"] for rule in rules(served, "named")] == ["outage-2", "outage"]


def test_the_form_goes_on_as_yaml_and_its_mistakes_are_told_with_their_place(
    tab: Any, served: Controlling
) -> None:
    served.make("good-day", "yamled")
    tab.goto("/#/tenants/yamled")

    tab.get_by_role("button", name="Edit as YAML").click()
    editor = tab.locator("form, section").locator("textarea")
    assert editor.input_value() == "- name: outage\n  respond: {status: 503}\n"
    editor.fill("- name: outage\n  respond: {statsu: 503}\n")
    tab.get_by_text("did you mean").first.wait_for()
    editor.fill("- name: mine\n  respond: {status: 500}\n")
    tab.get_by_text("All is well.").wait_for()
    tab.get_by_role("button", name="Add it").click()

    tab.get_by_text("Added: mine").wait_for()
    assert [(rule["name"], rule["added"]) for rule in rules(served, "yamled")] == [("mine", True)]


def test_a_rule_is_removed(tab: Any, served: Controlling) -> None:
    served.make("outage", "removed")
    tab.goto("/#/tenants/removed")

    tab.get_by_role("button", name="Remove rule outage").click()

    tab.get_by_text("No rules: every answer is honest.").wait_for()
    assert rules(served, "removed") == []


def test_the_clock_is_advanced_stopped_and_set(tab: Any, served: Controlling) -> None:
    served.make("good-day", "timed")
    tab.goto("/#/tenants/timed")

    tab.get_by_role("button", name="Stop the clock").click()
    tab.get_by_role("button", name="Let it run").wait_for()
    tab.get_by_label("Set to (UTC)").fill("2026-01-01T00:00:00Z")
    tab.get_by_role("button", name="Set", exact=True).click()
    tab.locator("time[title*='2026-01-01']").wait_for()
    tab.get_by_role("button", name="+1h").click()
    tab.locator("time[title*='01:00']").wait_for()

    now = {"now": "2026-01-01T01:00:00.000Z", "frozen": True, "speed": 1}
    assert served("GET", "/tenants/timed/clock").json == now


def test_an_instant_that_is_none_is_told_in_the_servers_words(tab: Any, served: Controlling) -> None:
    served.make("good-day", "mistimed")
    tab.goto("/#/tenants/mistimed")

    tab.get_by_label("Set to (UTC)").fill("tomorrow")
    tab.get_by_role("button", name="Set", exact=True).click()

    tab.get_by_role("alert").get_by_text("tomorrow").wait_for()


def test_to_clear_is_asked_first_and_can_be_left(tab: Any, served: Controlling) -> None:
    served.make("outage", "cleared")
    tab.goto("/#/tenants/cleared")

    tab.get_by_role("button", name="Clear rules").click()
    tab.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert len(rules(served, "cleared")) == 1
    tab.get_by_role("button", name="Clear rules").click()
    tab.get_by_role("dialog").get_by_role("button", name="Clear rules").click()

    tab.get_by_text("No rules: every answer is honest.").wait_for()
    assert rules(served, "cleared") == []


def test_a_tenant_is_deleted_after_a_question(tab: Any, served: Controlling) -> None:
    served.make("outage", "deleted")
    tab.goto("/#/tenants/deleted")

    tab.get_by_role("button", name="Delete").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete").click()

    tab.get_by_role("heading", name="Tenants").wait_for()
    assert served("GET", "/tenants/deleted").status == 404


def test_a_tenant_that_somebody_deletes_meanwhile_is_said_to_be_gone(tab: Any, served: Controlling) -> None:
    served.make("outage", "vanishing")
    tab.goto("/#/tenants/vanishing")
    tab.get_by_role("button", name="Reset").wait_for()

    served("DELETE", "/tenants/vanishing")

    tab.get_by_role("alert").get_by_text("was deleted while this page was open").wait_for()
    assert tab.get_by_role("button", name="Reset").count() == 0


def test_a_tenant_that_is_not_there_is_said_so(tab: Any) -> None:
    tab.goto("/#/tenants/nobody")

    tab.get_by_role("alert").get_by_text("There is no tenant “nobody”").wait_for()


def test_the_kill_switch_asks_and_then_gives_everybody_a_good_day(tab: Any, served: Controlling) -> None:
    made = served.make("outage", "killed")
    tab.goto("/#/tenants")

    tab.get_by_role("button", name="Good day for everybody").click()
    tab.get_by_role("dialog").get_by_role("button", name="Good day for everybody").click()

    tab.get_by_text("It is a good day").wait_for()
    assert served.query(made).status == 200
    served("POST", "/reset")


def test_hostile_words_of_a_scenario_stay_words(tab: Any, served: Controlling) -> None:
    hostile = "<img src=x onerror=\"document.title='caught'\">\u202e"
    served.make({"description": hostile, "rules": [{"name": hostile, "respond": {"status": 500}}]}, "hostile")
    tab.goto("/#/tenants/hostile")

    tab.get_by_text("<img src=x").first.wait_for()

    assert tab.locator("main img").count() == 0
    assert tab.title() != "caught"
