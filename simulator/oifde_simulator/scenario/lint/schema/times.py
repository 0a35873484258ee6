"""Guesses which time was meant by a text that is none here: a time of day, or a duration."""

from __future__ import annotations

import re
from collections.abc import Iterable

from oifde_simulator.clock import LATEST
from oifde_simulator.instants import epoch_milliseconds, instant, iso
from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.text import KeyPath, shown
from oifde_simulator_client.duration_mistakes import duration_fix

TIME_OF_DAY = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?")
CLOCK = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?(?::([0-9]{2}))? ?(am|pm)?")
"""Time of day as people write it, in small letters."""
NAMED = {"midnight": "00:00", "noon": "12:00"}
UNQUOTED = re.compile("[0-9][-:][0-9]")
"""Part of a date or a time of day that YAML 1.1 takes for a date or a number where it is not in quotes."""


def time_fix(path: KeyPath, written: str) -> str:
    """Suggest the time that a text at `path` stands for; empty where that is not clear."""
    text = written.strip().lower()
    if "window" in path[-2:-1] and "over" not in path[-3:] and (date := _date_fix(written.strip())):
        return date
    if path[-2:] == ("window", "at"):
        return _time_of_day(text)
    if path[-2:] == ("over", "window") and text in ("day", "daily"):
        return "write day"
    if path[-2:] in (("window", "until"), ("window", "for")) and TIME_OF_DAY.fullmatch(text):
        return 'write how long it lasts, beside the time of day at which it begins: {at: "00:00", for: 90s}'
    if path[-2:-1] == ("window",) and TIME_OF_DAY.fullmatch(text):
        return f"for a time of day write at and for: {{at: {shown(_padded(text))}, for: 90s}}"
    return duration_fix(text)


def misread(violations: Iterable[Violation]) -> set[KeyPath]:
    """List the paths of times without quotes that are none in quotes either, where it is told what to write.

    The reader of YAML knows no keys, and advises to put them in quotes.
    """
    return {
        each.path
        for each in violations
        if each.keyword == "pattern" and UNQUOTED.search(each.found) and time_fix(each.path, each.found)
    }


def _date_fix(text: str) -> str:
    """Say which key takes the date that stands where a window opens or closes; empty for any other text."""
    stamp = epoch_milliseconds(text) if "-" in text else None
    if stamp is None or not 0 <= stamp <= LATEST:
        return ""
    exact = instant(text) is not None
    start = shown(text if exact else f"{iso(stamp)[:-5]}Z")
    date = "a date" if exact else "if it is UTC, this date"
    return (
        f"{date} belongs into clock: {{start: {start}}}, from which window: {{from: 0s, until: 90s}} counts"
    )


def _time_of_day(text: str) -> str:
    found = CLOCK.fullmatch(text)
    if text in NAMED or found is None:
        return f"write {shown(NAMED[text])}" if text in NAMED else ""
    hour, minute, second, half = int(found[1]), found[2] or "00", found[3], found[4]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + 12 * (half == "pm")
    if hour > 24 or int(minute) > 59 or int(second or 0) > 59:
        return ""
    return "write " + shown(f"{hour % 24:02}:{minute}" + (f":{second}" if second else ""))


def _padded(text: str) -> str:
    return text if text[2:3] == ":" else f"0{text}"
