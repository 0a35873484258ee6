"""The exchanges in a browser: the live list, one exchange in whole, what is copied of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from controlling import USER, Controlling

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

HOSTILE = "\u202eabc<img src=x onerror=\"document.title='met'\">"


@pytest.fixture
def tenant(served: Controlling, request: pytest.FixtureRequest) -> dict[str, str]:
    """A tenant whose first two queries fail, of this test alone."""
    return served.make("fail-twice", re.sub(r"\W+", "-", request.node.name))


def last(served: Controlling) -> int:
    """Tell the number of the newest exchange."""
    number: int = served("GET", "/journal?limit=1").json["last"]
    return number


def copied(tab: Any, label: str) -> str:
    """Press a button that copies, and read what it wrote."""
    tab.get_by_role("button", name=label).click()
    tab.get_by_text("Copied", exact=True).wait_for()
    text: str = tab.evaluate("navigator.clipboard.readText()")
    return text


@pytest.fixture
def clipboard(tab: Any) -> Any:
    """A tab that may read the clipboard."""
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return tab


def test_an_exchange_appears_at_once_in_words(tab: Any, served: Controlling, tenant: dict[str, str]) -> None:
    tab.goto(f"/#/exchanges?tenant={tenant['tenantId']}")
    tab.get_by_text("No exchange fits this filter").wait_for()

    served.query(tenant)

    line = tab.get_by_role("listitem").get_by_role("link")
    line.get_by_text("spoiled by fail-twice").wait_for()
    assert "503" in line.inner_text()


def test_the_newest_stand_first_or_at_the_end_that_is_followed(
    tab: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    for _ in "123":
        served.query(tenant)
    newest = last(served)
    tab.goto(f"/#/exchanges?tenant={tenant['tenantId']}")
    numbers = tab.locator(".rows .n")
    numbers.nth(2).wait_for()

    assert numbers.all_inner_texts() == [str(newest - n) for n in range(3)]
    tab.get_by_role("button", name="Follow the end").click()
    assert numbers.all_inner_texts() == [str(newest - 2 + n) for n in range(3)]


def test_the_filter_stands_in_the_address_and_filters(
    tab: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    for _ in "123":
        served.query(tenant)
    tab.goto(f"/#/exchanges?tenant={tenant['tenantId']}")
    tab.locator(".rows li").nth(2).wait_for()

    tab.get_by_label("Spoiled only").check()

    tab.locator(".rows li").nth(2).wait_for(state="detached")
    assert "spoiled=true" in tab.url
    tab.get_by_label("Status").fill("200")
    tab.get_by_text("No exchange fits this filter").wait_for()
    assert "status=200" in tab.url


def test_a_filter_that_cannot_be_meant_is_said_so(tab: Any) -> None:
    tab.goto("/#/exchanges?warnings=%7B")

    assert "warnings" in tab.get_by_role("alert").inner_text()


def test_a_deep_link_opens_an_exchange_with_the_reason(
    tab: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    served.query(tenant)

    tab.goto(f"/#/exchanges/{last(served)}?tenant={tenant['tenantId']}")

    detail = tab.get_by_role("article")
    detail.get_by_text("Rule fail-twice fired.").wait_for()
    detail.get_by_text("errorCode 0. It would have told of 40 sessions.").wait_for()
    tab.get_by_role("button", name="Close").click()
    assert f"/#/exchanges?tenant={tenant['tenantId']}" in tab.url


def test_rules_that_were_held_back_or_nearly_fit_are_told_field_by_field(
    tab: Any, served: Controlling
) -> None:
    made = served.make("magic")
    served.query(made, userMobile="18000000999", pagesize="5")

    tab.goto(f"/#/exchanges/{last(served)}")

    near = tab.get_by_role("region", name="Rules that nearly fit").get_by_role("row").nth(1)
    near.wait_for()
    assert near.get_by_role("cell").all_inner_texts() == [
        "request.userMobile",
        '"18000000101"',
        '"18000000999"',
    ]
    tab.get_by_text("did you mean pageSize?").wait_for()


def test_an_exchange_that_the_journal_forgets_stays_open(
    tab: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    served.query(tenant)
    tab.goto(f"/#/exchanges/{last(served)}?tenant={tenant['tenantId']}")
    tab.get_by_text("Rule fail-twice fired.").wait_for()

    served("DELETE", f"/journal?tenant={tenant['tenantId']}")
    served.query(tenant)

    tab.locator(".rows li").nth(1).wait_for()
    assert tab.get_by_text("Rule fail-twice fired.").is_visible()


def test_an_exchange_that_is_not_there_is_said_so(tab: Any) -> None:
    tab.goto("/#/exchanges/999999999")

    tab.get_by_text("Exchange 999999999 is not on record.").wait_for()


def test_keys_move_open_close_filter_and_help(tab: Any, served: Controlling, tenant: dict[str, str]) -> None:
    for _ in "123":
        served.query(tenant)
    newest = last(served)
    tab.goto(f"/#/exchanges?tenant={tenant['tenantId']}")
    tab.locator(".rows li").nth(2).wait_for()

    for key in ("j", "j", "j", "k", "Enter"):
        tab.keyboard.press(key)
    tab.get_by_role("heading", name=f"Exchange {newest - 1}").wait_for()
    tab.keyboard.press("Escape")
    tab.get_by_role("article").wait_for(state="detached")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.name") == "text"
    tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    tab.get_by_role("dialog", name="Help and keys").wait_for()
    tab.keyboard.press("Escape")
    tab.get_by_role("dialog").wait_for(state="detached")


def test_what_a_client_sends_is_text_and_nothing_else(tab: Any, served: Controlling) -> None:
    made = served.make("good-day")
    served.query(made, userMobile=HOSTILE, callId="\0" + "x" * 100_000)

    tab.goto(f"/#/exchanges/{last(served)}?tenant={made['tenantId']}")

    values = tab.get_by_role("article").locator("dd bdi")
    values.filter(has_text="<img src=x").first.wait_for()
    assert "‹U+202E›abc<img" in tab.locator(".rows .user").inner_text()
    assert values.filter(has_text="xxxx").first.inner_text().startswith("␀xxx")
    assert tab.locator("main img").count() == 0
    assert tab.title() != "met"


def test_the_rule_that_is_copied_does_the_same_again(
    clipboard: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    served.query(tenant, pageSize="10")
    clipboard.goto(f"/#/exchanges/{last(served)}")

    [rule] = yaml.safe_load(copied(clipboard, "Copy as YAML rule"))

    assert rule["match"] == {
        "endpoint": "queryRecordHistory",
        "request": {"userMobile": USER, "pageSize": "10"},
    }
    other = served.make("good-day")
    assert served("POST", f"/tenants/{other['tenantId']}/rules", rule).status == 201
    assert served.query(other, pageSize="10").status == 503
    assert served.query(other).status == 200


def test_a_command_has_a_placeholder_for_the_token(
    clipboard: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    served.query(tenant)
    clipboard.goto(f"/#/exchanges/{last(served)}")

    command = copied(clipboard, "Copy as curl")

    assert served("GET", "/listener").json["url"] in command
    sent = json.loads(re.findall(r"--data-raw '(.*)'", command)[0])
    assert sent == {"tenantId": tenant["tenantId"], "authToken": "<authToken>", "userMobile": USER}


def test_a_test_that_is_copied_is_python_with_the_rule(
    clipboard: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    served.query(tenant)
    clipboard.goto(f"/#/exchanges/{last(served)}")

    code = copied(clipboard, "Copy as pytest test")

    compile(code, "copied", "exec")
    assert "def test_fail_twice(simulator):" in code
    assert "assert answer.status_code == 503" in code
    assert 'simulator.verify(count=1, endpoint="queryRecordHistory", status=503, rule="fail-twice")' in code


def test_an_archive_has_this_exchange_alone(tab: Any, served: Controlling, tenant: dict[str, str]) -> None:
    for _ in "12":
        served.query(tenant)
    tab.goto(f"/#/exchanges/{last(served) - 1}")

    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save as HAR").click()

    entries = json.loads(download.value.path().read_text())["log"]["entries"]
    assert [entry["_number"] for entry in entries] == [last(served) - 1]


PATCHED = [
    {"op": "replace", "path": "/total", "value": 145},
    {"op": "add", "path": "/recordList/*/locationId", "value": "255"},
]


def test_what_was_sent_stands_beside_what_would_have_been_honest(tab: Any, served: Controlling) -> None:
    rule = {"name": "patched", "match": {"endpoint": "queryRecordHistory"}, "patch": PATCHED}
    served.query(served.make({"sessions": {"users": {USER: 100}}, "rules": [rule]}), pageSize="100")
    tab.goto(f"/#/exchanges/{last(served)}")

    rows = tab.get_by_role("region", name="Fields that differ").get_by_role("row")
    rows.nth(2).wait_for()
    total = rows.filter(has=tab.get_by_role("rowheader", name="/total", exact=True))
    assert total.get_by_role("cell").all_inner_texts() == ["100", "145"]
    assert tab.get_by_text("Further fields differ: 51").is_visible()
    sent, honest = tab.locator(".side pre").all()
    assert '"total": 145,' in [line.strip() for line in sent.locator(".changed").all_inner_texts()]
    assert '"total": 100,' in [line.strip() for line in honest.locator(".changed").all_inner_texts()]
    assert '"callSorId"' not in sent.inner_text()
    tab.get_by_role("button", name="Whole answers").click()
    assert '"callSorId"' in sent.inner_text()


def test_bodies_that_cannot_be_shown_are_said_so(
    tab: Any, served: Controlling, tenant: dict[str, str]
) -> None:
    served.query(tenant)
    problem = {"title": "Not Found", "status": 404, "detail": "no such thing"}
    tab.route("**/bodies", lambda route: route.fulfill(json=problem, status=404))

    tab.goto(f"/#/exchanges/{last(served)}")

    tab.get_by_text("The honest answer cannot be shown: no such thing").wait_for()
