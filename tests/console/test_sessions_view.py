"""The view of sessions in a browser: a number's history, a talk, its recording, its record as YAML."""

from __future__ import annotations

from typing import Any

import pytest

from controlling import Controlling

pytest_plugins = ["browsing"]
pytestmark = pytest.mark.slow

FOUND = "/#/sessions?tenant=good-day&userMobile=18000000001"


DURATION = """audio => new Promise((done) => audio.readyState
    ? done(audio.duration) : audio.addEventListener("loadedmetadata", () => done(audio.duration)))"""
REACHED = """(audio, at) => new Promise((done) => {
    const look = () => audio.currentTime >= at && done(audio.currentTime);
    audio.addEventListener("timeupdate", look);
    look();
})"""


def test_a_number_is_asked_for_and_has_the_history_that_a_query_finds(tab: Any, served: Controlling) -> None:
    tab.goto("/#/sessions")

    tab.get_by_label("Tenant").fill("good-day")
    tab.get_by_label("userMobile").fill("18000000001")
    tab.get_by_role("button", name="Show sessions").click()

    tab.get_by_text("Sessions of 18000000001: 40").wait_for()
    assert tab.url.endswith(FOUND)
    assert tab.locator(".session").count() == 20
    tab.get_by_role("button", name="Show more").click()
    tab.locator(".session").nth(39).wait_for()


def talk(tab: Any, served: Controlling) -> dict[str, Any]:
    """Open the first session that has a recording and something said, and return its record."""
    records = served("GET", "/tenants/good-day/sessions?userMobile=18000000001&limit=20").json["sessions"]
    place = next(
        n for n, each in enumerate(records) if each["recordDetials"] and ".wav" in each["businessInfoStr"]
    )
    tab.goto(FOUND)
    tab.locator(".session > details > summary").nth(place).click()
    record: dict[str, Any] = records[place]
    return record


def test_a_dialogue_reads_as_a_talk(tab: Any, served: Controlling) -> None:
    turns = talk(tab, served)["recordDetials"]

    first = tab.locator(".talk > li").first
    first.wait_for()

    assert first.locator("strong").inner_text() == "User"
    assert turns[0]["userSaying"] in first.inner_text()
    said = [text for turn in turns for text in (turn["userSaying"], turn["systemReply"]) if text]
    assert tab.locator(".talk > li").count() == len(said)


def test_the_recording_plays_and_a_mark_on_the_time_line_leads_to_its_turn(
    tab: Any, served: Controlling
) -> None:
    record = talk(tab, served)

    tab.get_by_role("button", name="Fetch the recording").click()
    length = tab.locator("audio").evaluate(DURATION)
    assert length == pytest.approx((record["endTime"] - record["startTime"]) / 1000, abs=1)
    marks = tab.get_by_role("group", name="Turns on the time line").get_by_role("button")
    last = marks.last
    last.focus()
    last.press("Enter")
    at = (record["recordDetials"][-1]["timestamp"] - record["startTime"]) / 1000
    assert tab.locator("audio").evaluate(REACHED, at) >= at
    assert tab.locator("audio").get_attribute("src").startswith("blob:")


def test_a_record_that_is_copied_makes_a_tenant_with_that_record(tab: Any, served: Controlling) -> None:
    record = talk(tab, served)

    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.get_by_role("button", name="Copy the record as YAML").click()
    tab.get_by_text("Copied").wait_for()
    made = served.make(tab.evaluate("navigator.clipboard.readText()"))

    (found,) = served("GET", f"/tenants/{made['tenantId']}/sessions?userMobile=18000000001").json["sessions"]
    assert found == record | {"tenantId": found["tenantId"]}


def test_a_tenant_that_is_not_there_is_said_so(tab: Any) -> None:
    tab.goto("/#/sessions?tenant=nobody&userMobile=1")

    tab.get_by_role("alert").get_by_text("There is no tenant “nobody”").wait_for()


def test_hostile_words_of_a_talk_stay_words(tab: Any, served: Controlling) -> None:
    said = "<img src=x onerror=\"document.title='caught'\">\u202e\U0001f60a"
    turn = {
        "interNo": "1",
        "userSaying": said,
        "systemReply": "x" * 100_000,
        "requsetTime": 1,
        "timestamp": "soon",
    }
    record = {
        "userMobile": "1",
        "callSorId": "1",
        "calledNumber": "2",
        "startTime": 0,
        "recordDetials": [turn, None, 7],
    }
    made = served.make({"sessions": {"derive": False, "records": [record]}})
    tab.goto(f"/#/sessions?tenant={made['tenantId']}&userMobile=1")

    tab.locator(".session summary").first.click()
    tab.locator(".talk").get_by_text("<img src=x").wait_for()

    assert tab.locator("main img").count() == 0
    assert tab.title() != "caught"
