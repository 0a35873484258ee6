"""Guesses the duration that a text stands for, such as `30 sec` or `1m30s`, for the end of a message."""

from __future__ import annotations

import re

NEGATIVE = re.compile("[-\u2212\u2013] ?([0-9]{1,9}(?:[.][0-9]{1,9})?(?:ms|s|m|h))")
NUMBER = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?([a-z]*)")
SUM = re.compile(r"(?:([0-9]{1,4})h ?)?(?:([0-9]{1,4})m(?:in)? ?)?(?:([0-9]{1,4})s)?")
"""Duration in several units, which is written in one here."""
HOURS = {"d": 24, "day": 24, "w": 168, "week": 168}
"""Hours in units that are none here."""
MOST_HOURS = 10**9
"""Hours from which on a duration has too many digits."""
UNITS = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milli"), "ms"),
    **dict.fromkeys(("s", "sec", "second"), "s"),
    **dict.fromkeys(("m", "min", "minute"), "m"),
    **dict.fromkeys(("h", "hr", "hour"), "h"),
}
"""Our units by the words for them, in small letters and without the s of many."""
SECONDS = {"h": 3600, "m": 60, "s": 1}
"""Seconds in each unit of a sum."""
LONGEST = 40
"""Characters up to which a text may be a duration."""


def duration_fix(text: str) -> str:
    """Suggest the duration that a text stands for; empty where that is not clear."""
    text = text.strip().lower() if len(text) <= LONGEST else ""
    found = NUMBER.fullmatch(text)
    if found is None:
        negative = NEGATIVE.fullmatch(text)
        return f"it is never negative: write one such as {negative[1]}" if negative else _sum(text)
    number, word = found[1], found[2]
    if not word:
        return f"write its unit too, such as {number}s"
    if hours := HOURS.get(word.removesuffix("s"), 0) * float(number):
        return f"write {hours:.9g}h" if hours < MOST_HOURS else ""
    unit = UNITS.get(word) or UNITS.get(word.removesuffix("s"))
    return f"write {number}{unit}" if unit else ""


def _sum(text: str) -> str:
    found = SUM.fullmatch(text)
    if found is None or not any(found.groups()):
        return ""
    given = zip(SECONDS.values(), found.groups(), strict=True)
    seconds = sum(size * int(number or 0) for size, number in given)
    unit = next((unit for unit, size in SECONDS.items() if seconds % size == 0), "s")
    return f"write {seconds // SECONDS[unit]}{unit}" if seconds else ""
