"""Condition of a filter on how an answer ended. Rule: one that is under way has not ended, and fits none."""

from __future__ import annotations

from typing import Any, get_args

from oifde_simulator.model.entry import Entry
from oifde_simulator.model.outcome import UNDER_WAY, Ending
from oifde_simulator.model.view import ABSENT
from oifde_simulator.text import did_you_mean, shown

OUTCOME = "outcome"
"""Attribute whose texts are the ways in which an exchange ends."""
ENDINGS: tuple[str, ...] = tuple(how for how in get_args(Ending) if how != UNDER_WAY.how)
EXPECTED = f"expected one of {', '.join(ENDINGS)}, or false (under way)"


def ending(entry: Entry) -> Any:
    """Return how an exchange ended; ABSENT while it is under way."""
    how = entry.outcome.how
    return ABSENT if how == UNDER_WAY.how else how


def ending_error(wanted: Any) -> str:
    """Check a text that is wanted; returns the error, empty if there is none."""
    if not isinstance(wanted, str) or wanted in ENDINGS:
        return ""
    return f"{EXPECTED}, found {shown(wanted)}{did_you_mean(wanted, ENDINGS)}"
