"""The words for each reason why it is not a rule's turn.

Rule: every form of the state says these words; only numbers come from the counts.
"""

from __future__ import annotations

from oifde_simulator.model.turn import Distinct, Rate


def in_window(number: int, rate: Rate) -> str:
    """Say that a match is within the limit of its window."""
    return f"over: {number} of {rate.limit} in this window"


def in_sliding_window(number: int, rate: Rate) -> str:
    """Say that a match is within the limit of a window that slides."""
    return f"over: {number} of {rate.limit} in the last {rate.window} ms"


def in_flight(number: int, limit: int | None) -> str:
    """Say that no more than so many exchanges are in flight."""
    return f"over: {number} of {limit} in flight"


def distinct(seen: int, wanted: Distinct) -> str:
    """Say that too few distinct values were seen."""
    return f"after: {seen} distinct {wanted.name} of the first {wanted.count}"


def after(match: int, skipped: int) -> str:
    """Say that a match is among those that are passed over."""
    return f"after: match {match} of the first {skipped}"


def every(match: int, each: int) -> str:
    """Say that a match is not the last of so many."""
    return f"every: match {match} of each {each}"


def drawn_against(probability: float) -> str:
    """Say that a draw decided against the rule."""
    return f"probability: {probability:g} was drawn against"


def spent(turns: int, times: int | None) -> str:
    """Say that the rule has had its turns."""
    return f"times: has fired {turns} of {times}"
