"""Distances between texts: Levenshtein's distance, computed quickly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.wiremock.patterns import distance

TEXTS = st.text("ab€", max_size=40) | st.text(max_size=40)


def by_rows(wanted: str, found: str) -> int:
    """Compute Levenshtein's distance as in textbooks."""
    row = list(range(len(found) + 1))
    for done, letter in enumerate(wanted, start=1):
        above, row = row, [done]
        for place, other in enumerate(found):
            row.append(min(above[place] + (letter != other), above[place + 1] + 1, row[place] + 1))
    return row[-1]


@given(TEXTS, TEXTS)
def test_edits_are_those_of_the_textbook(wanted: str, found: str) -> None:
    assert distance.edits(wanted, found) == by_rows(wanted, found)


@pytest.mark.parametrize(
    ("wanted", "found", "share"),
    [
        ("", "", 0.0),
        ("", "abc", 1.0),
        ("kitten", "sitting", 3 / 7),
        ("a" * 5000, "a" * 5000, 0.0),
        ("a" * 5000, "a" * 4999, 1 / distance.LONGEST),
        ("a" * 5000, "b" * 5000, 1.0),
    ],
    ids=["both empty", "one empty", "of the textbook", "long and the same", "cut, but not the same", "other"],
)
def test_a_distance_is_a_share_of_the_longer_text(wanted: str, found: str, share: float) -> None:
    assert distance.text_distance(wanted, found) == pytest.approx(share)


def steps(called: Callable[..., object], *given: object) -> int:
    """Count the lines that a call runs."""
    lines = 0

    def trace(*_: object) -> Any:
        nonlocal lines
        lines += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        called(*given)
    finally:
        sys.settrace(before)
    return lines


def test_the_work_is_by_the_length_of_a_text_and_not_by_its_square() -> None:
    assert steps(distance.edits, "a" * 2000, "b" * 2000) < 40_000
