"""Checks `window`: a stretch of time since load, or a time of day on some days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from oifde_simulator.quantities import milliseconds
from oifde_simulator.rules.conditions.daily_window import LONGEST, WEEKDAYS, weekdays
from oifde_simulator.scenario.lint.finding import Finding
from oifde_simulator.text import did_you_mean, nearest, shown

SINCE_LOAD = ("from", "until", "repeat")
DAILY = ("at", "for", "days")
DURATIONS = (*SINCE_LOAD, "for")
FORMS = "one of from, until and repeat counts from load, one of at, for and days opens at a time of day"
OTHER_WORDS = {"weekday": "mon-fri", "workday": "mon-fri", "weekend": "sat-sun"}
"""Days as people say them."""
SHORTER = {day[:2]: day for day in WEEKDAYS}
"""Days by two letters."""
NUMBERED = dict(zip("01234567", (WEEKDAYS[-1], *WEEKDAYS), strict=True))
"""Days by the numbers that cron and ISO 8601 give them."""
NUMBERED_FIX = "days have names here: if 1 is Monday, write"


def lint(window: Mapping[str, Any]) -> Iterator[Finding]:
    """Check a window whose durations are good."""
    counted = [name for name in SINCE_LOAD if name in window]
    daily = [name for name in DAILY if name in window]
    if counted and daily:
        message = f"{daily[0]} and {counted[0]} exclude each other: {FORMS}; keep one form"
        yield Finding(("window",), message)
    elif daily:
        yield from _daily(window)
    else:
        yield from _since_load(window)
    yield from _days(window.get("days", ()))


def warnings(window: Mapping[str, Any]) -> Iterator[Finding]:
    """Find what is unlikely to be meant in a window without mistakes."""
    times = {name: milliseconds(window[name]) for name in DURATIONS if name in window}
    if "repeat" in times and times.get("until", 0) > times["repeat"]:
        yield Finding(("window", "until"), f"is never reached: a round ends after {window['repeat']}")
    if window.keys() == {"repeat"}:
        yield Finding(("window",), "is always open: repeat alone says nothing; add from or until")
    days = Counter(day for each in window.get("days", ()) for day in weekdays(each) or ())
    if twice := [WEEKDAYS[day] for day in sorted(days) if days[day] > 1]:
        yield Finding(("window", "days"), f"names {twice[0]} more than once; it opens once a day")
    if times.get("for") == LONGEST and len(days) in (0, len(WEEKDAYS)):
        message = (
            "is always open: each day for a whole day says nothing; make it shorter, or leave window out"
        )
        yield Finding(("window",), message)


def _since_load(window: Mapping[str, Any]) -> Iterator[Finding]:
    times = {name: milliseconds(text) for name, text in window.items()}
    start = times.get("from", 0)
    if "until" in times and times["until"] <= start:
        yield Finding(("window", "until"), "closes before it opens; make it later than from")
    if "repeat" in times and times["repeat"] <= start:
        message = "the round is over before the window opens; make it longer than from"
        yield Finding(("window", "repeat"), message)


def _daily(window: Mapping[str, Any]) -> Iterator[Finding]:
    if "at" not in window:
        given = "days" if "days" in window else "for"
        message = f'{given} needs at beside it, the time of day at which the window opens; add at: "00:00"'
        if given == "for":
            length = window["for"]
            message += (
                f"; for {length} from load write window: {{until: {length}}}, "
                f"after a request state: {{is: NAME, for: {length}}}"
            )
        yield Finding(("window",), message)
    if "for" not in window:
        yield Finding(("window",), "needs for, how long it stays open; add for: 90s")
        return
    length = milliseconds(window["for"])
    if length == 0:
        yield Finding(("window", "for"), "has no length; write a duration such as 90s")
    elif length > LONGEST:
        message = f"expected at most 24h, found {shown(window['for'])}: it opens again each day"
        yield Finding(("window", "for"), f"{message}; for longer outages use from and until, or several days")


def _days(days: Any) -> Iterator[Finding]:
    for place, text in enumerate(days):
        if weekdays(text) is None:
            expected = f"expected {', '.join(WEEKDAYS[:-1])}, {WEEKDAYS[-1]} or a range such as mon-fri"
            yield Finding(("window", "days", place), f"{expected}, found {shown(text)}{_near(text)}")


def meant_days(text: str) -> str:
    """Find the days that were meant by other words, in full, in capitals or with other dashes; else empty."""
    words = _words(text)
    if words and (other := OTHER_WORDS.get(words[0].removesuffix("s"))):
        return other
    days = "-".join(map(_day, words))
    return "" if weekdays(days) is None else days


def numbered_days(text: str) -> str:
    """Find the days that numbers such as `1-5` stand for; empty for any other text."""
    numbers = re.split(r" ?[-\u2013] ?", text) if len(text) <= len("1 - 5") else []
    counted = len(numbers) in (1, 2) and all(number in NUMBERED for number in numbers)
    return "-".join(map(NUMBERED.__getitem__, numbers)) if counted else ""


def _day(word: str) -> str:
    """Shorten a day as people write it to ours; where it is misspelt, to the nearest one of ours."""
    short = SHORTER.get(word, word[:3])
    return short if short in WEEKDAYS else nearest(short, WEEKDAYS)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text[:40].lower())


def _near(text: str) -> str:
    """Suggest the days that were meant."""
    if numbered := numbered_days(text):
        return f"; {NUMBERED_FIX} {numbered}"
    meant = meant_days(text)
    if meant and len(_words(text)) < len(meant.split("-")):
        return f'; write "{meant}"'
    return f'; did you mean "{meant}"?' if meant else did_you_mean(text, WEEKDAYS)
