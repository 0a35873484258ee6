"""Likely fixes of wrong values in bodies, for the end of a message.

Rule: none where the meaning is not clear.
"""

from __future__ import annotations

import re

import orjson

from oifde_simulator.clock import LATEST
from oifde_simulator.instants import iso
from oifde_simulator.json_schema.plain_assertions import exact_types
from oifde_simulator.json_schema.schema import Violation
from oifde_simulator.quantities import DURATION, seconds
from oifde_simulator.text import did_you_mean
from oifde_simulator_client.duration_mistakes import duration_fix

DURATIONS = f"^{DURATION}$"
"""Pattern of a duration."""
LIKELY_MILLISECONDS = 10**11
"""Number from which on an instant is in milliseconds, 1973; those of seconds are less until the year 5138."""
EARLIER = "2026-01-01T00:00:00Z"
MILLISECONDS = "Milliseconds."
"""Description of numbers of milliseconds."""
LONGEST = 40
"""Characters of a text that may be a number or a switch in quotes."""


def fix(violation: Violation) -> str:
    """Write the end of a message with what to write instead; empty where that is not clear."""
    of_text = isinstance(violation.found, str)
    meant = _clock_back(violation) or (_unquoted(violation) if of_text else _quoted(violation))
    return f"; {meant}" if meant else ""


def near_member(violation: Violation) -> str:
    """Suggest a member that one of several objects must have, for an object with another name."""
    if not isinstance(violation.found, dict) or not violation.found:
        return ""
    known = [name for each in violation.expected for name in each.get("required", ())]
    return did_you_mean(next(iter(violation.found)), known)


def _clock_back(violation: Violation) -> str:
    """Say how a clock goes back, for one that is advanced by less than nothing."""
    back = violation.path[-1:] == ("advance",) and str(violation.found).startswith("-")
    return f'a clock goes back by {{"set": "{EARLIER}"}}' if back else ""


def _unquoted(violation: Violation) -> str:
    """Suggest another text, or a number or a switch in quotes without them."""
    text = violation.found
    if violation.keyword == "pattern":
        return duration_fix(text) if violation.schema.get("pattern") == DURATIONS else ""
    if violation.keyword != "type" or len(text) > LONGEST:
        return ""
    if violation.schema.get("description") == MILLISECONDS and re.fullmatch(DURATION, text, re.ASCII):
        return f"it is in milliseconds: write {seconds(text) * 1000:g}"
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    single = value is not None and not isinstance(value, dict | list)
    fits = single and type(value) in exact_types(violation.expected)
    return f"take the quotes away: {text.strip()}" if fits else ""


def _quoted(violation: Violation) -> str:
    """Suggest the text that a number stands for."""
    number, schema = violation.found, violation.schema
    if violation.keyword != "type" or isinstance(number, bool) or not isinstance(number, int | float):
        return ""
    if schema.get("pattern") == DURATIONS:
        return _duration(number)
    return _instant(number) if str(schema.get("description")).startswith("An instant") else ""


def _duration(number: float) -> str:
    """Write a number as durations."""
    if number <= 0:
        return 'it is longer than nothing: write one such as "30s"'
    return f'write it in quotes and with its unit: "{number}s", or "{number}ms"' if number < 10**9 else ""


def _instant(number: float) -> str:
    """Write the instant of so many milliseconds, or seconds, since 1970."""
    milliseconds = int(number if number >= LIKELY_MILLISECONDS else number * 1000)
    if not LIKELY_MILLISECONDS <= milliseconds <= LATEST:
        return ""
    return f'write "{iso(milliseconds).replace(".000Z", "Z")}"'
