"""Checks of the texts in `tenant`, `settings` and `clock`, whose grammars a JSON Schema cannot express.

Each `..._error` function answers with the mistake and its fix, or with an empty text.
"""

from __future__ import annotations

from oifde_simulator.instants import instant_error
from oifde_simulator.quantities import whole_seconds
from oifde_simulator.text import shown

LONGEST_LIFETIME = 2**31 - 1
"""Longest token lifetime in seconds: the vendor's `expireTime` is a 32-bit integer."""


def tenant_id_error(text: str) -> str:
    """Check that a tenant id has only visible characters, and no blanks at its ends."""
    if text.isprintable() and text.strip() == text:
        return ""
    return (
        f"the tenant id {shown(text)} has characters at its ends or inside that cannot be seen; remove them"
    )


def lifetime_error(text: str) -> str:
    """Check a token lifetime that is written as a duration."""
    try:
        seconds = whole_seconds(text)
    except ValueError:
        seconds = 0
    if 1 <= seconds <= LONGEST_LIFETIME:
        return ""
    return (
        f"{shown(text)} is no lifetime of whole seconds, 1 to {LONGEST_LIFETIME}; write it as 3600, 90s or 2h"
    )


def clock_error(text: str) -> str:
    """Check the instant of a clock that stands still; `now` stands for one that goes."""
    expected = 'now, or an instant such as "2026-01-01T00:00:00Z"'
    return "" if text == "now" else instant_error(text, expected)
