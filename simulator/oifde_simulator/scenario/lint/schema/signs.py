"""Explains quantities with a minus sign, and shares above the whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from oifde_simulator.text import KeyPath

NEGATIVE = re.compile("[-\u2212\u2013] ?([0-9].*)")
"""Quantity behind a minus sign, or behind what looks like one."""
TOO_MUCH = re.compile(r"[0-9]{3,9}(\.[0-9]{1,9})?%")
PAST = "Sun, 06 Nov 1994 08:49:37 GMT"
"""Date of HTTP, that of RFC 9110, section 5.6.7."""


def sign_fix(path: KeyPath, written: str, schema: Mapping[str, Any]) -> str:
    """Suggest a quantity for a text at `path` that would be one without its sign; else empty."""
    negative = NEGATIVE.fullmatch(written)
    if negative and re.search(schema["pattern"], negative[1]):
        fix = f"it is never negative: write one such as {negative[1]}"
        past = f', or for a time in the past a date in the place of the mapping: "{PAST}"'
        return fix + past * (path[-1:] == ("http_date",))
    if schema.get("x-quantity") == "share" and TOO_MUCH.fullmatch(written):
        return "a share is at most 100%"
    return ""
