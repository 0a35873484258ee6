"""Suggests how a value is written here that people write shorter: `once`, `5/s`, `5s-35s`.

Rule: a suggestion says the same as the text, in the words of a scenario.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from oifde_simulator.oifde.operations import BY_NAME, BY_PATH
from oifde_simulator.quantities import DURATION, duration_text, milliseconds
from oifde_simulator.rules.conditions.daily_window import LONGEST
from oifde_simulator.text import KeyPath, shown

NUMBERS = {"once": 1, "twice": 2, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
ORDINALS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "tenth": 10}
COUNTED = re.compile(r"([1-9][0-9]{0,5}) ?(?:x|times?|requests?|quer(?:y|ies)|calls?|matches)")
ORDINAL = re.compile(r"([1-9][0-9]{0,5})(?:st|nd|rd|th)")
ENDLESS = ("unlimited", "always", "forever", "infinite", "infinity", "inf")
RATE = re.compile(r"([0-9]{1,6}) ?(?:/| per ) ?(s|sec|second|m|min|minute|h|hour|d|day)")
WINDOWS = {"s": "1s", "m": "1m", "h": "1h", "d": "day"}
"""Windows of rates by the first letter of a unit."""
RANGE = re.compile(rf"({DURATION}) ?(?:-|\.\.|to) ?({DURATION})")
DAYTIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]) ?- ?([01][0-9]|2[0-3]):([0-5][0-9])")
STATUSES = {status.phrase.lower(): status.value for status in HTTPStatus if status >= 200}
MOST_NAMES = 3
"""Names of a list that are written out."""
DAY_MINUTES = LONGEST // 60_000


def short_form(path: KeyPath, value: Any) -> str:
    """Suggest the value that is meant at `path`; empty where that is not clear."""
    if isinstance(value, str):
        read = OF_TEXTS.get(str(path[-1]) if path else "")
        return read(value.strip()) if read else ""
    if path[-1:] == ("window",) and "over" not in path and isinstance(value, list) and len(value) == 2:
        return _window("-".join(map(str, value)))
    return _present(value) if path[-2:] in (("match", "headers"), ("match", "request")) else ""


def endpoint(text: str) -> str:
    """Suggest the operation of a path or an address; empty for none."""
    path = "/" + text.partition("://")[2].partition("/")[2] if "://" in text else text.partition("?")[0]
    found = BY_PATH.get(path.rstrip("/"))
    name = found.name if found else path.rstrip("/").rpartition("/")[2]
    return f"write {name}" if name in BY_NAME and name != text else ""


def _present(names: Any) -> str:
    """Write conditions for a list of names."""
    if not (isinstance(names, list) and names and all(map(_is_name, names))):
        return ""
    more = ", ..." if len(names) > MOST_NAMES else ""
    each = ", ".join(f"{name}: true" for name in names[:MOST_NAMES])
    return f"for those that are present write {{{each}{more}}}"


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w-]{0,63}", value, re.ASCII) is not None


def _count(text: str) -> str:
    return _number(text.lower(), COUNTED, NUMBERS)


def _every(text: str) -> str:
    return _number(text.lower(), ORDINAL, ORDINALS) or _count(text)


def _number(text: str, digits: re.Pattern[str], words: Mapping[str, int]) -> str:
    """Suggest the number of a text in small letters that has it in digits, or is a word for it."""
    found = digits.fullmatch(text)
    number = int(found[1]) if found else words.get(text, 0)
    return f"write {number}" if number else ""


def _times(text: str) -> str:
    return "leave times out" if text.lower() in ENDLESS else _count(text)


def _after(text: str) -> str:
    if re.fullmatch(DURATION, text, re.ASCII):
        return f"for {text} since load write window: {{from: {text}}}"
    return _count(text)


def _status(text: str) -> str:
    number, _, phrase = text.partition(" ")
    if phrase and number.isdecimal() and 200 <= int(number[:4]) <= 599:
        return f"write {number}"
    status = STATUSES.get(text.lower())
    return f"write {status}" if status else ""


def _rate(text: str) -> str:
    found = RATE.fullmatch(text.lower())
    return f"{{limit: {int(found[1])}, window: {WINDOWS[found[2][0]]}}}" if found else ""


def _over(text: str) -> str:
    return f"write {rate}" if (rate := _rate(text)) else ""


def _limit(text: str) -> str:
    return f"write over: {rate}" if (rate := _rate(text)) else ""


def _window(text: str) -> str:
    if re.fullmatch(DURATION, text, re.ASCII):
        return f"for {text} from load write {{until: {text}}}"
    if (found := RANGE.fullmatch(text)) and milliseconds(found[1]) < milliseconds(found[4]):
        return f"write {{from: {found[1]}, until: {found[4]}}}"
    return _daytime(text)


def _daytime(text: str) -> str:
    """Write hours of the day as their beginning and their length."""
    found = DAYTIME.fullmatch(text)
    if found is None:
        return ""
    begin, end = (60 * int(found[place]) + int(found[place + 1]) for place in (1, 3))
    length = duration_text(60_000 * ((end - begin) % DAY_MINUTES))
    return f"write {{at: {shown(f'{found[1]}:{found[2]}')}, for: {length}}}" if end != begin else ""


def _state(text: str) -> str:
    if not text.isidentifier():
        return ""
    return f"for a rule that fires in it write {{is: {text}}}, for one that leads to it {{becomes: {text}}}"


OF_TEXTS: Mapping[str, Callable[[str], str]] = {
    "times": _times, "every": _every, "after": _after, "status": _status, "over": _over, "limit": _limit,
    "window": _window, "state": _state,
}  # fmt: skip
"""Readers of texts by the key at which they stand."""
