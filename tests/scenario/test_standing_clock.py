"""A clock that stands still: `check` warns of what never comes about unless somebody moves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from oifde_simulator.cli import main
from oifde_simulator.scenario import loader

CLOCK = 'clock: "2026-03-01T23:59:30Z"\n'


def warned(text: str, clock: str = CLOCK) -> list[str]:
    return list(loader.loads(f"{clock}{text}".encode(), "acme.yaml", "acme").warnings)


def rule(keys: str) -> str:
    return f"rules:\n  - {{name: mine, {keys}}}"


RAMP = "{latency: {ramp: {from: 1s, to: 0s, over: 5s}}}"
# scenario, place, what never comes about, how far the clock has to be moved
NEVER: dict[str, tuple[str, str, str, str]] = {
    "window": (
        rule("window: {from: 1s, until: 120s}, respond: {status: 502}"),
        "3:26: rules[0].window",
        "mine never fires, since its window opens 1s after load",
        "1s",
    ),
    "window that repeats": (
        rule("window: {from: 500ms, repeat: 1m}, respond: {status: 502}"),
        "3:26: rules[0].window",
        "mine never fires, since its window opens 500ms after load",
        "500ms",
    ),
    "window at a time of day": (
        rule('window: {at: "00:00", for: 90s}, respond: {status: 502}'),
        "3:26: rules[0].window",
        "mine never fires, since its window opens at 2026-03-02T00:00:00+00:00",
        "30s",
    ),
    "window on other days, in a zone": (
        rule('window: {at: "08:00", for: 1h, days: [tue-sun]}, respond: {status: 502}')
        + "\nsettings: {time_zone: Asia/Shanghai}",
        "3:26: rules[0].window",
        "mine never fires, since its window opens at 2026-03-03T08:00:00+08:00",
        "86430s",
    ),
    "window around the rest": (
        rule(f"window: {{from: 1s}}, over: {{limit: 1, window: 1s}}, faults: [{RAMP}]"),
        "3:26: rules[0].window",
        "mine never fires",
        "1s",
    ),
    "rate": (
        rule("over: {limit: 5, window: 60s}, respond: {status: 429}"),
        "3:24: rules[0].over",
        "mine lets nobody in again once it has fired, since its rate never renews",
        "60s",
    ),
    "rate that slides": (
        rule("over: {limit: 5, window: 60s, slide: true}, respond: {status: 429}"),
        "3:24: rules[0].over",
        "mine lets nobody in again",
        "60s",
    ),
    "state that lasts": (
        rule("state: {is: start, for: 20s, then: up}, respond: {status: 502}"),
        "3:42: rules[0].state.for",
        'mine never sees the state "start" end, since its time never passes',
        "20s",
    ),
    "ramp": (
        rule(f"faults: [bom, {RAMP}]"),
        "3:49: rules[0].faults[1].latency.ramp",
        "mine is always 1s late, since its ramp never moves",
        "5s",
    ),
    "ramp of an outcome": (
        rule(f"one_of: [{{}}, {{faults: [{RAMP}]}}]"),
        "3:58: rules[0].one_of[1].faults[0].latency.ramp",
        "mine is always 1s late, since its ramp never moves",
        "5s",
    ),
    "ramp in a window": (
        rule(f"window: {{until: 9s}}, faults: [{RAMP}]"),
        "3:65: rules[0].faults[0].latency.ramp",
        "mine is always 1s late, since its ramp never moves",
        "5s",
    ),
    "lifetime": ("tenant: {token_lifetime: 90}", "2:26: tenant.token_lifetime", "the tokens never", "90s"),
    "late recordings": (
        "recordings: {late: 3h}\nsessions: {users: {'1': 2}}",
        "2:20: recordings.late",
        "recordings of calls that end less than 3h before it never come",
        "3h",
    ),
    "late recordings of literal calls": (
        "recordings: {late: 1500ms}\nsessions: {records: [{callSorId: '1', calledNumber: '2', "
        "startTime: 1772409500000, endTime: 1772409569000}]}",
        "2:20: recordings.late",
        "recordings of calls that end less than 1500ms before it never come",
        "1500ms",
    ),
    "lifetime as text": ("tenant: {token_lifetime: 2h}", "2:26: tenant.token_lifetime", "the tokens", "2h"),
}


@pytest.mark.parametrize(("text", "place", "words", "by"), NEVER.values(), ids=NEVER)
def test_what_never_comes_about_is_told_with_its_cause_and_the_fix(
    text: str, place: str, words: str, by: str
) -> None:
    (warning,) = warned(text)
    assert warning.startswith(f"acme.yaml:{place}: {words}")
    assert ': the clock stands still at "2026-03-01T23:59:30Z"; write clock: now, or ' in warning
    assert f'clock.advance("{by}")' in warning
    assert not warned(text, "clock: now\n")
    assert not warned(text, "\n")


COMES: dict[str, str] = {
    "an open window": rule("window: {from: 0s, until: 120s}, respond: {status: 502}"),
    "a window at a time of day that is open": rule('window: {at: "07:00", for: 1h}, respond: {status: 502}')
    + "\nsettings: {time_zone: Asia/Shanghai}",
    "a window without a beginning": rule("window: {until: 5s, repeat: 20s}, respond: {status: 502}"),
    "a rate that lets nobody in": rule("over: {limit: 0, window: 60s}, respond: {status: 429}"),
    "a ramp that is flat": rule("faults: [{latency: {ramp: {from: 1s, to: 1s, over: 5s}}}]"),
    "a ramp over no time": rule("faults: [{latency: {ramp: {from: 1s, to: 0s, over: 0s}}}]"),
    "another latency": rule("faults: [{latency: 1s}]"),
    "counts": rule("after: 1, times: 2, respond: {status: 503}"),
    "recordings that are not late": "recordings: {late: 0s}",
    "late recordings of calls that are long over": (
        "recordings: {late: 3h}\nsessions: {records: [{callSorId: '1', calledNumber: '2', "
        "startTime: 1672409500000, endTime: 1672409569000}]}"
    ),
    "nothing": "description: nothing",
}


@pytest.mark.parametrize("text", COMES.values(), ids=COMES)
def test_what_comes_about_at_once_is_not_warned_of(text: str) -> None:
    assert not warned(text)


def test_each_rule_is_warned_of_by_its_name_or_place() -> None:
    text = (
        "rules:\n" + "  - {over: {limit: 1, window: 1s}, match: {request: {pageNum: X}}, token: expire}\n" * 2
    )
    two = text.replace("X", '"1"', 1).replace("X", '"2"')
    assert [each.split()[1:3] for each in warned(two)] == [
        ["rules[0].over:", "rule-1"],
        ["rules[1].over:", "rule-2"],
    ]


def test_strict_makes_it_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(CLOCK + rule("window: {from: 1s}, respond: {status: 502}"))
    assert [main(["check", str(file)]), main(["check", "--strict", str(file)])] == [0, 1]
    assert "mine never fires" in capsys.readouterr().out


def test_rules_that_are_added_one_by_one_have_no_clock() -> None:
    given = {"rules": [{"window": {"from": "1s"}, "respond": {"status": 502}}]}
    assert not loader.from_json(given, "rules", "inline").warnings
